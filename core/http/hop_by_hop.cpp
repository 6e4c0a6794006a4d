// core/http/hop_by_hop.cpp - nothing to do without such lines; else a pass, and one more for each name in Connection.
#include "http/hop_by_hop.h"

#include "http/layout.h"

#include <string>
#include <vector>

namespace tollgate::http {

namespace {

// Tollgate-Trace is between the operator and this gateway: neither upstreams nor other clients see it.
constexpr std::uint32_t hop_by_hop = bits(Known::connection, Known::keep_alive, Known::proxy_connection, Known::te,
                                          Known::transfer_encoding, Known::content_length, Known::upgrade,
                                          Known::tollgate_trace);

}  // namespace

void strip_hop_by_hop(Headers& headers) {
    auto* layout = headers.layout();
    if (!layout || !(layout->seen & hop_by_hop)) return;
    std::vector<std::string> named;
    for (const auto& line : layout->lines) {
        if (line.known != Known::connection) continue;
        for_each_element(layout->value(line), [&](std::string_view option) {
            if (same_text(option, "close") || same_text(option, "keep-alive") || same_text(option, "host")) return;
            named.emplace_back(option);
        });
    }
    std::erase_if(layout->lines, [](const auto& line) { return hop_by_hop & bit(line.known); });
    for (const auto& name : named) headers.remove(name);
}

ConnectionOptions connection_options(const Headers& headers) {
    ConnectionOptions options;
    const auto* layout = headers.layout();
    if (!layout || !layout->may_have(Known::connection)) return options;
    for (const auto& line : layout->lines) {
        if (line.known != Known::connection) continue;
        for_each_element(layout->value(line), [&](std::string_view option) {
            options.close |= same_text(option, "close");
            options.keep_alive |= same_text(option, "keep-alive");
            options.upgrade |= same_text(option, "upgrade");
        });
    }
    return options;
}

}  // namespace tollgate::http
