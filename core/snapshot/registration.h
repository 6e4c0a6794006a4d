// core/snapshot/registration.h - Registration: what clients get who make keys for themselves, and how they ask for one.
#pragma once

#include "store/key_facts.h"
#include "store/key_table.h"

#include <tollgate/message.h>

#include <chrono>
#include <optional>
#include <string_view>
#include <vector>

namespace tollgate {

// `register = { ... }` of a route. Immutable.
struct Registration {
    static constexpr std::size_t largest_body = 4096;

    store::KeyChanges gives;                       // tier, scopes, rate
    std::optional<std::chrono::seconds> lifetime;  // nullopt: its keys do not expire

    // What a body says of a new key, {"owner": "alice", "name": "laptop"}, with what this gives. Clients choose nothing
    // else. nullopt where the body is no object; `problems` has what is wrong with its fields.
    std::optional<store::KeyChanges> read(std::string_view body, store::Time now,
                                          std::vector<store::FieldProblem>& problems) const;
};

// 201: what is known of the key, and its secret this once.
Response registered_answer(const store::Key& key, const store::KeySecret& secret, store::Time now);
// 422: what is wrong, by field.
Response wrong_fields_answer(const std::vector<store::FieldProblem>& problems, std::string_view request_id);

}  // namespace tollgate
