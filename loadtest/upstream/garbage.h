// loadtest/upstream/garbage.h - bytes that no client may take for an answer.
#pragma once

#include <cstdint>
#include <string>

namespace tollgate::loadtest {

inline constexpr std::uint64_t garbage_kinds = 6;

// `variant` modulo garbage_kinds: random bytes; a status that is no number; a header line without a colon; two lengths
// that disagree; a chunk size that is none; a header line of a megabyte, without an end.
std::string garbage(std::uint64_t variant);

}  // namespace tollgate::loadtest
