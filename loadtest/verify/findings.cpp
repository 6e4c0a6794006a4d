// loadtest/verify/findings.cpp - what all that was found comes to.
#include "loadtest/verify/findings.h"

#include "loadtest/exit_codes.h"
#include "support/text.h"

namespace tollgate::loadtest::verify {

std::string_view Finding::verdict() const noexcept {
    if (over) return under ? "WRONG" : "TOO MUCH";
    if (under) return "TOO LITTLE";
    if (!lies.empty()) return "LIES";
    return unproven.empty() ? "conforms" : "not verified";
}

void conclude(Findings& findings, bool strict) {
    bool answered = false;
    std::size_t wrong = 0, proven = 0, open = findings.not_verified.size();
    for (const Finding& limit : findings.limits) {
        answered = answered || limit.admitted + limit.refused + limit.unclear > 0;
        if (!limit.conforms()) ++wrong;
        else ++(limit.unproven.empty() ? proven : open);
    }
    const auto say = [&](int code, std::string why) {
        if (findings.exit_code == exit_passed) findings.exit_code = code;
        findings.verdict.push_back(std::move(why));
    };
    if (!findings.limits.empty() && !answered && !findings.interrupted)
        say(exit_unreachable, "not one answer came" + (findings.limits.front().notes.empty()
                                                           ? "" : ": " + findings.limits.front().notes.front()));
    if (wrong > 0) say(exit_limits, text::count(wrong, "limit") + " not as declared");
    if (strict && open > 0) say(exit_limits, text::count(open, "limit") + " not verified");
    if (wrong == 0 && proven == 0 && findings.exit_code == exit_passed && !findings.interrupted)
        say(exit_invalid, "no limit could be verified");
    if (findings.interrupted) say(exit_interrupted, "interrupted");
}

}  // namespace tollgate::loadtest::verify
