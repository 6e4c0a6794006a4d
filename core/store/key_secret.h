// core/store/key_secret.h - making the secrets of API keys, and what is kept of them.
#pragma once

#include "support/digest.h"

#include <optional>
#include <string>
#include <string_view>

namespace tollgate::store {

// What a client shows: "tg_<id>_<secret>", or as another form has it. The id is public and finds the row; the secret is
// 256 random bits, told once and kept nowhere.
struct KeySecret {
    std::string id;     // 16 letters and digits: 80 bits
    std::string shown;  // the whole of it
    std::string sha256; // of the whole, in hex: what is kept
};

// How a key is written: a text with {id} and {secret} in it.
inline constexpr std::string_view usual_form = "tg_{id}_{secret}";
// What is wrong with another one, or "".
std::string problem_of_form(std::string_view form);

// With an id of its own, or with that of a key that gets another secret. Throws std::runtime_error where the system has
// no randomness to give.
KeySecret make_key_secret(const std::string& id = {}, std::string_view form = usual_form);

// Whether an operator may choose it as a key: printable ASCII without blanks, 4 to 512 of them. The reason why not in
// `problem`, without the key.
bool fits_as_key(std::string_view plain, std::string& problem);

}  // namespace tollgate::store
