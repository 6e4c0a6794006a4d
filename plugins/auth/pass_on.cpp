// plugins/auth/pass_on.cpp - reading "X-Caller-Id: id", and writing the header it speaks of.
#include "pass_on.h"

#include "words.h"

#include <algorithm>
#include <iterator>

namespace tollgate::auth {

namespace {

char plain(char c) noexcept {
    return c == '_' ? '-' : lower(c);
}

bool same_to_an_upstream(std::string_view a, std::string_view b) noexcept {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) { return plain(x) == plain(y); });
}

// RFC 9110 section 5.6.2.
bool is_token(std::string_view text) noexcept {
    return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
               std::string_view{"!#$%&'*+-.^_`|~"}.find(c) != std::string_view::npos;
    });
}

// What frames the message or says where it goes is not a caller's to say.
bool is_the_gateways(std::string_view name) noexcept {
    constexpr std::string_view names[] = {"host",    "connection", "content-length", "transfer-encoding",
                                          "upgrade", "te",         "trailer",        "keep-alive"};
    return std::any_of(std::begin(names), std::end(names), [&](auto one) { return same_to_an_upstream(name, one); });
}

bool may_hold_a_credential(std::string_view name) noexcept {
    constexpr std::string_view names[] = {"authorization", "cookie",    "x-api-key",
                                          "content-digest", "signature", "signature-input"};
    return std::any_of(std::begin(names), std::end(names), [&](auto one) { return same_to_an_upstream(name, one); });
}

// A claim may hold anything; a header may not, and half of a value would be another one.
bool fits_a_header(std::string_view value) noexcept {
    return std::none_of(value.begin(), value.end(),
                        [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

}  // namespace

PassOn::PassOn(const Settings& settings, Host& host) {
    if (!settings.has("pass_on")) return;
    for (const std::string& text : settings.texts("pass_on")) lines_.push_back(line_of(text));
    const Value place = settings.has("key") ? settings.value("key") : Value{};
    const auto holds_the_key = [&](const std::string& header) {
        return place.kind() == "header" && same_to_an_upstream(header, place.name());
    };
    for (const Line& line : lines_)
        if (!may_hold_a_credential(line.header) && !holds_the_key(line.header))
            host.reserve_request_header(line.header);
}

PassOn::Line PassOn::line_of(const std::string& text) {
    const std::size_t colon = std::min(text.find(':'), text.size());
    const std::string_view what = trimmed(std::string_view{text}.substr(std::min(colon + 1, text.size())));
    Line line{text.substr(0, colon), Fact::claim, {}};
    constexpr std::string_view claim = "claim ";
    bool known = is_token(line.header) && !is_the_gateways(line.header);
    if (what == "id") line.fact = Fact::id;
    else if (what == "owner") line.fact = Fact::owner;
    else if (what == "tier") line.fact = Fact::tier;
    else if (what == "scopes") line.fact = Fact::scopes;
    else if (what.starts_with(claim)) line.claim = trimmed(what.substr(claim.size()));
    else known = false;
    if (known) return line;
    throw ConfigError{"pass_on",
                      "expected a header and id, owner, tier, scopes or a claim (\"X-Caller-Id: id\", \"X-Mail: claim "
                      "email\"), got \"" + text + '"'};
}

std::string_view PassOn::value_of(const Line& line, const Caller& caller) {
    switch (line.fact) {
        case Fact::id: return caller.id();
        case Fact::owner: return caller.owner();
        case Fact::tier: return caller.tier();
        case Fact::scopes: return caller.claim("scopes");
        case Fact::claim: break;
    }
    return caller.claim(line.claim);
}

void PassOn::apply(Request& request, const Caller* caller) const {
    if (lines_.empty()) return;
    Headers& headers = request.headers();
    for (const Line& line : lines_)
        for (std::size_t i = 0; i < headers.size();) {
            if (!same_to_an_upstream(headers[i].name, line.header)) ++i;
            else headers.remove(std::string{headers[i].name}), i = 0;
        }
    if (!caller) return;
    for (const Line& line : lines_)
        if (const std::string_view value = value_of(line, *caller); !value.empty() && fits_a_header(value))
            headers.add(line.header, value);
}

}  // namespace tollgate::auth
