// core/config/item.cpp - says items and quantities as an operator would write them.
#include "config/item.h"

#include "support/text.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace tollgate::config {

namespace {

struct Unit {
    double size;
    const char *one, *several;
};
constexpr std::array<Unit, 7> durations = {{{2'592'000e9, "month", "months"},
                                            {604'800e9, "week", "weeks"},
                                            {86'400e9, "day", "days"},
                                            {3'600e9, "hour", "hours"},
                                            {60e9, "minute", "minutes"},
                                            {1e9, "second", "seconds"},
                                            {1e6, "millisecond", "milliseconds"}}};
constexpr std::array<Unit, 4> sizes = {{{1024.0 * 1024 * 1024, "gigabyte", "gigabytes"},
                                        {1024.0 * 1024, "megabyte", "megabytes"},
                                        {1024, "kilobyte", "kilobytes"},
                                        {1, "byte", "bytes"}}};

std::string in_unit(double amount, const Unit& unit) {
    const double count = amount / unit.size;
    return text::number(count) + " * " + (count == 1 ? unit.one : unit.several);
}

// In the largest unit that gives a whole number, else in the smallest.
template <std::size_t size>
std::string in_units(double amount, const std::array<Unit, size>& units) {
    for (const auto& unit : units)
        if (amount != 0 && std::fmod(amount, unit.size) == 0) return in_unit(amount, unit);
    return in_unit(amount, units.back());
}

}  // namespace

std::string describe(const Quantity& quantity) {
    switch (quantity.kind) {
        case Quantity::Kind::duration:
            return quantity.amount == 0 ? "0 * seconds" : in_units(quantity.amount, durations);
        case Quantity::Kind::size: return in_units(quantity.amount, sizes);
        case Quantity::Kind::rate: break;
    }
    for (const auto& unit : durations)
        if (unit.size == quantity.per) return text::number(quantity.amount) + " / " + unit.one;
    return text::number(quantity.amount) + " / (" + in_units(quantity.per, durations) + ")";
}

std::string_view word_of(ValueKind kind) {
    constexpr std::array<std::string_view, 9> words = {"header", "query",  "cookie", "caller", "client_ip",
                                                       "route",  "method", "path",   "host"};
    return words[std::size_t(kind)];
}

const Item* Item::find(std::string_view name) const {
    const auto at =
        std::lower_bound(named.begin(), named.end(), name, [](const auto& n, auto w) { return n.name < w; });
    return at != named.end() && at->name == name ? &at->item : nullptr;
}

std::string Item::describe() const {
    switch (kind) {
        case Kind::nothing: return "nothing";
        case Kind::boolean: return truth ? "true" : "false";
        case Kind::number: return text::number(number);
        case Kind::text: return text::quote(text, 60);
        case Kind::quantity: return config::describe(quantity);
        case Kind::value:
            if (text.empty()) return std::string{word_of(value)};
            return std::string{word_of(value)} + ' ' + text::quote(text, 60);
        case Kind::expression: return "matches " + text::quote(text, 60);
        case Kind::function: return "a function";
        case Kind::use: return "the plugin " + text;
        case Kind::upstream: return "the upstream " + text::quote(text);
        case Kind::split: return "a split";
        case Kind::word: return "the word " + text::quote(text) + " by itself";
        case Kind::table: return list.empty() && named.empty() ? "{}" : named.empty() ? "a list" : "a table";
        case Kind::mistake: break;
    }
    return "a mistake";
}

}  // namespace tollgate::config
