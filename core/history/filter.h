// core/history/filter.h - Filter: which of the requests that are over somebody wants to see.
#pragma once

#include "history/record.h"

#include <chrono>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace tollgate::history {

// What is not said is not asked for. Texts must be the same, but for `path`, with which the record's begins.
struct Filter {
    int status_from = 0, status_to = 999;
    std::optional<std::string> method, path, route, caller, owner, tier, upstream, client_ip, request_id;
    std::optional<std::chrono::system_clock::time_point> since, until;  // of its beginning

    // The names by which a query or a command line says it: status (429, 5xx, or 400-499), method, path, route, key
    // (the caller's id), owner, tier, upstream, ip, request_id, since, until (2026-11-21T09:00:00Z, or 15m: so long
    // ago).
    static std::span<const std::string_view> names() noexcept;
    // Returns what is wrong with it, `status: expected ..., got "..."`, or "". `name` is one of those.
    std::string set(std::string_view name, std::string_view value);

    bool takes(const Record& record) const noexcept;
};

}  // namespace tollgate::history
