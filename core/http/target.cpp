// core/http/target.cpp - one path for router and upstream: normalising targets, checking authorities.
#include "http/target.h"

#include "support/hexadecimal.h"

#include <algorithm>
#include <array>

namespace tollgate::http {

namespace {

// What may stand in a target as it is. Wider than RFC 3986 (browsers send | { } [ ] ^ ` " < > in queries); the rest
// is what two programs could read in two ways.
constexpr std::array<bool, 256> plain_table = [] {
    std::array<bool, 256> table{};
    for (int c = 0x21; c < 0x7f; ++c) table[c] = true;
    table['#'] = table['\\'] = false;
    return table;
}();

// What may stand in a host's name, in lower case; 0 for the rest.
constexpr std::array<char, 256> host_table = [] {
    std::array<char, 256> table{};
    for (const char c : std::string_view{"0123456789abcdefghijklmnopqrstuvwxyz-._~"}) table[static_cast<unsigned char>(c)] = c;
    for (int c = 'A'; c <= 'Z'; ++c) table[c] = static_cast<char>(c + 32);
    return table;
}();

// "." and ".." in any writing an upstream might decode: "%2e", ".%2E", "..;x" (path parameters), "..%2f", "..%5c".
bool is_dot_segment(std::string_view segment) noexcept {
    std::size_t dots = 0;
    while (dots < segment.size() && segment[dots] == '.') ++dots;
    if (dots == 0 || dots > 2) return false;
    const auto rest = segment.substr(dots);
    return rest.empty() || rest.front() == ';' || rest.starts_with("%2F") || rest.starts_with("%5C") ||
           rest.starts_with("%3B");
}

bool has_dot_segment(std::string_view path) noexcept {
    std::size_t start = 0;
    while (start <= path.size()) {
        auto end = path.find('/', start);
        if (end == path.npos) end = path.size();
        auto segment = path.substr(start, end - start);
        // An encoded slash or backslash parts segments for whoever decodes it.
        for (std::size_t at; is_dot_segment(segment) || (at = std::min(segment.find("%2F"), segment.find("%5C"))) != segment.npos;) {
            if (is_dot_segment(segment)) return true;
            segment.remove_prefix(at + 3);
        }
        start = end + 1;
    }
    return false;
}

}  // namespace

const char* normalise_target(std::string_view target, std::string& into) {
    into.clear();
    if (target.empty() || target.front() != '/') return "expected a path that starts with /";
    bool special = false;  // needs more than copying
    char previous = 0;
    std::size_t path_size = target.size();
    for (std::size_t i = 0; i < target.size(); ++i) {
        const char c = target[i];
        if (!plain_table[static_cast<unsigned char>(c)]) return "expected no fragment, backslash or byte outside ASCII";
        if (c == '?') {
            path_size = i;
            break;
        }
        if (c == '%' || (previous == '/' && (c == '/' || c == '.'))) special = true;
        previous = c;
    }
    for (const char c : target.substr(path_size))
        if (!plain_table[static_cast<unsigned char>(c)]) return "expected no fragment, backslash or byte outside ASCII";
    if (!special) {
        into.assign(target);
        return nullptr;
    }
    const auto path = target.substr(0, path_size);
    for (std::size_t i = 0; i < path.size(); ++i) {
        char c = path[i];
        if (c == '%') {
            const int high = i + 2 < path.size() ? digit_of(path[i + 1]) : -1;
            const int low = high >= 0 && i + 2 < path.size() ? digit_of(path[i + 2]) : -1;
            if (high < 0 || low < 0) return "expected two hexadecimal digits after %";
            const auto decoded = static_cast<char>(high * 16 + low);
            if (decoded == 0) return "expected no NUL";
            i += 2;
            if (is_unreserved(decoded))
                into += decoded;
            else
                append_encoded(into, decoded);
            continue;
        }
        if (c == '/' && !into.empty() && into.back() == '/') continue;
        into += c;
    }
    if (has_dot_segment(into)) return "expected no dot segments";
    into.append(target.substr(path_size));
    return nullptr;
}

void append_encoded(std::string& out, char c) {
    constexpr char digits[] = "0123456789ABCDEF";
    const auto byte = static_cast<unsigned char>(c);
    out += {'%', digits[byte >> 4], digits[byte & 15]};
}

bool parse_authority(std::string_view authority, std::string& host) {
    host.clear();
    auto name = authority;
    if (authority.starts_with('[')) {
        const auto end = authority.find(']');
        if (end == authority.npos) return false;
        name = authority.substr(0, end + 1);
        const auto inside = name.substr(1, name.size() - 2);
        if (inside.empty() || !std::all_of(inside.begin(), inside.end(), [](char c) { return digit_of(c) >= 0 || c == ':' || c == '.'; }))
            return false;
    } else {
        name = authority.substr(0, authority.find(':'));
        if (name.empty() || name.size() > 255) return false;
        if (!std::all_of(name.begin(), name.end(), [](unsigned char c) { return host_table[c]; })) return false;
    }
    const auto port = authority.substr(name.size());
    if (!port.empty() && (port.front() != ':' || port.size() > 6 ||
                          !std::all_of(port.begin() + 1, port.end(), [](char c) { return c >= '0' && c <= '9'; })))
        return false;
    host.assign(name);
    for (char& c : host)
        if (const char lower = host_table[static_cast<unsigned char>(c)]) c = lower;
    return true;
}

namespace {
std::string decode(std::string_view text, bool plus) {
    std::string decoded;
    decoded.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '%' && i + 2 < text.size() && digit_of(text[i + 1]) >= 0 && digit_of(text[i + 2]) >= 0) {
            decoded += static_cast<char>(digit_of(text[i + 1]) * 16 + digit_of(text[i + 2]));
            i += 2;
        } else {
            decoded += plus && text[i] == '+' ? ' ' : text[i];
        }
    }
    return decoded;
}
}  // namespace

std::string decode_path(std::string_view text) { return decode(text, false); }
std::string decode_query(std::string_view text) { return decode(text, true); }

}  // namespace tollgate::http
