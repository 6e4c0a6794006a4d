// plugins/ratelimit/inquiry.cpp - reading the query of an operator's URL.
#include "inquiry.h"

#include <charconv>
#include <stdexcept>

namespace tollgate::ratelimit {

namespace {

std::string decoded(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        unsigned char byte = 0;
        if (text[i] == '%') {
            const std::string_view digits = text.substr(i + 1, 2);
            const auto [end, problem] = std::from_chars(digits.data(), digits.data() + digits.size(), byte, 16);
            if (problem != std::errc{} || digits.size() < 2 || end != digits.data() + 2)
                throw std::invalid_argument{"expected two hexadecimal digits after each %, got \"" + std::string{text} +
                                            '"'};
            out += static_cast<char>(byte);
            i += 2;
        } else {
            out += text[i] == '+' ? ' ' : text[i];
        }
    }
    return out;
}

}  // namespace

Inquiry inquiry_of(std::string_view query) {
    Inquiry inquiry;
    while (!query.empty()) {
        const std::string_view one = query.substr(0, query.find('&'));
        query.remove_prefix(one.size() < query.size() ? one.size() + 1 : one.size());
        const auto equals = one.find('=');
        const std::string word = decoded(one.substr(0, equals));
        std::string value = equals == one.npos ? "" : decoded(one.substr(equals + 1));
        if (word == "name") inquiry.name = std::move(value);
        else if (word == "by") inquiry.by = std::move(value);
        else if (word == "key") inquiry.key.push_back(std::move(value));
        else if (word == "tier") inquiry.tier = std::move(value);
        else if (word == "id") inquiry.id = std::move(value);
        else if (word == "rate") inquiry.rate = std::move(value);
        else if (word == "burst") inquiry.burst = std::move(value);
        else if (!word.empty())
            throw std::invalid_argument{"expected name, by, key, tier, id, rate or burst, got \"" + word + '"'};
    }
    return inquiry;
}

}  // namespace tollgate::ratelimit
