// plugins/ratelimit/rule_words.cpp - what a rule has decided, in words for `tollgate explain` and the live trace.
#include "answer_lines.h"
#include "rule.h"

#include <charconv>

namespace tollgate::ratelimit {

namespace {

// Enough of what may be a secret to tell it from another one.
std::string fingerprint(std::string_view key) {
    std::uint32_t hash = 2166136261;  // FNV-1a
    for (const char c : key) hash = (hash ^ static_cast<unsigned char>(c)) * 16777619;
    char digits[16];
    const auto end = std::to_chars(digits, digits + sizeof digits, 0x1000000 | (hash >> 8), 16).ptr;
    return "of " + std::to_string(key.size()) + " bytes, #" + std::string(digits + 1, end);
}

}  // namespace

std::string Rule::whose_limit(const Context& ctx) const {
    if (has_limit_of_key(ctx)) return " of the caller's key";
    const Tier* tier = tier_of(ctx);
    return tier ? " of tier \"" + std::string{tier->name()} + '"' : " by default";
}

void Rule::explain(Context& ctx, const Claim& claim) const {
    const Decision& decision = claim.decision;
    const std::string_view key = claim.key.substr(0, claim.key.find('\0'));
    const std::string shown = key_is_public_ ? std::string{key} : fingerprint(key);
    const std::string whose = own_ ? "" : whose_limit(ctx);
    const std::string left = std::to_string(decision.remaining), most = std::to_string(claim.limit.burst());
    const std::string reset = std::to_string(whole_seconds(decision.reset));
    const std::string price = in_words(claim.cost);
    std::string text =
        "limit " + name_ + whose + ": key " + (key_is_public_ ? '"' + shown + '"' : shown) + " costs " + price + ": ";
    text += decision.admitted ? "admitted" : "refused";
    if (decision.delay.count() > 0)
        text += " in " + std::to_string(std::chrono::ceil<std::chrono::milliseconds>(decision.delay).count()) + " ms";
    text += ", " + left + " of " + most + " left";
    if (algorithm_ != Algorithm::concurrency)
        text += (algorithm_ == Algorithm::token_bucket ? ", full again in " : ", all back in ") + reset + " s";
    std::string others;
    if (regional_) {
        others = in_words(static_cast<double>(regional_->of_others(claim.hash, claim.limit, decision)) / 1000);
        text += ", " + others + " counted by other gateways";
    }
    ctx.trace(text, {{"limit", name_},
                     {"key", shown},
                     {"cost", price},
                     {"admitted", decision.admitted ? "true" : "false"},
                     {"remaining", left},
                     {"burst", most},
                     {"reset", reset}});
}

}  // namespace tollgate::ratelimit
