// core/routing/regular_expression.h - RegularExpression: one expression of RE2, compiled once, shared by all loops.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace re2 {
class RE2;
}

namespace tollgate::routing {

// RE2's syntax, UTF-8, case-sensitive unless it says (?i). The time of a search grows with the text's length only,
// whatever the expression; what it may remember on the way is bounded. Immutable and cheap to copy.
class RegularExpression {
public:
    static constexpr std::size_t most_memory = 1 << 20;  // of one expression: its program and what searches remember

    // nullopt, with `problem` saying what was wanted and what RE2 says is wrong.
    static std::optional<RegularExpression> compile(std::string_view text, std::string& problem);

    // Whether it is found anywhere in `text`: anchors (^, $) are the writer's. A byte that is not UTF-8 is no character.
    bool found_in(std::string_view text) const;
    // `text` with what was found first replaced by `to`, in which \1 to \9 are the groups and \0 is all of it. nullopt
    // where it is not found.
    std::optional<std::string> replaced_in(std::string_view text, std::string_view to) const;
    // What keeps `to` from being such a replacement (a group that the expression does not have), or "".
    std::string problem_of_replacement(std::string_view to) const;

    const std::string& text() const;
    bool operator==(const RegularExpression& other) const { return text() == other.text(); }

private:
    explicit RegularExpression(std::shared_ptr<const re2::RE2> compiled) : compiled_{std::move(compiled)} {}

    std::shared_ptr<const re2::RE2> compiled_;
};

}  // namespace tollgate::routing
