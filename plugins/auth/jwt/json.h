// plugins/auth/jwt/json.h - Json: a text of JSON that strangers sent, read strictly and within bounds.
//
// Why not POCO's: it takes the last of two members of one name (RFC 7515 section 4 wants them refused, since others
// take the first), reads on behind the end of a text, and bounds neither members nor what is no UTF-8.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tollgate::auth::jwt {

struct Json {
    enum class Kind : std::uint8_t { null, boolean, number, text, list, object };
    struct Bounds {
        std::size_t depth = 8, values = 1000;
    };

    // nullopt unless the whole text is one value by RFC 8259: UTF-8, no member twice, no lone surrogate, no number that
    // a double cannot come near.
    static std::optional<Json> parse(std::string_view text, Bounds bounds);

    // The member of an object, or null where there is none (or this is no object).
    const Json* find(std::string_view name) const noexcept;
    bool is(Kind wanted) const noexcept { return kind == wanted; }
    // The member's text, or null where it is absent or no text.
    const std::string* text_of(std::string_view name) const noexcept;

    Kind kind = Kind::null;
    bool truth = false;
    double number = 0;
    std::string text;                // of a text, decoded; of a number, as it was written
    std::vector<Json> elements;      // of a list; of an object, its members' values
    std::vector<std::string> names;  // of an object's members
};

}  // namespace tollgate::auth::jwt
