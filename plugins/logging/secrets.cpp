// plugins/logging/secrets.cpp - telling secrets by their names, as `tollgate explain` does.
#include "secrets.h"

#include <algorithm>
#include <array>
#include <utility>

namespace tollgate::logging {

namespace {

// What makes no difference goes: X-API-Key, x_api_key and xApiKey are one name. "%5F" too.
std::string plain(std::string_view name) {
    std::string plain;
    for (std::size_t i = 0; i < name.size(); ++i) {
        char c = name[i];
        if (c == '%' && i + 2 < name.size()) {
            const auto digit = [](char h) { return h <= '9' ? h - '0' : (h | 0x20) - 'a' + 10; };
            c = static_cast<char>(digit(name[i + 1]) * 16 + digit(name[i + 2]));
            i += 2;
        }
        if (c != '-' && c != '_') plain += c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
    }
    return plain;
}

}  // namespace

Secrets::Secrets(const std::vector<std::string>& named) {
    for (const std::string& name : named) named_.push_back(plain(name));
}

bool Secrets::names(std::string_view name) const {
    const std::string asked = plain(name);
    if (std::find(named_.begin(), named_.end(), asked) != named_.end()) return true;
    if (asked.starts_with("accesscontrol")) return false;  // Access-Control-Allow-Credentials: true
    constexpr std::array parts{"authorization", "cookie",     "token",   "secret",
                               "passw",         "credential", "session", "signature"};
    constexpr std::array words{"sig", "pwd", "pass", "jwt", "auth", "code"};
    if (std::find(words.begin(), words.end(), asked) != words.end()) return true;
    return asked.ends_with("key") ||
           std::any_of(parts.begin(), parts.end(), [&](const char* part) { return asked.find(part) != asked.npos; });
}

std::string_view Secrets::without_in(std::string_view url, std::string& scratch) const {
    const auto hash = std::min(url.find('#'), url.size()), mark = std::min(url.find('?'), hash);
    const std::string_view query = url.substr(mark, hash - mark), fragment = url.substr(hash);
    std::string shown_query, shown_fragment;
    for (auto [from, to] : {std::pair{query, &shown_query}, {fragment, &shown_fragment}}) {
        if (from.empty()) continue;
        const std::string_view rest = from.substr(1), shown = without(rest, scratch);
        if (shown.data() != rest.data()) to->append(from.substr(0, 1)).append(shown);
    }
    if (shown_query.empty() && shown_fragment.empty()) return url;
    scratch.assign(url.substr(0, mark)).append(shown_query.empty() ? query : shown_query);
    return scratch.append(shown_fragment.empty() ? fragment : shown_fragment);
}

std::string_view Secrets::without(std::string_view query, std::string& scratch) const {
    bool found = false;
    for (std::size_t begin = 0; begin < query.size();) {
        const std::size_t end = std::min(query.find('&', begin), query.size());
        const std::string_view parameter = query.substr(begin, end - begin);
        const std::size_t equals = parameter.find('=');
        const bool secret = equals != parameter.npos && names(parameter.substr(0, equals));
        if (secret && !found) {
            found = true;
            scratch.assign(query.substr(0, begin));
        }
        if (secret)
            scratch.append(parameter.substr(0, equals + 1)).append(hidden);
        else if (found)
            scratch.append(parameter);
        if (found && end < query.size()) scratch += '&';
        begin = end + 1;
    }
    return found ? std::string_view{scratch} : query;
}

}  // namespace tollgate::logging
