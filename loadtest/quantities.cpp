// loadtest/quantities.cpp - amounts as people write them: durations, counts, sizes, percentages; read and shown.
#include "loadtest/quantities.h"

#include "support/text.h"

#include <array>
#include <charconv>
#include <cmath>
#include <cstdio>

namespace tollgate::loadtest {

namespace {

constexpr std::uint64_t most = 1'000'000'000'000'000;  // nobody needs more, and sums of them stay far from 2^64

// A decimal number as written: digits, at most one point between digits. Signs, exponents and "nan" are no part of it.
struct Decimal {
    std::uint64_t whole = 0;
    std::uint64_t fraction = 0;        // of `parts`
    std::uint64_t parts = 1;           // a power of ten
    std::string_view text;
};

bool is_digit(char letter) noexcept { return letter >= '0' && letter <= '9'; }

// Takes one from the beginning of `text`; more than 18 digits before or behind the point are none.
std::optional<Decimal> take_decimal(std::string_view& text) {
    Decimal number;
    std::size_t at = 0;
    for (; at < text.size() && is_digit(text[at]); ++at) number.whole = number.whole * 10 + (text[at] - '0');
    if (at == 0 || at > 18) return std::nullopt;
    if (at < text.size() && text[at] == '.') {
        const std::size_t point = at++;
        for (; at < text.size() && is_digit(text[at]) && at - point <= 18; ++at) {
            number.fraction = number.fraction * 10 + (text[at] - '0');
            number.parts *= 10;
        }
        if (at == point + 1 || (at < text.size() && is_digit(text[at]))) return std::nullopt;
    }
    number.text = text.substr(0, at);
    text.remove_prefix(at);
    return number;
}

struct Unit {
    std::string_view name;
    std::uint64_t size;
};

// Times `unit`, if that is a whole number of at most `limit`.
std::optional<std::uint64_t> times(const Decimal& number, std::uint64_t unit, std::uint64_t limit, bool round = false) {
    if (number.whole > limit / unit) return std::nullopt;
    const auto product = static_cast<unsigned __int128>(number.fraction) * unit;
    if (!round && product % number.parts != 0) return std::nullopt;
    const std::uint64_t sum = number.whole * unit + static_cast<std::uint64_t>(product / number.parts);
    return sum > limit ? std::nullopt : std::optional{sum};
}

const Unit* find(std::string_view name, auto& units) noexcept {
    for (const Unit& unit : units)
        if (unit.name == name) return &unit;
    return nullptr;
}

constexpr std::array<Unit, 6> duration_units{{{"h", 3'600'000'000'000}, {"m", 60'000'000'000}, {"s", 1'000'000'000},
                                              {"ms", 1'000'000}, {"us", 1'000}, {"ns", 1}}};
constexpr std::array<Unit, 5> count_units{
    {{"", 1}, {"k", 1'000}, {"K", 1'000}, {"M", 1'000'000}, {"G", 1'000'000'000}}};
constexpr std::array<Unit, 9> size_units{{{"", 1}, {"k", 1'000}, {"K", 1'000}, {"M", 1'000'000}, {"G", 1'000'000'000},
                                          {"Ki", 1u << 10}, {"ki", 1u << 10}, {"Mi", 1u << 20}, {"Gi", 1u << 30}}};

std::nullopt_t refuse(std::string& problem, std::string_view expected, std::string_view text) {
    problem = "expected " + std::string{expected} + ", got " + text::quote(text);
    return std::nullopt;
}

// The letters at the beginning of `text`: a unit. "µ" is "u".
std::string take_unit(std::string_view& text) {
    std::string unit;
    for (; !text.empty(); text.remove_prefix(1)) {
        if (text.starts_with("\xC2\xB5") || text.starts_with("\xCE\xBC")) {
            unit += 'u';
            text.remove_prefix(1);
        } else if ((text[0] >= 'a' && text[0] <= 'z') || (text[0] >= 'A' && text[0] <= 'Z')) {
            unit += text[0];
        } else {
            break;
        }
    }
    return unit;
}

std::string fixed(double value, int decimals) {
    std::array<char, 64> text{};
    std::snprintf(text.data(), text.size(), "%.*f", decimals, value);
    return text.data();
}

// "2.10", "12.1", "121". What rounds to 10.0 or 100 has one decimal less than its first figure says.
std::string three_figures(double value) { return fixed(value, value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2); }

}  // namespace

std::optional<Nanoseconds> parse_duration(std::string_view text, std::string& problem) {
    constexpr std::string_view expected = "a duration such as 30s, 1m30s or 250ms";
    constexpr std::uint64_t longest = 24 * duration_units[0].size;
    const std::string_view written = text;
    std::uint64_t sum = 0;
    const Unit* last = nullptr;
    do {
        const auto number = take_decimal(text);
        if (!number) return refuse(problem, expected, written);
        const std::string name = take_unit(text);
        const bool bare = name.empty() && !last && text.empty();
        const Unit* const unit = bare ? &duration_units[2] : find(name, duration_units);
        if (!unit || (last && unit <= last)) return refuse(problem, expected, written);
        const auto part = times(*number, unit->size, longest, true);
        if (!part || sum + *part > longest) return refuse(problem, "at most 24h", written);
        sum += *part;
        last = unit;
    } while (!text.empty());
    return Nanoseconds{static_cast<Nanoseconds::rep>(sum)};
}

std::optional<std::uint64_t> parse_count(std::string_view text, std::string& problem) {
    const std::string_view written = text;
    const auto number = take_decimal(text);
    const Unit* const unit = number ? find(text, count_units) : nullptr;
    const auto count = unit ? times(*number, unit->size, most) : std::nullopt;
    if (count) return count;
    if (unit && number->whole > most / unit->size) return refuse(problem, "at most 1000000G", written);
    return refuse(problem, "a whole number such as 1000 or 10k", written);
}

std::optional<double> parse_rate(std::string_view text, std::string& problem) {
    const std::string_view written = text;
    const auto number = take_decimal(text);
    if (number && text.ends_with("/s")) text.remove_suffix(2);
    const Unit* const unit = number ? find(text, count_units) : nullptr;
    if (!unit) return refuse(problem, "requests a second such as 4000 or 10k", written);
    double rate = 0;
    std::from_chars(number->text.data(), number->text.data() + number->text.size(), rate);
    rate *= static_cast<double>(unit->size);
    if (rate > 1e9) return refuse(problem, "at most 1G requests a second", written);
    if (rate > 0 && rate < 0.001) return refuse(problem, "0 or at least 0.001 requests a second", written);
    return rate;
}

std::optional<std::uint64_t> parse_size(std::string_view text, std::string& problem) {
    const std::string_view written = text;
    const auto number = take_decimal(text);
    if (number && text.ends_with("B")) text.remove_suffix(1);
    const Unit* const unit = number ? find(text, size_units) : nullptr;
    const auto size = unit ? times(*number, unit->size, most) : std::nullopt;
    if (size) return size;
    if (unit && number->whole > most / unit->size) return refuse(problem, "at most 1000000GB", written);
    return refuse(problem, "a size such as 512, 10k or 1Mi", written);
}

std::string show(Nanoseconds duration) {
    if (duration < Nanoseconds::zero()) {
        // The lowest number has no opposite.
        return "-" + show(duration == Nanoseconds::min() ? Nanoseconds::max() : -duration);
    }
    const auto ticks = static_cast<double>(duration.count());
    if (duration.count() < 1'000) return std::to_string(duration.count()) + " ns";
    if (ticks < 9'950) return fixed(ticks / 1e3, 1) + " us";
    if (ticks < 999'500) return std::to_string(std::llround(ticks / 1e3)) + " us";
    if (ticks < 999.5e6) return three_figures(ticks / 1e6) + " ms";
    const auto rest = duration.count() % 1'000'000'000;
    const auto seconds = duration.count() / 1'000'000'000 + (rest >= 500'000'000 ? 1 : 0);
    if (ticks < 59.95e9) {
        return (rest == 0 ? std::to_string(seconds) : three_figures(ticks / 1e9)) + " s";
    }
    if (seconds < 3600) return std::to_string(seconds / 60) + " m " + std::to_string(seconds % 60) + " s";
    const auto minutes = (seconds + 30) / 60;
    return std::to_string(minutes / 60) + " h " + std::to_string(minutes % 60) + " m";
}

std::string show_count(double count) {
    if (count < 0) return "-" + show_count(-count);
    if (count < 999.5) return count == std::floor(count) ? std::to_string(std::lround(count)) : three_figures(count);
    if (count < 999.5e3) return three_figures(count / 1e3) + "k";
    if (count < 999.5e6) return three_figures(count / 1e6) + "M";
    return three_figures(count / 1e9) + "G";
}

std::string show_percent(double share, int digits) {
    return fixed(share * 100, digits) + "%";
}

}  // namespace tollgate::loadtest
