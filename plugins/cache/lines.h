// plugins/cache/lines.h - Lines: header lines as this cache looks at them, and the lists their values hold.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace tollgate::cache {

struct Line {
    std::string_view name, value;
};
// Borrowed for the call, in the order they came.
using Lines = std::span<const Line>;

char lower(char c) noexcept;
bool same(std::string_view a, std::string_view b) noexcept;  // whatever the case of ASCII letters
std::string lowered(std::string_view text);
std::string_view trimmed(std::string_view text) noexcept;  // without blanks and tabs around it
bool is_token(std::string_view text) noexcept;             // RFC 9110 section 5.6.2

bool has(Lines lines, std::string_view name) noexcept;
// The value of the first line of that name.
std::optional<std::string_view> first(Lines lines, std::string_view name) noexcept;
// The values of all lines of that name with ", " between them (RFC 9110 section 5.3); "" where there is none.
std::string combined(Lines lines, std::string_view name);

// The members of a comma-separated list (RFC 9110 section 5.6.1), trimmed; empty ones are passed over. A comma inside
// a quoted string is none.
class Members {
public:
    explicit Members(std::string_view list) noexcept : rest_{list} {}
    // False at the end.
    bool next(std::string_view& member) noexcept;
    // A quoted string was not closed: what follows it cannot be told from what is in it.
    bool broken() const noexcept { return broken_; }

private:
    std::string_view rest_;
    bool broken_ = false;
};

}  // namespace tollgate::cache
