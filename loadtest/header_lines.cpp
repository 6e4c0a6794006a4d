// loadtest/header_lines.cpp - header lines as users write them: read, and refused where they would break a request.
#include "loadtest/header_lines.h"

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

char lower(char letter) noexcept { return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter + 32) : letter; }

std::string_view trimmed(std::string_view text) noexcept {
    const std::size_t begin = std::min(text.find_first_not_of(" \t"), text.size());
    const std::size_t end = text.find_last_not_of(" \t");
    return end == text.npos ? std::string_view{} : text.substr(begin, end - begin + 1);
}

}  // namespace

bool is_token(std::string_view text) noexcept {
    constexpr std::string_view allowed =
        "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
    return !text.empty() && text.find_first_not_of(allowed) == text.npos;
}

bool is_header_value(std::string_view text) noexcept {
    return std::none_of(text.begin(), text.end(), [](char letter) {
        const auto byte = static_cast<unsigned char>(letter);
        return (byte < 0x20 && byte != '\t') || byte == 0x7f;
    });
}

bool same_name(std::string_view a, std::string_view b) noexcept {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) { return lower(x) == lower(y); });
}

void check_header(std::string_view name, std::string_view value) {
    if (!is_token(name)) throw UsageError("expected a header name, got " + text::quote(name));
    if (!is_header_value(value))
        throw UsageError("expected a value without control bytes in header " + text::quote(name));
    for (const Reserved& header : reserved)
        if (same_name(header.name, name))
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
    if (same_name(header.name, "Host")) throw UsageError("header \"Host\" carries no key");
    if (!header.before.empty()) header.before += ' ';
    return header;
}

}  // namespace tollgate::loadtest
