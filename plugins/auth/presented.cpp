// plugins/auth/presented.cpp - reading a secret out of a text, and cutting it out.
#include "presented.h"

#include "words.h"

#include <algorithm>
#include <cstddef>

namespace tollgate::auth {

namespace {

// The parts of `text` between `separator`s for which keep() holds, put together again by `joint`.
template <class Keep>
std::string kept(std::string_view text, char separator, std::string_view joint, Keep keep) {
    std::string rest;
    bool first = true;
    for (;;) {
        const std::size_t end = std::min(text.find(separator), text.size());
        if (const std::string_view part = text.substr(0, end); keep(part)) {
            if (!first) rest += joint;
            rest += part;
            first = false;
        }
        if (end == text.size()) return rest;
        text.remove_prefix(end + 1);
    }
}

}  // namespace

Presented read_plain(std::string_view text, std::size_t longest) noexcept {
    if (text.empty()) return {};
    if (text.size() > longest) return {Presented::Form::malformed, {}};
    return {Presented::Form::secret, text};
}

Presented read_bearer(std::string_view text, std::size_t longest) noexcept {
    const std::string_view scheme = text.substr(0, text.find(' '));
    if (!same_name(scheme, "Bearer")) return {};
    text.remove_prefix(scheme.size());
    text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
    // One character after the other: find_first_of() would look at a token of 700 bytes for half a microsecond.
    for (const char foreign : {' ', '\t', ','})
        if (text.find(foreign) != std::string_view::npos) return {Presented::Form::malformed, {}};
    if (text.empty()) return {Presented::Form::malformed, {}};
    return read_plain(text, longest);
}

std::string without_parameter(std::string_view target, std::string_view name) {
    const std::size_t mark = target.find('?');
    if (mark == std::string_view::npos) return std::string{target};
    const std::string query = kept(target.substr(mark + 1), '&', "&", [name](std::string_view part) {
        return decoded(part.substr(0, part.find('='))) != name;
    });
    std::string rest{target.substr(0, mark)};
    if (!query.empty()) (rest += '?') += query;
    return rest;
}

std::string without_cookie(std::string_view cookies, std::string_view name) {
    const std::string rest = kept(cookies, ';', ";", [name](std::string_view part) {
        return trimmed(part.substr(0, part.find('='))) != name;
    });
    return std::string{trimmed(rest)};
}

}  // namespace tollgate::auth
