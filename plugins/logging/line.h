// plugins/logging/line.h - Line: the form of a log line, and how a request is put into it.
#pragma once

#include "escape.h"

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tollgate::logging {

// What is known of one request when it is over. Borrows its texts.
struct Record {
    std::chrono::system_clock::time_point time;
    std::string_view request_id, client_ip, method, path, query, route, reason, detail, caller, tier, upstream, target,
        user_agent, host, scheme, owner, cache, protocol, trace_id, span_id, id;
    std::int64_t status = 0, attempts = 0, upstream_status = 0, bytes_received = 0, bytes_sent = 0;
    std::chrono::nanoseconds duration{}, upstream_time{}, gateway_time{};
    bool complete = false, hedged = false;
    std::span<const std::string_view> request_headers{}, response_headers{};  // of those a form asks for, in its order
};

// The names of header lines that a form tells of.
struct HeaderNames {
    std::vector<std::string> request, response;
};
inline constexpr std::size_t most_headers = 16;  // of both together

// A longer text is cut there and ends in "...", so that one client cannot fill the log with one request.
inline constexpr std::size_t longest_text = 2048, longest_header = 256;

struct Member;  // line.cpp has the table
const Member* find_member(std::string_view name) noexcept;
bool says_something(const Member& member, const Record& record) noexcept;
// The member as it stands in a form, in JSON with quotes where it has them. At most that many bytes. Returns the end.
inline constexpr std::size_t longest_member = longest_text * longest_escape + 5;
char* put_member(char* out, Format format, const Member& member, const Record& record) noexcept;
char* put_header(char* out, Format format, std::string_view value) noexcept;
// The same in words of the operator's own: texts as in that form, without quotes, numbers as in JSON; and the most
// bytes it can take.
char* put_bare(char* out, Format format, const Member& member, const Record& record) noexcept;
std::size_t longest_of(const Member& member) noexcept;

// Immutable; any thread.
class Line {
public:
    // Of these members, in the order of names(); those of most use if `members` is empty. Throws std::invalid_argument
    // for a name that is none.
    Line(Format format, const std::vector<std::string>& members, bool with_query, const HeaderNames& headers = {});

    // Every member that may be asked for, in the order they are written.
    static std::vector<std::string_view> names();

    // The most bytes a line can take, whatever a client sent.
    static constexpr std::size_t longest = 256 * 1024;

    // Writes the line, with its '\n', to `out`, which has room for `longest` bytes. Returns its length. A member with
    // nothing to say (no caller, no upstream) is left out.
    std::size_t write(const Record& record, char* out) const noexcept;

    // A line that says how many others are missing here.
    std::string note(std::chrono::system_clock::time_point time, std::uint64_t dropped) const;

private:
    char* put_headers(char* out, const std::vector<std::string>& leads, std::span<const std::string_view> values,
                      std::string_view group) const noexcept;
    // A member and what stands before its value: `,"status":` or ` | Completed: `. Copied whole, whatever its length:
    // that is one instruction, and a copy of just its length is a call.
    struct Column {
        const Member* member;
        std::array<char, 32> lead{};
        std::size_t length = 0;
    };
    Format format_;
    std::vector<Column> columns_;
    std::vector<std::string> request_leads_, response_leads_;  // `,"Referer":`, or ` | Referer: `
};

// "2026-01-31T23:59:59.000001Z", always 27 bytes. Returns the end.
char* put_time(char* out, std::chrono::system_clock::time_point time) noexcept;
// "31/Jan/2026:23:59:59 +0000", as web servers' logs have it. Returns the end.
char* put_clf_time(char* out, std::chrono::system_clock::time_point time) noexcept;

}  // namespace tollgate::logging
