// core/config/failure_items.h - which ends of an attempt are failures, and statuses, as routes.lua says them.
#pragma once

#include "config/header_items.h"
#include "config/schema.h"
#include "upstream/failure_set.h"
#include "upstream/failure_tally.h"

#include <bitset>
#include <string>

namespace tollgate::config {

// { "connect", "reset", "timeout", "garbage", "cut", 503, "5xx" }, or one of them: statuses from 400 to 599.
upstream::FailureSet failure_set(const std::string& owner, const Item& item, const Report& report);

// `failures`, `error_rate`, `minimum` and `window`, which the table's fields have with their defaults.
upstream::FailureThreshold failure_threshold(const std::string& owner, const CheckedSettings& settings,
                                             const Report& report);

// 200, "2xx", or a list of such: statuses from 200 to 599, by their number.
std::bitset<600> statuses(const std::string& owner, const Item& item, const Report& report);

}  // namespace tollgate::config
