// core/store/key_json.h - keys as JSON, for the admin API and for `tollgate keys --json`.
#pragma once

#include "store/key_facts.h"

#include <Poco/JSON/Object.h>

#include <string>
#include <vector>

namespace tollgate::store {

// {"id", "owner", "name", "tier", "scopes": [], "rate": {"count", "seconds", "burst"} or null, "active", "state", "expires_at",
// "created_at", "last_used_at", "previous_until"}: nothing that a secret could be told from. "state" is "active",
// "expired" or "revoked" at that time.
Poco::JSON::Object::Ptr as_json(const Key& key, Time now);

// What an object says of a key, by the names above: "rate" also as "100/60s", "expires_at" also null, "expires_in" as
// "30d" from `now`. Members that are not known and values that are none are problems.
KeyChanges changes_of(const Poco::JSON::Object& object, Time now, std::vector<FieldProblem>& problems);

}  // namespace tollgate::store
