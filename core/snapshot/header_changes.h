// core/snapshot/header_changes.h - HeaderChanges: header lines removed, set and added, in the order they were asked for.
#pragma once

#include <tollgate/message.h>
#include <tollgate/settings.h>

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tollgate {

class HeaderChanges {
public:
    enum class Kind { remove, set, add };
    struct Change {
        Kind kind;
        std::string name;
        std::string text{};  // the line's value where it is always the same
        Value value{};       // or what makes it for each request

        bool computed() const noexcept { return bool(value); }
    };

    void append(Change change);
    void append(const HeaderChanges& others);  // theirs come after these

    bool empty() const noexcept { return changes_.empty(); }
    const std::vector<Change>& changes() const noexcept { return changes_; }
    std::size_t computed() const noexcept { return computed_; }  // how many of them must be asked for a value
    bool names(std::string_view name) const noexcept;            // whether some change is about that header

    // `values`: one text for each change that is computed, in their order: all values are asked before the first line
    // changes. The empty text makes no line; `set` removes what stood there all the same.
    void apply(Headers& headers, std::span<const std::string> values) const;

private:
    std::vector<Change> changes_;
    std::size_t computed_ = 0;
};

// What keeps routes.lua from changing a header of that name, or null: it is no name, or the gateway's own to send
// (framing, the connection, Via, X-Request-Id). Of a request Host may be set, X-Forwarded-... too.
const char* problem_of_answer_header(std::string_view name) noexcept;
const char* problem_of_request_header(std::string_view name) noexcept;

// Whether a text can be a header's value: no control characters but the tab (RFC 9110 section 5.5).
bool can_be_header_value(std::string_view text) noexcept;

}  // namespace tollgate
