// plugins/auth/basic_credentials.h - BasicCredentials: the name and password in an Authorization header (RFC 7617).
#pragma once

#include <string>
#include <string_view>

namespace tollgate::auth {

struct BasicCredentials {
    enum class Form { absent, malformed, given };
    Form form = Form::absent;
    std::string name, password;  // neither with control characters, and the name without colon
};

// Another scheme is absent. Base64 with padding, strictly; at most 512 bytes.
BasicCredentials read_basic(std::string_view header);

}  // namespace tollgate::auth
