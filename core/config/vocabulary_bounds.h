// core/config/vocabulary_bounds.h - what settings of several of vocabulary.h's tables are bounded by.
#pragma once

namespace tollgate::config {

constexpr double day = 86'400;
constexpr double gigabyte = 1024.0 * 1024 * 1024;
inline constexpr const char* tls_versions[] = {"1.2", "1.3"};

}  // namespace tollgate::config
