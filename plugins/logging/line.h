// plugins/logging/line.h - Line: the form of a log line, and how a request is put into it.
#pragma once

#include "escape.h"

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tollgate::logging {

// What is known of one request when it is over. Borrows its texts.
struct Record {
    std::chrono::system_clock::time_point time;
    std::string_view request_id, client_ip, method, path, query, route, reason, detail, caller, tier, upstream, target,
        user_agent, host, scheme;
    std::int64_t status = 0, attempts = 0, upstream_status = 0, bytes_received = 0, bytes_sent = 0;
    std::chrono::nanoseconds duration{}, upstream_time{};
    bool complete = false, hedged = false;
};

// A longer text is cut there and ends in "...", so that one client cannot fill the log with one request.
inline constexpr std::size_t longest_text = 2048;

struct Member;  // line.cpp has the table

// Immutable; any thread.
class Line {
public:
    // Of these members, in the order of names(); all but "query" if `members` is empty. Throws std::invalid_argument
    // for a name that is none.
    Line(Format format, const std::vector<std::string>& members, bool with_query);

    // Every member there is, in the order they are written.
    static std::vector<std::string_view> names();

    // The most bytes a line can take, whatever a client sent.
    static constexpr std::size_t longest = 256 * 1024;

    // Writes the line, with its '\n', to `out`, which has room for `longest` bytes. Returns its length. A member with
    // nothing to say (no caller, no upstream) is left out.
    std::size_t write(const Record& record, char* out) const noexcept;

    // A line that says how many others are missing here.
    std::string note(std::chrono::system_clock::time_point time, std::uint64_t dropped) const;

private:
    // A member and what stands before its value: `,"status":` or ` | Completed: `. Copied whole, whatever its length:
    // that is one instruction, and a copy of just its length is a call.
    struct Column {
        const Member* member;
        std::array<char, 32> lead{};
        std::size_t length = 0;
    };
    Format format_;
    std::vector<Column> columns_;
};

// "2026-01-31T23:59:59.000001Z", always 27 bytes. Returns the end.
char* put_time(char* out, std::chrono::system_clock::time_point time) noexcept;

}  // namespace tollgate::logging
