// core/http/hop_by_hop.cpp - one pass over the lines; a second one only where Connection names more.
#include "http/hop_by_hop.h"

#include "http/layout.h"

#include <string>
#include <vector>

namespace tollgate::http {

namespace {

bool is_hop_by_hop(Known known) noexcept {
    switch (known) {
        case Known::connection:
        case Known::keep_alive:
        case Known::proxy_connection:
        case Known::te:
        case Known::transfer_encoding:
        case Known::content_length:
        case Known::upgrade:
        case Known::tollgate_trace:  // between the operator and this gateway: neither upstreams nor other clients see it
            return true;
        default:
            return false;
    }
}

}  // namespace

void strip_hop_by_hop(Headers& headers) {
    auto* layout = headers.layout();
    if (!layout) return;
    std::vector<std::string> named;
    for (const auto& line : layout->lines) {
        if (line.known != Known::connection) continue;
        for_each_element(layout->value(line), [&](std::string_view option) {
            if (same_text(option, "close") || same_text(option, "keep-alive") || same_text(option, "host")) return;
            named.emplace_back(option);
        });
    }
    std::erase_if(layout->lines, [](const auto& line) { return is_hop_by_hop(line.known); });
    for (const auto& name : named) headers.remove(name);
}

}  // namespace tollgate::http
