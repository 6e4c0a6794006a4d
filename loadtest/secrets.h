// loadtest/secrets.h - what reports, errors and the shown command leave out: values whose names say they are secret.
#pragma once

#include <string>
#include <string_view>

namespace tollgate::loadtest {

// True for names of headers and query parameters such as Authorization, Cookie, X-API-Key, access_token, password.
bool names_secret(std::string_view name);

// A path with its query, secret values as "...": "/orders?api_key=...&page=2".
std::string without_secrets(std::string_view path);

}  // namespace tollgate::loadtest
