// core/admin/past.h - what handlers that tell of the past have in common: where from, and how counts are said.
#pragma once

#include "admin/bodies.h"
#include "history/record.h"
#include "history/statuses.h"
#include "store/database.h"

#include <Poco/JSON/Object.h>

#include <chrono>
#include <functional>
#include <optional>
#include <string>

namespace tollgate::admin {

enum class Source : std::uint8_t { memory, database };
inline std::string name_of(Source source) { return source == Source::memory ? "memory" : "database"; }

// nullopt where `value` is neither's name.
std::optional<Source> source_of(const std::string& value);
inline const char* const wanted_source = "expected memory or database";

// Runs `work`, and answers 503 where the database or a loop does not.
Answer of_the_past(const std::function<Answer()>& work);

// To a microsecond; null where there is none.
Poco::Dynamic::Var milliseconds(std::optional<std::chrono::nanoseconds> time);

// {"1xx":..,"2xx":..,"3xx":..,"4xx":..,"5xx":..,"429":..}: 429 is in 4xx too.
Poco::JSON::Object::Ptr by_class(const history::Statuses& statuses);
// Sets count, ok, limited, failed.
void set_counts(Poco::JSON::Object& json, const history::Statuses& statuses);

}  // namespace tollgate::admin
