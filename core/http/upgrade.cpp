// core/http/upgrade.cpp - reading Upgrade lines.
#include "http/upgrade.h"

#include "http/layout.h"

#include <algorithm>

namespace tollgate::http {

namespace {

std::string_view name_of(std::string_view protocol) noexcept { return protocol.substr(0, protocol.find('/')); }

void append(std::string& list, std::string_view element) {
    if (!list.empty()) list.append(", ");
    list.append(element);
}

}  // namespace

bool is_protocol(std::string_view text) noexcept {
    const auto slash = text.find('/');
    return is_token(text.substr(0, slash)) && (slash == text.npos || is_token(text.substr(slash + 1)));
}

bool passes_routes_by(std::string_view protocol) noexcept {
    const auto name = name_of(protocol);
    return same_text(name, "h2c") || same_text(name, "h2") || same_text(name, "h3") || same_text(name, "http") ||
           same_text(name, "tls");
}

std::string offered_protocols(const Headers& headers) {
    std::string list;
    const auto* layout = headers.layout();
    if (!layout) return list;
    for (const auto& line : layout->lines) {
        if (line.known != Known::upgrade) continue;
        for_each_element(layout->value(line), [&](std::string_view element) {
            if (is_protocol(element) && !passes_routes_by(element)) append(list, element);
        });
    }
    return list;
}

std::string allowed_protocols(std::string_view offered, std::span<const std::string> allowed) {
    std::string list;
    for_each_element(offered, [&](std::string_view element) {
        const auto takes = [element](const std::string& known) {
            return same_text(element, known) || same_text(name_of(element), known);
        };
        if (std::any_of(allowed.begin(), allowed.end(), takes)) append(list, element);
    });
    return list;
}

std::string_view taken_protocol(const Headers& answer, std::string_view offered) noexcept {
    std::string_view taken;
    if (Headers::Layout::count(answer, Known::upgrade) != 1) return taken;
    const auto value = Headers::Layout::get(answer, Known::upgrade);
    for_each_element(offered, [&](std::string_view element) {
        if (taken.empty() && same_text(element, value)) taken = element;
    });
    return taken;
}

}  // namespace tollgate::http
