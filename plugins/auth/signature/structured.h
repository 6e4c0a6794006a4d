// plugins/auth/signature/structured.h - Dictionary: structured fields (RFC 8941), so far as signatures need them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tollgate::auth::signature {

// A bare item (section 3.3). Decimals and dates are not read: nothing here has any.
struct Bare {
    enum class Kind : std::uint8_t { integer, string, token, bytes, boolean };
    bool is(Kind wanted) const noexcept { return kind == wanted; }

    Kind kind = Kind::boolean;
    std::int64_t number = 0;  // of an integer; of a boolean 0 or 1
    std::string text;         // of a string, unescaped; of a token; of bytes, decoded
};
using Parameters = std::vector<std::pair<std::string, Bare>>;

struct Item {
    Bare value;
    Parameters parameters;
};

// `name=(items);parameters`, or `name=item;parameters`, which then is the one of `items`.
struct Member {
    std::string name;
    bool is_list = false;
    std::vector<Item> items;
    Parameters parameters;  // of the list
};
using Dictionary = std::vector<Member>;

// nullopt for anything that section 4.2.2 does not read, and stricter in two points: no key and no parameter twice
// (programs differ in which they take), and base64 with its padding and nothing else.
std::optional<Dictionary> parse_dictionary(std::string_view text);
const Member* find(const Dictionary& dictionary, std::string_view name) noexcept;
const Bare* find(const Parameters& parameters, std::string_view name) noexcept;

// As section 4.1 writes them.
std::string written(const Item& item);
std::string written_list(const Member& member);  // without its name
std::string written_string(std::string_view text);

}  // namespace tollgate::auth::signature
