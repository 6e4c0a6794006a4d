// plugins/logging/line.cpp - the members of a line in one table, and numbers and times as digits.
#include "line.h"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <stdexcept>

namespace tollgate::logging {

// One thing a line can say. Exactly one of the pointers is set; none means the time.
struct Member {
    const char* name;   // in JSON, and in the setting `fields`
    const char* label;  // what it is called in text
    bool always;        // said even if it is 0 or ""
    bool asked = false; // only where it is asked for
    std::string_view Record::*text = nullptr;
    std::int64_t Record::*number = nullptr;
    std::chrono::nanoseconds Record::*time = nullptr;
    bool Record::*truth = nullptr;
};

namespace {

using R = Record;

// A text line puts how it went first; JSON is read by name.
constexpr Member members[] = {
    {.name = "time", .label = "", .always = true},
    {.name = "request_id", .label = "ID: ", .always = true, .text = &R::request_id},
    {.name = "client_ip", .label = "Client: ", .always = true, .text = &R::client_ip},
    {.name = "method", .label = "Method: ", .always = true, .text = &R::method},
    {.name = "path", .label = "Path: ", .always = true, .text = &R::path},
    {.name = "query", .label = "Query: ", .always = false, .asked = true, .text = &R::query},
    {.name = "route", .label = "Route: ", .always = true, .text = &R::route},
    {.name = "status", .label = "Completed: ", .always = true, .number = &R::status},
    {.name = "reason", .label = "Reason: ", .always = false, .text = &R::reason},
    {.name = "detail", .label = "Detail: ", .always = false, .text = &R::detail},
    {.name = "caller", .label = "Caller: ", .always = false, .text = &R::caller},
    {.name = "owner", .label = "Owner: ", .always = false, .text = &R::owner},
    {.name = "tier", .label = "Tier: ", .always = false, .text = &R::tier},
    {.name = "upstream", .label = "Upstream: ", .always = false, .text = &R::upstream},
    {.name = "target", .label = "Target: ", .always = false, .text = &R::target},
    {.name = "attempts", .label = "Attempts: ", .always = false, .number = &R::attempts},
    {.name = "hedged", .label = "Hedged: ", .always = false, .truth = &R::hedged},
    {.name = "upstream_status", .label = "Upstream status: ", .always = false,
     .number = &R::upstream_status},
    {.name = "cache", .label = "Cache: ", .always = false, .text = &R::cache},
    {.name = "bytes_received", .label = "Received: ", .always = true,
     .number = &R::bytes_received},
    {.name = "bytes_sent", .label = "Sent: ", .always = true, .number = &R::bytes_sent},
    {.name = "duration_ms", .label = "Duration: ", .always = true, .time = &R::duration},
    {.name = "upstream_ms", .label = "Upstream time: ", .always = false,
     .time = &R::upstream_time},
    {.name = "gateway_ms", .label = "Gateway time: ", .always = true, .asked = true, .time = &R::gateway_time},
    {.name = "complete", .label = "Complete: ", .always = true, .truth = &R::complete},
    {.name = "user_agent", .label = "Agent: ", .always = false, .text = &R::user_agent},
    {.name = "host", .label = "Host: ", .always = false, .text = &R::host},
    {.name = "scheme", .label = "Scheme: ", .always = false, .text = &R::scheme},
    {.name = "protocol", .label = "Protocol: ", .always = false, .asked = true, .text = &R::protocol},
    {.name = "trace_id", .label = "Trace: ", .always = false, .text = &R::trace_id},
    {.name = "span_id", .label = "Span: ", .always = false, .asked = true, .text = &R::span_id},
    {.name = "id", .label = "Row: ", .always = false, .asked = true, .text = &R::id},
};

// Text lines begin with these, in this order; the rest follow as in the table.
constexpr std::string_view text_first[] = {"time", "status", "duration_ms", "request_id"};

constexpr std::string_view separator = " | ";

// 19 texts, each cut at longest_text, the ids of a trace, and 64 bytes for each member's name, number and punctuation; names of
// headers are shorter than that (log.cpp), and so is the head of syslog.
static_assert(512 + 2 * 64 + 19 * longest_member + std::size(members) * 64 +
                  most_headers * (longest_header * longest_escape + 64) <=
              Line::longest);

char* put(char* out, std::string_view text) noexcept {
    std::memcpy(out, text.data(), text.size());
    return out + text.size();
}

char* put_number(char* out, std::int64_t number) noexcept {
    return std::to_chars(out, out + 20, number).ptr;
}

// `value` in exactly `digits` digits.
char* put_padded(char* out, std::uint64_t value, int digits) noexcept {
    for (int i = digits - 1; i >= 0; --i, value /= 10) out[i] = static_cast<char>('0' + value % 10);
    return out + digits;
}

// Microseconds, as a number with `decimals` digits after the point: 3 for milliseconds, 6 for seconds.
char* put_duration(char* out, std::chrono::nanoseconds time, int decimals) noexcept {
    const auto micros = static_cast<std::uint64_t>(std::max<std::int64_t>(time.count() / 1000, 0));
    const std::uint64_t unit = decimals == 3 ? 1000 : 1'000'000;
    out = std::to_chars(out, out + 20, micros / unit).ptr;
    *out++ = '.';
    return put_padded(out, micros % unit, decimals);
}

char* put_text(char* out, Format format, std::string_view text, std::size_t longest = longest_text) noexcept {
    const std::string_view head = beginning(text, longest);
    out = escape(format, head, out);
    return head.size() < text.size() ? put(out, "...") : out;
}

}  // namespace

const Member* find_member(std::string_view name) noexcept {
    const auto* const found = std::find_if(std::begin(members), std::end(members), [&](const Member& m) { return name == m.name; });
    return found == std::end(members) ? nullptr : found;
}

bool says_something(const Member& member, const Record& record) noexcept {
    return member.always || (member.text && !(record.*member.text).empty()) ||
           (member.number && record.*member.number != 0) || (member.time && (record.*member.time).count() != 0) ||
           (member.truth && record.*member.truth);
}

char* put_member(char* out, Format format, const Member& member, const Record& record) noexcept {
    const bool json = format == Format::json;
    if (member.number) return put_number(out, record.*member.number);
    if (member.time) {
        out = put_duration(out, record.*member.time, json ? 3 : 6);
        return json ? out : put(out, "s");
    }
    if (member.truth) return put(out, record.*member.truth ? (json ? "true" : "yes") : (json ? "false" : "no"));
    if (json) *out++ = '"';
    out = put_bare(out, format, member, record);
    if (json) *out++ = '"';
    return out;
}

char* put_bare(char* out, Format format, const Member& member, const Record& record) noexcept {
    if (member.number || member.time || member.truth) return put_member(out, Format::json, member, record);
    return member.text ? put_text(out, format, record.*member.text) : put_time(out, record.time);
}

std::size_t longest_of(const Member& member) noexcept {
    return member.text ? longest_member : 32;
}

char* put_header(char* out, Format format, std::string_view value) noexcept {
    return put_text(out, format, value, longest_header);
}

Line::Line(Format format, const std::vector<std::string>& chosen, bool with_query, const HeaderNames& headers)
    : format_{format} {
    for (const std::string& name : chosen)
        if (!find_member(name)) throw std::invalid_argument{name};
    const auto lead_of = [&](const std::string& name) {
        return format == Format::json ? ",\"" + name + "\":\"" : std::string{separator} + name + ": ";
    };
    for (const std::string& name : headers.request) request_leads_.push_back(lead_of(name));
    for (const std::string& name : headers.response) response_leads_.push_back(lead_of(name));
    const auto wanted = [&](const Member& member) {
        if (with_query && std::string_view{member.name} == "query") return true;
        if (chosen.empty()) return !member.asked;
        return std::find(chosen.begin(), chosen.end(), member.name) != chosen.end();
    };
    std::vector<const Member*> all;
    for (const Member& member : members)
        if (wanted(member)) all.push_back(&member);
    if (format == Format::text)
        std::sort(all.begin(), all.end(), [](const Member* a, const Member* b) {
            const auto rank = [](const Member* member) {
                return std::find(std::begin(text_first), std::end(text_first), member->name) - std::begin(text_first);
            };
            return rank(a) != rank(b) ? rank(a) < rank(b) : a < b;
        });
    for (const Member* member : all) {
        const std::string lead = format == Format::json ? ",\"" + std::string{member->name} + "\":"
                                                        : std::string{separator} + member->label;
        Column& column = columns_.emplace_back(Column{.member = member});
        if (lead.size() > column.lead.size()) throw std::length_error{lead};
        column.length = lead.copy(column.lead.data(), lead.size());
    }
}

std::vector<std::string_view> Line::names() {
    std::vector<std::string_view> all;
    for (const Member& member : members)
        if (std::string_view{member.name} != "id") all.emplace_back(member.name);
    return all;
}

std::size_t Line::write(const Record& record, char* const begin) const noexcept {
    char* out = begin;
    const bool json = format_ == Format::json;
    const Member* before = nullptr;
    for (const Column& column : columns_) {
        const Member& member = *column.member;
        if (!says_something(member, record)) continue;
        // In text the first member has no separator before it, and the one after the time only a blank.
        std::size_t skipped = 0;
        if (!json && !before) skipped = separator.size();
        if (!json && before == &members[0]) skipped = separator.size() - 1;
        std::memcpy(out, column.lead.data(), column.lead.size());
        if (skipped) std::memmove(out, out + skipped, column.lead.size() - skipped);
        out = put_member(out + column.length - skipped, format_, member, record);
        before = &member;
    }
    if (!request_leads_.empty()) out = put_headers(out, request_leads_, record.request_headers, "request_headers");
    if (!response_leads_.empty()) out = put_headers(out, response_leads_, record.response_headers, "response_headers");
    if (!json) return static_cast<std::size_t>(put(out, "\n") - begin);
    if (out == begin) *out++ = '{';
    *begin = '{';  // in the place of the first comma
    return static_cast<std::size_t>(put(out, "}\n") - begin);
}

// In JSON an object of their own; in text like members. A line that there is not, or that is empty, is left out.
char* Line::put_headers(char* out, const std::vector<std::string>& leads, std::span<const std::string_view> values,
                        std::string_view group) const noexcept {
    const bool json = format_ == Format::json;
    char* const begin = out;
    if (json) out = put(put(put(out, ",\""), group), "\":");
    char* const first = out;
    for (std::size_t i = 0; i < leads.size() && i < values.size(); ++i) {
        if (values[i].empty()) continue;
        out = put_header(put(out, leads[i]), format_, values[i]);
        if (json) *out++ = '"';
    }
    if (out == first) return begin;
    if (!json) return out;
    *first = '{';  // in the place of the first comma
    *out++ = '}';
    return out;
}

std::string Line::note(std::chrono::system_clock::time_point time, std::uint64_t dropped) const {
    char text[32];
    const std::string when{text, put_time(text, time)};
    const std::string count = std::to_string(dropped);
    return format_ == Format::json ? "{\"time\":\"" + when + "\",\"dropped\":" + count + "}\n"
                                   : when + " Dropped: " + count + '\n';
}

char* put_time(char* out, std::chrono::system_clock::time_point time) noexcept {
    using namespace std::chrono;
    const auto day = floor<days>(time);
    const year_month_day date{day};
    const auto micros = static_cast<std::uint64_t>(duration_cast<microseconds>(time - day).count());
    out = put_padded(out, static_cast<std::uint64_t>(static_cast<int>(date.year())), 4);
    *out++ = '-';
    out = put_padded(out, static_cast<unsigned>(date.month()), 2);
    *out++ = '-';
    out = put_padded(out, static_cast<unsigned>(date.day()), 2);
    *out++ = 'T';
    const std::uint64_t seconds_of_day = micros / 1'000'000;
    out = put_padded(out, seconds_of_day / 3600, 2);
    *out++ = ':';
    out = put_padded(out, seconds_of_day / 60 % 60, 2);
    *out++ = ':';
    out = put_padded(out, seconds_of_day % 60, 2);
    *out++ = '.';
    out = put_padded(out, micros % 1'000'000, 6);
    *out++ = 'Z';
    return out;
}

char* put_clf_time(char* out, std::chrono::system_clock::time_point time) noexcept {
    using namespace std::chrono;
    constexpr const char* months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    const auto day = floor<days>(time);
    const year_month_day date{day};
    const auto second = static_cast<std::uint64_t>(floor<seconds>(time - day).count());
    out = put_padded(out, static_cast<unsigned>(date.day()), 2);
    out = put(put(put(out, "/"), months[static_cast<unsigned>(date.month()) - 1]), "/");
    out = put_padded(out, static_cast<std::uint64_t>(static_cast<int>(date.year())), 4);
    for (const std::uint64_t part : {second / 3600, second / 60 % 60, second % 60}) {
        *out++ = ':';
        out = put_padded(out, part, 2);
    }
    return put(out, " +0000");
}

}  // namespace tollgate::logging
