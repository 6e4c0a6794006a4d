// core/history/filter.cpp - reading a filter, and judging records by it.
#include "history/filter.h"

#include "store/key_facts.h"
#include "support/text.h"

#include <algorithm>
#include <array>

namespace tollgate::history {

namespace {

struct TextFilter {
    std::string_view name;
    std::optional<std::string> Filter::*wanted;
    std::string Record::*text;
};
constexpr std::array<TextFilter, 8> texts{{
    {"method", &Filter::method, &Record::method},
    {"route", &Filter::route, &Record::route},
    {"key", &Filter::caller, &Record::caller},
    {"owner", &Filter::owner, &Record::owner},
    {"tier", &Filter::tier, &Record::tier},
    {"upstream", &Filter::upstream, &Record::upstream},
    {"ip", &Filter::client_ip, &Record::client_ip},
    {"request_id", &Filter::request_id, &Record::request_id},
}};

constexpr std::array<std::string_view, 12> all_names{"status", "method",   "path", "route",      "key",   "owner",
                                                     "tier",   "upstream", "ip",   "request_id", "since", "until"};

std::optional<int> status_in(std::string_view text) {
    const auto status = text::whole_number<int>(text);
    return status && text.size() == 3 && *status >= 100 ? status : std::nullopt;
}

// "429", "5xx" or "400-499".
bool read_status(std::string_view text, int& from, int& to) {
    if (text.size() == 3 && text[0] >= '1' && text[0] <= '9' && (text.substr(1) == "xx" || text.substr(1) == "XX")) {
        from = (text[0] - '0') * 100;
        to = from + 99;
        return true;
    }
    const auto dash = text.find('-');
    const auto low = status_in(text.substr(0, dash));
    const auto high = dash == text.npos ? low : status_in(text.substr(dash + 1));
    if (!low || !high || *low > *high) return false;
    from = *low;
    to = *high;
    return true;
}

// Records hold nothing else, and PostgreSQL would not be asked for it.
bool is_text(std::string_view value) { return text::is_utf8(value) && value.find('\0') == value.npos; }
constexpr std::string_view a_text = "text in UTF-8, without a byte that is 0";

using Time = std::chrono::system_clock::time_point;

// Nothing was before 1970; and in 2262 the clock's nanoseconds end, so that "9999-12-31" means no end.
std::optional<Time> time_in(std::string_view text) {
    using namespace std::chrono;
    constexpr sys_days first{year{1970} / 1 / 1}, last{year{2262} / 1 / 1};
    if (const auto ago = store::parse_duration(text))
        return std::max<Time>(system_clock::now() - *ago, first);
    const auto time = store::parse_time(text);
    if (!time) return std::nullopt;
    return Time{std::clamp<store::Time>(*time, first, last)};
}

}  // namespace

std::span<const std::string_view> Filter::names() noexcept { return all_names; }

std::string Filter::set(std::string_view name, std::string_view value) {
    const auto wrong = [&](std::string_view wanted) {
        return std::string{name} + ": expected " + std::string{wanted} + ", got " + text::quote(value);
    };
    if (name == "status") {
        if (!read_status(value, status_from, status_to))
            return wrong("a status (429), a class (5xx) or a range (400-499)");
        return {};
    }
    if (name == "path") {
        if (!value.starts_with('/')) return wrong("the beginning of a path (/orders)");
        if (!is_text(value)) return wrong(a_text);
        path = value;
        return {};
    }
    if (name == "since" || name == "until") {
        const auto time = time_in(value);
        if (!time) return wrong("a time (2026-11-21T09:00:00Z), or how long ago that was (15m)");
        (name == "since" ? since : until) = time;
        return {};
    }
    const auto found = std::find_if(texts.begin(), texts.end(), [&](const auto& one) { return one.name == name; });
    if (found == texts.end())
        return text::quote(name) + " is nothing to filter by" + text::did_you_mean(name, all_names);
    if (!is_text(value)) return wrong(a_text);
    this->*found->wanted = value;
    return {};
}

bool Filter::takes(const Record& record) const noexcept {
    if (record.status < status_from || record.status > status_to) return false;
    if (path && !record.path.starts_with(*path)) return false;
    if ((since && record.began < *since) || (until && record.began >= *until)) return false;
    return std::all_of(texts.begin(), texts.end(), [&](const TextFilter& one) {
        const auto& wanted = this->*one.wanted;
        return !wanted || *wanted == record.*one.text;
    });
}

}  // namespace tollgate::history
