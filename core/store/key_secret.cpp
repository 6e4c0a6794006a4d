// core/store/key_secret.cpp - random bits by OpenSSL, as letters and digits.
#include "store/key_secret.h"

#include "support/hexadecimal.h"

#include <openssl/rand.h>

#include <algorithm>
#include <stdexcept>

namespace tollgate::store {

namespace {

// Five bits each, as Crockford has them: nothing that looks like something else, and no vowel but for A and E.
constexpr std::string_view base32 = "0123456789abcdefghjkmnpqrstvwxyz";
constexpr std::size_t id_letters = 16, secret_letters = 52;  // 80 and 260 bits

std::string random_letters(std::size_t count) {
    std::string bytes(count, '\0');
    if (RAND_bytes(reinterpret_cast<unsigned char*>(bytes.data()), int(bytes.size())) != 1)
        throw std::runtime_error{"openssl: no random bytes are to be had"};
    for (char& c : bytes) c = base32[static_cast<unsigned char>(c) & 31];
    return bytes;
}

}  // namespace

std::string problem_of_form(std::string_view form) {
    constexpr std::size_t longest = 100;
    const auto once = [form](std::string_view mark) {
        const auto at = form.find(mark);
        return at != form.npos && form.find(mark, at + 1) == form.npos;
    };
    std::string problem;
    if (once("{id}") && once("{secret}") && form.size() <= longest && fits_as_key(form, problem)) return {};
    return "expected at most 100 printable ASCII characters without blanks, {id} and {secret} among them once each";
}

KeySecret make_key_secret(const std::string& id, std::string_view form) {
    KeySecret secret;
    secret.id = id.empty() ? random_letters(id_letters) : id;
    secret.shown = form;
    secret.shown.replace(secret.shown.find("{id}"), 4, secret.id);
    secret.shown.replace(secret.shown.find("{secret}"), 8, random_letters(secret_letters));
    secret.sha256 = hexadecimal(sha256(secret.shown));
    return secret;
}

bool fits_as_key(std::string_view plain, std::string& problem) {
    const bool printable = std::all_of(plain.begin(), plain.end(), [](char c) { return c > ' ' && c < 0x7F; });
    if (printable && plain.size() >= 4 && plain.size() <= 512) return true;
    problem = "expected 4 to 512 printable ASCII characters without blanks";
    return false;
}

}  // namespace tollgate::store
