// core/store/key_facts.cpp - checking, reading and writing what is said of keys.
#include "store/key_facts.h"

#include "support/text.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>

namespace tollgate::store {

namespace {

constexpr std::size_t longest_text = 256, longest_scopes = 2048;
constexpr std::int64_t most_count = 1'000'000'000'000, longest_rate = 366 * 86'400, most_burst = 1'000'000'000;
constexpr std::int64_t longest_duration = std::int64_t{36'525} * 86'400;

bool printable(std::string_view text) {
    return std::none_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < ' ' || c == 0x7F; }) &&
           text::printable(text) == text;
}

// RFC 6749 section 3.3, with one blank between two.
bool are_scopes(std::string_view text) {
    bool blank = true;
    for (const char c : text) {
        const bool is_blank = c == ' ';
        if ((is_blank && blank) || (!is_blank && (c < 0x21 || c > 0x7E || c == '"' || c == '\\'))) return false;
        blank = is_blank;
    }
    return text.empty() || !blank;
}

std::string_view trimmed(std::string_view text) {
    while (text.starts_with(' ')) text.remove_prefix(1);
    while (text.ends_with(' ')) text.remove_suffix(1);
    return text;
}

std::optional<std::int64_t> take_number(std::string_view& text) {
    std::int64_t number = 0;
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (problem != std::errc{} || number < 0) return std::nullopt;
    text.remove_prefix(std::size_t(end - text.data()));
    return number;
}

bool is_rate(const KeyRate& rate) {
    return rate.count >= 1 && rate.count <= most_count && rate.seconds >= 1 && rate.seconds <= longest_rate &&
           rate.burst >= 0 && rate.burst <= most_burst;
}

struct Unit {
    std::string_view name;
    std::int64_t seconds;
};
constexpr std::array<Unit, 12> units{{{"s", 1}, {"second", 1}, {"seconds", 1}, {"m", 60}, {"minute", 60}, {"minutes", 60},
                                      {"h", 3600}, {"hour", 3600}, {"hours", 3600}, {"d", 86'400}, {"day", 86'400}, {"days", 86'400}}};

std::optional<std::int64_t> unit_of(std::string_view name) {
    for (const auto& unit : units)
        if (unit.name == name) return unit.seconds;
    return std::nullopt;
}

}  // namespace

std::vector<FieldProblem> problems_of(const KeyChanges& said, bool creating,
                                      const std::function<bool(const std::string&)>& has_tier) {
    std::vector<FieldProblem> problems;
    const auto check_text = [&](const char* field, const std::optional<std::string>& value, bool wanted) {
        if (wanted && (!value || value->empty())) problems.push_back({field, "missing; expected a text"});
        else if (value && value->size() > longest_text)
            problems.push_back({field, "expected at most 256 bytes, got " + std::to_string(value->size())});
        else if (value && !printable(*value)) problems.push_back({field, "expected UTF-8 without control characters"});
    };
    check_text("owner", said.owner, creating || said.owner.has_value());
    check_text("name", said.name, false);
    check_text("tier", said.tier, false);
    if (said.tier && !said.tier->empty() && said.tier->size() <= longest_text && !has_tier(*said.tier))
        problems.push_back({"tier", "expected a tier of routes.lua, got " + text::quote(*said.tier)});
    if (said.scopes && (said.scopes->size() > longest_scopes || !are_scopes(*said.scopes)))
        problems.push_back({"scopes", "expected words like \"orders:read\" with a blank between two, at most 2048 bytes"});
    if (said.rate && *said.rate) {
        if (!is_rate(**said.rate))
            problems.push_back({"rate", "expected 1 to 1000000000000 requests in 1 second to 366 days, and a burst below 10^9"});
    }
    return problems;
}

std::optional<KeyRate> parse_rate(std::string_view text) {
    std::int64_t burst = 0;
    if (const auto word = text.find(" burst "); word != text.npos) {
        std::string_view rest = trimmed(text.substr(word + 7));
        const auto number = take_number(rest);
        if (!number || *number < 1 || !rest.empty()) return std::nullopt;
        burst = *number;
        text = text.substr(0, word);
    }
    text = trimmed(text);
    const auto count = take_number(text);
    text = trimmed(text);
    if (!count || !text.starts_with('/')) return std::nullopt;
    text = trimmed(text.substr(1));
    const bool numbered = !text.empty() && text[0] >= '0' && text[0] <= '9';
    const auto times = numbered ? take_number(text) : std::optional<std::int64_t>{1};
    const auto unit = unit_of(trimmed(text).empty() ? std::string_view{"s"} : trimmed(text));
    if (!times || !unit || *times > longest_rate || (!numbered && text.empty())) return std::nullopt;
    const KeyRate rate{*count, *times * *unit, burst};
    return is_rate(rate) ? std::optional{rate} : std::nullopt;
}

std::string show(const KeyRate& rate) {
    return std::to_string(rate.count) + '/' + std::to_string(rate.seconds) + 's' +
           (rate.burst > 0 ? " burst " + std::to_string(rate.burst) : std::string{});
}

std::optional<std::chrono::seconds> parse_duration(std::string_view text) {
    const auto number = take_number(text);
    const auto unit = unit_of(text);
    if (!number || !unit || *number > longest_duration / *unit) return std::nullopt;
    return std::chrono::seconds{*number * *unit};
}

std::optional<Time> parse_time(std::string_view text) {
    int year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0, used = 0;
    const std::string copy{text};
    if (copy.size() < 10 || std::sscanf(copy.c_str(), "%4d-%2d-%2d%n", &year, &month, &day, &used) != 3 || used != 10)
        return std::nullopt;
    std::string_view rest = std::string_view{copy}.substr(10);
    std::int64_t microseconds = 0, offset = 0;
    if (!rest.empty()) {
        if (std::sscanf(rest.data(), "%*1[Tt ]%2d:%2d:%2d%n", &hour, &minute, &second, &used) != 3 || used != 9)
            return std::nullopt;
        rest.remove_prefix(9);
        if (rest.starts_with('.')) {
            rest.remove_prefix(1);
            std::int64_t place = 100'000;
            for (; !rest.empty() && rest[0] >= '0' && rest[0] <= '9'; rest.remove_prefix(1), place /= 10)
                microseconds += place * (rest[0] - '0');
        }
        if (rest == "Z" || rest == "z" || rest.empty()) {
            rest = {};
        } else {
            int hours = 0, minutes = 0;
            if (rest.size() != 6 || (rest[0] != '+' && rest[0] != '-') ||
                std::sscanf(rest.data() + 1, "%2d:%2d%n", &hours, &minutes, &used) != 2 || used != 5 || hours > 23 || minutes > 59)
                return std::nullopt;
            offset = (hours * 60 + minutes) * 60 * (rest[0] == '-' ? -1 : 1);
        }
    }
    const std::chrono::year_month_day date{std::chrono::year{year}, std::chrono::month{unsigned(month)},
                                           std::chrono::day{unsigned(day)}};
    if (!date.ok() || year < 1970 || hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 60)
        return std::nullopt;
    return Time{std::chrono::sys_days{date}} + std::chrono::hours{hour} + std::chrono::minutes{minute} +
           std::chrono::seconds{second - offset} + std::chrono::microseconds{microseconds};
}

std::string show(Time time) {
    const auto day = std::chrono::floor<std::chrono::days>(time);
    const std::chrono::year_month_day date{day};
    const auto seconds = std::chrono::floor<std::chrono::seconds>(time - day).count();
    char text[64];
    std::snprintf(text, sizeof text, "%04d-%02u-%02uT%02d:%02d:%02dZ", int(date.year()), unsigned(date.month()),
                  unsigned(date.day()), int(seconds / 3600), int(seconds / 60 % 60), int(seconds % 60));
    return text;
}

}  // namespace tollgate::store
