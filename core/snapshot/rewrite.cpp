// core/snapshot/rewrite.cpp - making targets, and the one check that all of them pass.
#include "snapshot/rewrite.h"

#include "http/target.h"

namespace tollgate {

namespace {

// Where the first `count` segments of a path end; its size where it has no more.
std::size_t end_of_segments(std::string_view path, std::size_t count) {
    std::size_t at = 0;
    for (; count > 0 && at < path.size(); --count) at = std::min(path.find('/', at + 1), path.size());
    return at;
}

}  // namespace

std::optional<std::string> Rewrite::made_of(std::string_view path, const routing::Captures& captures) const {
    if (const auto* strip = std::get_if<Strip>(&rule_)) {
        std::string made = strip->prefix;
        made += path.substr(end_of_segments(path, strip->segments));
        if (made.empty()) made = "/";
        return made;
    }
    if (const auto* replacement = std::get_if<Replacement>(&rule_))
        return replacement->pattern.replaced_in(path, replacement->to);
    if (const auto* to = std::get_if<routing::PathTemplate>(&rule_)) return to->fill(captures);
    return std::nullopt;
}

int Rewrite::function() const noexcept {
    const auto* function = std::get_if<Function>(&rule_);
    return function ? function->number : 0;
}

const char* complete_target(std::string_view made, std::string_view query, std::string& target) {
    std::string whole{made};
    if (!query.empty() && made.find('?') == made.npos) whole.append("?").append(query);
    if (whole.size() > longest_made_target) return "expected a shorter target";
    return http::normalise_target(whole, target);
}

}  // namespace tollgate
