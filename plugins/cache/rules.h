// plugins/cache/rules.h - Rules: what one use of the cache was told.
#pragma once

#include "query.h"
#include "storing.h"

#include <tollgate/settings.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace tollgate::cache {

struct Rules {
    // Throws ConfigError.
    explicit Rules(const Settings& settings);

    Policy policy;
    Query query;
    std::vector<Value> by, key;
    bool by_given = false;
    bool by_caller = false, by_authorization = false;  // what `by` has in it
    Value bypass;
    bool obey = true;    // Cache-Control of requests
    bool headers = true;  // tell clients
    std::vector<std::string> tags;
    std::chrono::nanoseconds wait{};
    std::size_t largest = 0;
    std::optional<std::size_t> memory;
    std::string name;   // of the zone
    std::string apart;  // what keys begin with, so that uses do not mix what they keep
};

}  // namespace tollgate::cache
