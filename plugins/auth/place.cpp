// plugins/auth/place.cpp - reading a credential from a header, query parameter, cookie or function, and removing it.
#include "place.h"

#include "basic_credentials.h"
#include "words.h"

#include <utility>
#include <vector>

namespace tollgate::auth {

namespace {

// As user name without a password, or as anybody's password: programs have one or the other.
Presented read_basic_key(std::string_view text, std::size_t longest, std::string& scratch) {
    BasicCredentials given = read_basic(text);
    if (given.form == BasicCredentials::Form::absent) return {};
    if (given.form == BasicCredentials::Form::malformed) return {Presented::Form::malformed, {}};
    scratch = std::move(given.password.empty() ? given.name : given.password);
    return read_plain(scratch, longest);
}

}  // namespace

Scheme scheme_of(const Settings& settings) {
    const auto scheme = settings.text("scheme");
    return scheme == "bearer" ? Scheme::bearer : scheme == "basic" ? Scheme::basic : Scheme::plain;
}

Place::Place(const Settings& settings, const char* fallback, Scheme scheme, std::size_t longest)
    : scheme_{scheme}, longest_{longest} {
    if (!settings.has("key")) {
        kind_ = "header";
        name_ = fallback;
        return;
    }
    value_ = settings.value("key");
    kind_ = value_.kind();
    name_ = value_.name();
    const std::string text = value_.describe();  // for people: a long name is cut
    if (kind_ != "header" && kind_ != "query" && kind_ != "cookie" && !is_function())
        throw ConfigError{"key", "expected a header, query, cookie or function, got " + text};
    if (scheme != Scheme::plain && kind_ != "header")
        throw ConfigError{"key", "expected a header for scheme \"" + settings.text("scheme") + "\", got " + text};
    if (is_function() && settings.boolean("hide"))
        throw ConfigError{"hide", "expected false: a key that a function read cannot be taken out of the request"};
}

Presented Place::read(const RequestContext& ctx, std::string& scratch) const {
    if (kind_ != "header") return read_plain(value_.of(ctx, scratch), longest_);
    const Headers& headers = ctx.request().headers();
    std::size_t lines = 0;
    std::string_view text;
    for (const auto [name, value] : headers) {
        if (!same_name(name, name_)) continue;
        if (lines++ == 0) text = value;
    }
    if (lines == 0) return {};
    // Two lines of one key: which of them an upstream would believe is anybody's guess.
    if (lines > 1 || text.empty()) return {Presented::Form::malformed, {}};
    if (scheme_ == Scheme::basic) return read_basic_key(text, longest_, scratch);
    return scheme_ == Scheme::bearer ? read_bearer(text, longest_) : read_plain(text, longest_);
}

void Place::clear(Request& request) const {
    if (kind_ == "header") request.headers().remove(name_);
    if (kind_ == "query") request.set_target(without_parameter(request.target(), name_));
    if (kind_ == "cookie") clear_cookie(request.headers());
}

// There may be several lines (RFC 9113 section 8.2.3), any of them with the key or without.
void Place::clear_cookie(Headers& headers) const {
    std::vector<std::string> rests;
    for (std::size_t i = 0; i < headers.size(); ++i)
        if (const auto [name, value] = headers[i]; same_name(name, "Cookie"))
            rests.push_back(without_cookie(value, name_));
    headers.remove("Cookie");
    for (const std::string& rest : rests)
        if (!rest.empty()) headers.add("Cookie", rest);
}

}  // namespace tollgate::auth
