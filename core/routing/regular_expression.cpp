// core/routing/regular_expression.cpp - what RE2 is asked, and with which bounds.
#include "routing/regular_expression.h"

#include "support/text.h"

#include <re2/re2.h>

namespace tollgate::routing {

std::optional<RegularExpression> RegularExpression::compile(std::string_view text, std::string& problem) {
    re2::RE2::Options options;
    options.set_log_errors(false);
    options.set_max_mem(std::int64_t{most_memory});
    auto compiled = std::make_shared<const re2::RE2>(re2::StringPiece{text.data(), text.size()}, options);
    if (compiled->ok()) return RegularExpression{std::move(compiled)};
    problem = "expected a regular expression of RE2, got " + text::quote(text) + ": " + compiled->error();
    return std::nullopt;
}

bool RegularExpression::found_in(std::string_view text) const {
    return compiled_->Match({text.data(), text.size()}, 0, text.size(), re2::RE2::UNANCHORED, nullptr, 0);
}

std::optional<std::string> RegularExpression::replaced_in(std::string_view text, std::string_view to) const {
    std::string replaced{text};
    if (!re2::RE2::Replace(&replaced, *compiled_, {to.data(), to.size()})) return std::nullopt;
    return replaced;
}

std::string RegularExpression::problem_of_replacement(std::string_view to) const {
    std::string problem;
    compiled_->CheckRewriteString({to.data(), to.size()}, &problem);
    return problem;
}

const std::string& RegularExpression::text() const { return compiled_->pattern(); }

}  // namespace tollgate::routing
