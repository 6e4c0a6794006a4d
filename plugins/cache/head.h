// plugins/cache/head.h - Head: the lines of an answer that is kept, in one piece of memory.
#pragma once

#include "lines.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tollgate::cache {

class Head {
public:
    Head() = default;
    explicit Head(Lines lines);

    // Views hold as long as this Head stays where it is.
    class Iterator {
    public:
        explicit Iterator(const char* at) noexcept : at_{at} {}
        Line operator*() const noexcept;
        Iterator& operator++() noexcept;
        bool operator==(const Iterator&) const = default;

    private:
        const char* at_;
    };
    Iterator begin() const noexcept { return Iterator{text_.data()}; }
    Iterator end() const noexcept { return Iterator{text_.data() + text_.size()}; }

    std::vector<Line> lines() const;
    std::string_view get(std::string_view name) const noexcept;  // of the first line of that name, or ""
    std::size_t bytes() const noexcept { return text_.capacity(); }

private:
    std::string text_;  // of each line the sizes of name and value, then both
};

// The lines of `kept` with those of a 304, or of the answer to a HEAD, in their place (RFC 9111 section 3.2). Those for
// which `may(name)` does not hold stay as they are.
template <class May>
std::vector<Line> updated(Lines kept, Lines newer, May may) {
    std::vector<Line> lines;
    for (const Line& line : kept)
        if (!may(line.name) || !has(newer, line.name)) lines.push_back(line);
    for (const Line& line : newer)
        if (may(line.name)) lines.push_back(line);
    return lines;
}

}  // namespace tollgate::cache
