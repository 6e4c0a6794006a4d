// core/snapshot/redirect.cpp - composing locations and the answers that carry them.
#include "snapshot/redirect.h"

#include "http/target.h"

#include <algorithm>

namespace tollgate {

namespace {

constexpr std::size_t longest_location = 16 << 10;

// Bytes of a query that RFC 3986 does not know but clients send: harmless to us, not to whoever shows a Location.
void append_query(std::string& out, std::string_view query) {
    for (const char c : query) {
        if (std::string_view{"\"<>\\^`{|}'"}.find(c) == std::string_view::npos)
            out += c;
        else
            http::append_encoded(out, c);
    }
}

}  // namespace

std::string Redirect::location(const routing::Captures& captures, std::string_view query) const {
    std::string made = to->fill(captures);
    if (query.empty() || to->has_query()) return made;
    const auto fragment = std::min(made.find('#'), made.size());
    std::string whole = made.substr(0, fragment) + '?';
    append_query(whole, query);
    return whole.append(made, fragment);
}

const char* problem_of_location(std::string_view text) noexcept {
    if (text.size() > longest_location) return "expected a shorter location";
    const auto fits = [](char c) { return c > 0x20 && c < 0x7f && c != '\\' && c != '"' && c != '<' && c != '>'; };
    if (!std::all_of(text.begin(), text.end(), fits))
        return "expected a location without blanks, quotes and control characters";
    if (text.starts_with("//")) return "expected \"https://\" before a host";
    if (text.starts_with('/')) return nullptr;
    for (const std::string_view scheme : {"https://", "http://"})
        if (text.starts_with(scheme) && text.size() > scheme.size() && text[scheme.size()] != '/') return nullptr;
    return "expected a location that starts with \"/\" or \"https://\"";
}

Response redirect_answer(int status, std::string_view location) {
    Response response{status};
    response.headers().add("Location", location);
    return response;
}

}  // namespace tollgate
