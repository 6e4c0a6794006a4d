// plugins/balancer/sticky.cpp - keyed names, found by bisection, and the line that hands one to a client.
#include "sticky.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include <algorithm>
#include <array>
#include <stdexcept>

namespace tollgate::balancer {

namespace {

constexpr std::size_t name_bytes = 12;  // 96 bits, of 6 each 16 letters

std::string base64url(const unsigned char* bytes, std::size_t count) {
    constexpr const char* letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    std::string text;
    for (std::size_t i = 0; i + 2 < count; i += 3) {
        const unsigned group = unsigned{bytes[i]} << 16 | unsigned{bytes[i + 1]} << 8 | bytes[i + 2];
        for (const int shift : {18, 12, 6, 0}) text += letters[group >> shift & 63];
    }
    return text;
}

bool is_letter_or_digit(unsigned char c) noexcept {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

std::string keyed_name(std::string_view secret, const std::string& text) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned size = 0;
    if (!HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()),
              reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data(), &size))
        throw std::runtime_error{"OpenSSL has no HMAC-SHA-256"};
    return base64url(digest.data(), name_bytes);
}

}  // namespace

Sticky::Sticky(std::string_view secret, std::string_view upstream, const std::vector<std::string>& addresses) {
    names_.reserve(addresses.size());
    for (const std::string& address : addresses)
        names_.push_back(keyed_name(secret, std::string{upstream} + '\0' + address));
    for (std::size_t target = 0; target < names_.size(); ++target) sorted_.emplace_back(names_[target], target);
    std::ranges::sort(sorted_);
}

std::optional<std::size_t> Sticky::find(std::string_view name) const noexcept {
    const auto found = std::ranges::lower_bound(sorted_, name, {}, &std::pair<std::string_view, std::size_t>::first);
    if (found == sorted_.end() || found->first != name) return std::nullopt;
    return found->second;
}

std::string random_secret() {
    std::string secret(32, '\0');
    if (RAND_bytes(reinterpret_cast<unsigned char*>(secret.data()), static_cast<int>(secret.size())) != 1)
        throw std::runtime_error{"OpenSSL has no random bytes"};
    return secret;
}

std::string CookieForm::line(std::string_view value, bool secure) const {
    std::string text = name;
    text.append("=").append(value).append("; Path=").append(path);
    if (!domain.empty()) text.append("; Domain=").append(domain);
    if (seconds > 0) text.append("; Max-Age=").append(std::to_string(seconds));
    text.append("; HttpOnly; SameSite=").append(same_site);
    if (secure) text.append("; Secure");
    return text;
}

bool is_cookie_name(std::string_view text) noexcept {
    return !text.empty() && text.size() <= 64 &&
           std::ranges::all_of(text, [](unsigned char c) { return is_letter_or_digit(c) || c == '-' || c == '_'; });
}

bool is_cookie_path(std::string_view text) noexcept {
    return text.starts_with('/') &&
           std::ranges::all_of(text, [](unsigned char c) { return c > 0x20 && c < 0x7f && c != ';' && c != ','; });
}

bool is_cookie_domain(std::string_view text) noexcept {
    return !text.empty() && is_letter_or_digit(static_cast<unsigned char>(text.front())) &&
           std::ranges::all_of(text, [](unsigned char c) { return is_letter_or_digit(c) || c == '-' || c == '.'; });
}

}  // namespace tollgate::balancer
