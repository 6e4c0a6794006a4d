// core/gateway/concealed.cpp - finding secrets in request targets, however they are written there.
#include "gateway/concealed.h"

#include "support/hexadecimal.h"
#include "support/secrets.h"

#include <algorithm>

namespace tollgate {

namespace {

// How many bytes at the beginning of `text` are `c`: 1, 3 as "%2F", or 0.
std::size_t length_of(std::string_view text, char c) noexcept {
    if (text.size() >= 3 && text[0] == '%') {
        const int high = digit_of(text[1]), low = digit_of(text[2]);
        if (high >= 0 && low >= 0 && static_cast<char>(high * 16 + low) == c) return 3;
    }
    return !text.empty() && text[0] == c ? 1 : 0;
}

// How much of the beginning of `text` is `secret`; 0 if it does not begin so.
std::size_t length_of(std::string_view text, std::string_view secret) noexcept {
    std::size_t all = 0;
    for (const char c : secret) {
        const std::size_t length = length_of(text.substr(all), c);
        if (length == 0) return 0;
        all += length;
    }
    return all;
}

}  // namespace

std::vector<std::string_view> places_in_target(std::string_view target, std::string_view secret) {
    std::vector<std::string_view> places;
    for (std::size_t at = 0; at < target.size();) {
        const std::size_t length = length_of(target.substr(at), secret);
        if (length > 0) places.push_back(target.substr(at, length));
        at += std::max<std::size_t>(length, 1);
    }
    return places;
}

void Concealed::add(std::string_view secret) {
    if (secret.size() < shortest_secret) return;
    const auto at = std::find_if(secrets_.begin(), secrets_.end(),
                                 [&](const std::string& known) { return known.size() <= secret.size(); });
    secrets_.emplace(at, secret);
}

void Concealed::hide_in(std::string& target) const {
    for (const std::string& secret : secrets_) {
        std::string shown;
        std::size_t from = 0;
        for (const auto place : places_in_target(target, secret)) {
            const auto at = static_cast<std::size_t>(place.data() - target.data());
            shown.append(target, from, at - from).append(hidden);
            from = at + place.size();
        }
        if (from > 0) target = shown.append(target, from);
    }
}

}  // namespace tollgate
