// core/gateway/forwarding.cpp - forwarding headers and request ids.
#include "gateway/forwarding.h"

#include "http/hop_by_hop.h"
#include "http/layout.h"
#include "support/random.h"

#include <algorithm>

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

// X-Real-IP, every X-Forwarded-... and Tollgate-Mirror, also written with underscores: CGI and WSGI make the two one.
bool is_for_proxies_to_say(std::string_view name) noexcept {
    constexpr std::string_view prefix = "x-forwarded-", real_ip = "x-real-ip", mirror = "tollgate-mirror";
    const char first = name[0];
    const bool x =
        (first == 'x' || first == 'X') && name.size() >= real_ip.size() && (name[1] == '-' || name[1] == '_');
    const bool t = (first == 't' || first == 'T') && name.size() == mirror.size();
    if (!x && !t) return false;
    std::string plain{name};
    std::replace(plain.begin(), plain.end(), '_', '-');
    return http::same_text(plain, real_ip) || http::same_text(plain, mirror) ||
           http::same_text(std::string_view{plain}.substr(0, prefix.size()), prefix);
}

bool is_sensible_id(std::string_view id) noexcept {
    return !id.empty() && id.size() <= 128 && std::all_of(id.begin(), id.end(), [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
               std::string_view{"-_.:/+=@"}.find(c) != std::string_view::npos;
    });
}

}  // namespace

std::string client_address(const http::Client& client, const Headers& headers, const std::vector<net::Range>& trusted) {
    if (!client.believed(trusted)) return client.address;
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
    const bool trust = client.believed(trusted);

    const bool keep_proto = trust && Layout::find(headers, Known::x_forwarded_proto);
    const bool keep_host = trust && Layout::find(headers, Known::x_forwarded_host);
    // All values of a name joined, with ours behind them.
    const auto continued = [&](Known name, std::string_view ours) {
        std::string all;
        for (const auto& line : layout.lines)
            if (line.known == name) all.append(layout.value(line)).append(", ");
        return all.append(ours);
    };
    std::string forwarded_for, passed_by;
    if (trust && layout.may_have(Known::x_forwarded_for)) forwarded_for = continued(Known::x_forwarded_for, client.address);
    if (layout.may_have(Known::via)) passed_by = continued(Known::via, via(request.version_minor()));

    std::uint32_t dropped = http::bits(Known::x_forwarded_for, Known::via, Known::x_request_id, Known::expect);
    if (!keep_proto) dropped |= http::bit(Known::x_forwarded_proto);
    if (!keep_host) dropped |= http::bit(Known::x_forwarded_host);
    if (!trust) dropped |= http::bits(Known::forwarded, Known::tollgate_mirror);
    std::erase_if(layout.lines, [&, dropped](const Layout::Entry& line) {
        if (line.known != Known::other) return (dropped & http::bit(line.known)) != 0;
        return !trust && is_for_proxies_to_say(layout.name(line));
    });

    layout.append("X-Forwarded-For", forwarded_for.empty() ? client.address : forwarded_for, Known::x_forwarded_for);
    if (!keep_proto) layout.append("X-Forwarded-Proto", request.scheme(), Known::x_forwarded_proto);
    if (const auto* host = keep_host ? nullptr : Layout::find(headers, Known::host); host && host->value_size > 0)
        layout.append_same("X-Forwarded-Host", *host, Known::x_forwarded_host);
    layout.append("X-Request-Id", id, Known::x_request_id);
    layout.append("Via", passed_by.empty() ? via(request.version_minor()) : passed_by, Known::via);
}

void say_via(Headers& answer, int version_minor) {
    auto& layout = Layout::of(answer);
    std::string passed_by;
    for (const auto& line : layout.lines)
        if (line.known == Known::via) passed_by.append(layout.value(line)).append(", ");
    Layout::remove(answer, Known::via);
    layout.append("Via", passed_by.append(via(version_minor)), Known::via);
}

}  // namespace tollgate
