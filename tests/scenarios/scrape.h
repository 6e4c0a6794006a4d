// tests/scenarios/scrape.h - asking a gateway for /metrics, and reading values off the page.
#pragma once

#include "support/gateway_process.h"

#include <optional>
#include <sstream>
#include <string>
#include <string_view>

namespace tollgate::test {

// `lines`: further ones of the request's head.
inline Message scrape(const GatewayProcess& gateway, std::string_view lines = {}) {
    RawClient client{gateway.admin()};
    client.send("GET /metrics HTTP/1.1\r\nHost: localhost\r\n" + std::string{lines} + "\r\n");
    return client.answer();
}

// The value of a line that begins with `series`; nullopt where there is none.
inline std::optional<double> value(const std::string& text, const std::string& series) {
    std::istringstream lines{text};
    for (std::string line; std::getline(lines, line);)
        if (line.starts_with(series + ' ')) return std::stod(line.substr(series.size() + 1));
    return std::nullopt;
}

// The page once `series` says `wanted`: a request is counted when it is over, a moment after its answer was read.
inline std::string scrape_when(const GatewayProcess& gateway, const std::string& series, double wanted) {
    std::string text;
    wait_until(series + " is " + std::to_string(wanted), [&] {
        text = scrape(gateway).body;
        return value(text, series) == wanted;
    });
    return text;
}

}  // namespace tollgate::test
