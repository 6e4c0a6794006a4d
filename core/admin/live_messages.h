// core/admin/live_messages.h - what watchers are told, as JSON: docs/watching.md has every member.
#pragma once

#include "gateway/moment.h"
#include "history/feed.h"

#include <string>

namespace tollgate {
struct Snapshot;
}

namespace tollgate::admin {

// `recent`: how many requests of before follow it.
std::string hello_message(const std::string& instance, std::size_t recent);
std::string request_message(const history::Record& record);
// Without its end, `,"sampled_out":7}`: that differs from watcher to watcher. `moment`: members, as moment_members()
// has them.
std::string second_message(const history::Second& second, const std::string& moment);
// `"in_flight":3,"connections":7,"upstreams":{"orders":{"up":2,"total":3}}`.
std::string moment_members(const Moment& moment, const Snapshot& snapshot);

}  // namespace tollgate::admin
