// core/config/secrets.h - which settings hold what nobody should read, by their names.
#pragma once

#include <string>
#include <string_view>

namespace tollgate::config {

// Names of settings, and of header lines in them (X-Access-Key), that hold what nobody should read in a log. A setting
// `key` says where a key stands, and a setting `cookies` which are asked for.
bool is_secret(std::string_view name);

// Where the login of a URL stands in a text, which may be part of one; both npos where there is none.
struct Login {
    std::size_t begin, end;
};
Login login_in(std::string_view text);

// A URL without the login that it may have.
std::string without_login(std::string_view text);

}  // namespace tollgate::config
