// plugins/ratelimit/answer_lines.cpp - structured fields, composed by hand: digits and names, nothing else.
#include "answer_lines.h"

namespace tollgate::ratelimit {

namespace {

void add_number(std::string& list, std::string_view parameter, std::int64_t number) {
    list += parameter;
    list += Digits{number};
}

std::chrono::nanoseconds window_of(const Limit& limit) noexcept {
    if (limit.algorithm() != Algorithm::token_bucket) return limit.per();
    return std::chrono::nanoseconds{(limit.window() + ticks_per_nanosecond - 1) / ticks_per_nanosecond};
}

}  // namespace

const Claim& tightest(std::span<const Claim> claims) noexcept {
    const Claim* first = &claims[0];
    for (const Claim& claim : claims.subspan(1)) {
        const Decision &best = first->decision, &other = claim.decision;
        if (best.admitted != other.admitted ? best.admitted
            : best.admitted                 ? other.remaining < best.remaining
                                            : other.retry_after > best.retry_after)
            first = &claim;
    }
    return *first;
}

std::string quoted_name(std::string_view name) {
    std::string quoted = "\"";
    for (const char c : name) {
        if (c == '"' || c == '\\') quoted += '\\';
        quoted += c < ' ' || c > '~' ? '?' : c;
    }
    return quoted + '"';
}

void add_policy(std::string& list, std::string_view name, const Limit& limit) {
    if (!list.empty()) list += ", ";
    list += name;
    add_number(list, ";q=", limit.burst());
    if (limit.algorithm() == Algorithm::concurrency)
        list += ";qu=\"concurrent-requests\"";
    else
        add_number(list, ";w=", whole_seconds(window_of(limit)));
}

void add_state(std::string& list, std::string_view name, const Claim& claim) {
    if (!list.empty()) list += ", ";
    list += name;
    add_number(list, ";r=", claim.decision.remaining);
    if (claim.limit.algorithm() != Algorithm::concurrency) add_number(list, ";t=", whole_seconds(claim.decision.reset));
}

}  // namespace tollgate::ratelimit
