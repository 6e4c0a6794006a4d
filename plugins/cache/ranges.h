// plugins/cache/ranges.h - parts of what is kept whole (RFC 9110 section 14).
#pragma once

#include "lines.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace tollgate::cache {

// One range as asked for: from the front, or `last` bytes of the end.
struct Range {
    std::optional<std::uint64_t> first, last;  // bytes=first-last, bytes=first-, bytes=-last
};
// nullopt where there is none, it is malformed, of another unit, or of several parts: then the whole is the answer
// (section 14.2).
std::optional<Range> parse_range(Lines request);

struct Part {
    std::uint64_t first = 0, count = 0;
};
// Which bytes of `length` those are; nullopt: none (416).
std::optional<Part> part_of(const Range& range, std::uint64_t length) noexcept;
// "bytes 0-1/10", and "bytes */10" where there is no part.
std::string content_range(const std::optional<Part>& part, std::uint64_t length);

// Whether If-Range lets the range count: there is none, or it names just what is kept (section 13.1.5).
bool range_holds(Lines request, std::string_view etag, std::string_view last_modified, std::string_view date);

}  // namespace tollgate::cache
