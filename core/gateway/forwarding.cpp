// core/gateway/forwarding.cpp - forwarding headers and request ids.
#include "gateway/forwarding.h"

#include "http/hop_by_hop.h"
#include "http/layout.h"

#include <sys/random.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <random>

namespace tollgate {

using http::Known;
using Layout = Headers::Layout;

namespace {

bool contains(const std::vector<net::Range>& ranges, const net::Ip& ip) noexcept {
    return std::any_of(ranges.begin(), ranges.end(), [&](const auto& range) { return range.contains(ip); });
}

// An element of X-Forwarded-For without the port some proxies write: "192.0.2.7:443", "[2001:db8::1]:443".
std::string_view without_port(std::string_view element) noexcept {
    if (element.starts_with('[')) {
        const auto end = element.find(']');
        return end == element.npos ? element : element.substr(1, end - 1);
    }
    const auto colon = element.find(':');
    return colon != element.npos && element.find(':', colon + 1) == element.npos ? element.substr(0, colon) : element;
}

// X-Real-IP and every X-Forwarded-..., also written with underscores: CGI and WSGI make the two one.
bool says_where_from(std::string_view name) noexcept {
    constexpr std::string_view prefix = "x-forwarded-", real_ip = "x-real-ip";
    if (name.size() < real_ip.size() || (name[0] != 'x' && name[0] != 'X') || (name[1] != '-' && name[1] != '_')) return false;
    std::string plain{name};
    std::replace(plain.begin(), plain.end(), '_', '-');
    return http::same_text(plain, real_ip) || http::same_text(std::string_view{plain}.substr(0, prefix.size()), prefix);
}

bool is_sensible_id(std::string_view id) noexcept {
    return !id.empty() && id.size() <= 128 && std::all_of(id.begin(), id.end(), [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
               std::string_view{"-_.:/+=@"}.find(c) != std::string_view::npos;
    });
}

// Unique, not secret: a counter per thread, started by the kernel and mixed by splitmix64 (Steele, Lea, Flood 2014).
std::uint64_t random_word() {
    thread_local std::uint64_t counter = [] {
        std::uint64_t seed = 0;
        if (getrandom(&seed, sizeof seed, 0) != sizeof seed)
            seed = std::uint64_t{std::random_device{}()} << 32 | std::random_device{}();
        return seed;
    }();
    std::uint64_t word = counter += 0x9e3779b97f4a7c15;
    word = (word ^ (word >> 30)) * 0xbf58476d1ce4e5b9;
    word = (word ^ (word >> 27)) * 0x94d049bb133111eb;
    return word ^ (word >> 31);
}

std::string new_uuid() {
    constexpr char digits[] = "0123456789abcdef";
    std::array<std::uint64_t, 2> words{(random_word() & ~0xf000ull) | 0x4000ull,
                                       (random_word() & ~(3ull << 62)) | (2ull << 62)};
    std::string text(36, '-');
    char* to = text.data();
    for (int byte = 0; byte < 16; ++byte) {
        const auto value = static_cast<unsigned>(words[byte / 8] >> (56 - 8 * (byte % 8))) & 0xff;
        if (byte == 4 || byte == 6 || byte == 8 || byte == 10) ++to;
        *to++ = digits[value >> 4];
        *to++ = digits[value & 15];
    }
    return text;
}

}  // namespace

bool is_trusted(const http::Client& client, const std::vector<net::Range>& trusted) noexcept {
    if (trusted.empty()) return false;
    if (client.is_unix) return std::any_of(trusted.begin(), trusted.end(), [](const auto& r) { return r.is_unix(); });
    return client.ip && contains(trusted, *client.ip);
}

std::string client_address(const http::Client& client, const Headers& headers, const std::vector<net::Range>& trusted) {
    if (!is_trusted(client, trusted)) return client.address;
    std::string nearest = client.address;
    const auto* layout = headers.layout();
    if (!layout) return nearest;
    // From the right: each trusted proxy vouches for the element it appended.
    for (auto line = layout->lines.rbegin(); line != layout->lines.rend(); ++line) {
        if (line->known != Known::x_forwarded_for) continue;
        std::vector<std::string_view> elements;
        http::for_each_element(layout->value(*line), [&](std::string_view e) { elements.push_back(without_port(e)); });
        for (auto element = elements.rbegin(); element != elements.rend(); ++element) {
            const auto ip = net::Ip::parse(*element);
            if (!ip) return nearest;  // nobody can vouch for what is no address
            nearest = *element;
            if (!contains(trusted, *ip)) return nearest;
        }
    }
    return nearest;
}

std::string request_id(const Headers& headers) {
    const auto given = Layout::get(headers, Known::x_request_id);
    return is_sensible_id(given) ? std::string{given} : new_uuid();
}

void prepare_request(Request& request, const http::Client& client, std::string_view id,
                     const std::vector<net::Range>& trusted) {
    Headers& headers = request.headers();
    http::strip_hop_by_hop(headers);
    auto& layout = Layout::of(headers);
    const bool trust = is_trusted(client, trusted);

    std::string forwarded_for;
    if (trust)
        for (const auto& line : layout.lines)
            if (line.known == Known::x_forwarded_for) forwarded_for.append(layout.value(line)).append(", ");
    forwarded_for += client.address;
    const bool keep_proto = trust && Layout::find(headers, Known::x_forwarded_proto);
    const bool keep_host = trust && Layout::find(headers, Known::x_forwarded_host);
    std::string passed_by;
    for (const auto& line : layout.lines)
        if (line.known == Known::via) passed_by.append(layout.value(line)).append(", ");

    std::erase_if(layout.lines, [&](const Layout::Entry& line) {
        switch (line.known) {
            case Known::x_forwarded_for:
            case Known::via:
            case Known::x_request_id:
            case Known::expect: return true;
            case Known::x_forwarded_proto: return !keep_proto;
            case Known::x_forwarded_host: return !keep_host;
            case Known::forwarded: return !trust;
            default: return !trust && says_where_from(layout.name(line));
        }
    });
    layout.append("X-Forwarded-For", forwarded_for, Known::x_forwarded_for);
    if (!keep_proto) layout.append("X-Forwarded-Proto", request.scheme(), Known::x_forwarded_proto);
    if (!keep_host) {
        const std::string host{Layout::get(headers, Known::host)};
        if (!host.empty()) layout.append("X-Forwarded-Host", host, Known::x_forwarded_host);
    }
    layout.append("X-Request-Id", id, Known::x_request_id);
    layout.append("Via", passed_by.append(via(request.version_minor())), Known::via);
}

}  // namespace tollgate
