// loadtest/seed_config.h - `--config`: the config.json of the load tester that Tollgate's users came from.
//
//     {"tries": 100, "api_key": "...", "proxy_url": "http://127.0.0.1:8000/proxy"}
//
// That many GET requests of the URL with the key in X-API-Key, one each 50 ms however slow the answers are, each given
// 10 s; and five lines about them at the end of logs/rate_limit.log.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace tollgate::loadtest {

struct SeedConfig {
    std::uint64_t tries = 1;
    std::string api_key;    // "": requests have none
    std::string proxy_url;
};

// Throws UsageError with all mistakes, "config.json: tries: ...".
SeedConfig read_seed_config(const std::string& path);
SeedConfig parse_seed_config(std::string_view text, const std::string& name);

}  // namespace tollgate::loadtest
