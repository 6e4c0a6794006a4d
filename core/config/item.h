// core/config/item.h - Item: what routes.lua wrote, taken out of Lua; Quantity: a number with its unit.
#pragma once

#include "config/place.h"

#include <string>
#include <string_view>
#include <vector>

namespace tollgate::config {

struct Quantity {
    enum class Kind { duration, size, rate };
    Kind kind = Kind::duration;
    double amount = 0;  // nanoseconds, bytes, or a rate's count
    double per = 0;     // of a rate: nanoseconds
};

// "5 * seconds", "10 * megabytes", "60 / minute": as an operator would write it.
std::string describe(const Quantity& quantity);

// What may vary per request, besides functions.
enum class ValueKind { header, query, cookie, caller, client_ip, route, method, path, host };

std::string_view word_of(ValueKind kind);

struct NamedItem;

// One value of the configuration. Tables are copied whole: what the script does to them later changes nothing.
struct Item {
    enum class Kind {
        nothing,
        boolean,
        number,
        text,
        quantity,
        value,       // header "X", caller, ...
        expression,  // matches "^a", `text`
        function,    // `index`: its number, `place`: where it begins
        use,         // `index`: of Reading::uses
        upstream,    // `index`: of Reading::declarations
        split,       // `index`: of Reading::splits
        word,        // a word that wanted to be called, `text`
        table,
        mistake,  // the result of what was reported already
    };
    Kind kind = Kind::nothing;
    bool truth = false;
    double number = 0;
    Quantity quantity{};
    ValueKind value{};
    int index = 0;
    Place place{};
    std::string text;  // of a text, an expression, the name of a header, query parameter or cookie, a word
    std::vector<Item> list;
    std::vector<NamedItem> named;  // sorted by name

    bool is(Kind k) const noexcept { return kind == k; }
    const Item* find(std::string_view name) const;
    // As it would stand in "got ...".
    std::string describe() const;
};

struct NamedItem {
    std::string name;
    Item item;
};

}  // namespace tollgate::config
