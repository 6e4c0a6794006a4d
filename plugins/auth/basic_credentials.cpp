// plugins/auth/basic_credentials.cpp - decoding "Basic bmFtZTpwYXNzd29yZA==".
#include "basic_credentials.h"

#include "base64.h"
#include "words.h"

#include <algorithm>
#include <cstddef>

namespace tollgate::auth {

namespace {

constexpr std::size_t longest = 512;

}  // namespace

BasicCredentials read_basic(std::string_view header) {
    const std::size_t blank = std::min(header.find(' '), header.size());
    BasicCredentials read;
    if (!same_name(header.substr(0, blank), "Basic")) return read;
    read.form = BasicCredentials::Form::malformed;
    header.remove_prefix(blank);
    header.remove_prefix(std::min(header.find_first_not_of(' '), header.size()));
    const auto text = header.size() <= longest ? decode_base64(header) : std::nullopt;
    const std::size_t colon = text ? text->find(':') : std::string::npos;
    const auto control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; };
    if (colon == std::string::npos || colon == 0 || std::any_of(text->begin(), text->end(), control)) return read;
    read.name = text->substr(0, colon);
    read.password = text->substr(colon + 1);
    read.form = BasicCredentials::Form::given;
    return read;
}

}  // namespace tollgate::auth
