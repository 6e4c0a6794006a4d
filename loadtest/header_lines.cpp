// loadtest/header_lines.cpp - header lines as users write them: read, and refused where they would break a request.
#include "loadtest/header_lines.h"

#include "http/layout.h"
#include "loadtest/input.h"
#include "support/text.h"

#include <algorithm>
#include <array>

namespace tollgate::loadtest {

namespace {

struct Reserved {
    std::string_view name, instead;
};
constexpr std::array<Reserved, 5> reserved{{{"Connection", "say --no-keepalive for a connection per request"},
                                            {"Content-Length", "it is made from the body"},
                                            {"Transfer-Encoding", "bodies are sent with a Content-Length"},
                                            {"Expect", "bodies are sent without waiting for 100 Continue"},
                                            {"Upgrade", "only HTTP/1.1 is spoken"}}};

}  // namespace

void check_header(std::string_view name, std::string_view value) {
    if (!http::is_token(name)) throw UsageError("expected a header name, got " + text::quote(name));
    if (!http::is_field_value(value))
        throw UsageError("expected a value without line breaks in header " + text::quote(name));
    for (const Reserved& header : reserved)
        if (http::same_text(header.name, name))
            throw UsageError("header " + text::quote(name) + " is not yours to say: " + std::string{header.instead});
}

std::pair<std::string, std::string> parse_header(std::string_view line) {
    const std::size_t colon = line.find(':');
    // The line may be nothing but a secret: what is quoted of it ends where a name would.
    if (colon == line.npos) throw UsageError("expected 'NAME: VALUE', got no colon");
    const std::string_view name = line.substr(0, colon), value = trimmed(line.substr(colon + 1));
    check_header(name, value);
    return {std::string{name}, std::string{value}};
}

KeyHeader parse_key_header(std::string_view text) {
    const std::size_t colon = std::min(text.find(':'), text.size());
    KeyHeader header{std::string{text.substr(0, colon)}, ""};
    if (colon < text.size()) header.before = trimmed(text.substr(colon + 1));
    check_header(header.name, header.before);
    if (http::same_text(header.name, "Host")) throw UsageError("header \"Host\" carries no key");
    if (!header.before.empty()) header.before += ' ';
    return header;
}

}  // namespace tollgate::loadtest
