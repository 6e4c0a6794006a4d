// plugins/ratelimit/rule_inquiry.cpp - what an operator means by a key, as a claim of a rule.
#include "answer_lines.h"
#include "inquiry.h"
#include "key_limit.h"
#include "rule.h"

#include <stdexcept>

namespace tollgate::ratelimit {

void Rule::note(const Tier& tier) const noexcept {
    for (auto& noted : tiers_) {
        const Tier* seen = noted.load(std::memory_order_relaxed);
        if (seen == &tier) return;
        if (!seen && noted.compare_exchange_strong(seen, &tier, std::memory_order_acq_rel)) return;
        if (seen == &tier) return;
    }
}

std::optional<Limit> Rule::limit_of(const Inquiry& inquiry) const {
    if (own_) return own_;
    if (!inquiry.rate.empty() && kind_ == Kind::rate) {
        const auto limit = key_limit(inquiry.rate, inquiry.burst);
        if (!limit) throw std::invalid_argument{"rate: expected one as \"100/60s\", got \"" + inquiry.rate + '"'};
        return limit_for(limit->rate, limit->burst);
    }
    for (const auto& noted : tiers_) {
        const Tier* tier = noted.load(std::memory_order_acquire);
        if (tier && tier->name() == inquiry.tier) return limit_of(*tier);
    }
    return inquiry.tier.empty() ? other_ : std::nullopt;
}

// As key_of() and key_under_limit() compose it of a request.
std::string Rule::key_of(const Inquiry& inquiry) const {
    std::string key, scratch;
    for (std::size_t i = 0; i < by_.size(); ++i) {
        std::string_view part = inquiry.key[i];
        if (by_[i].kind() == "client_ip") part = network_of(part, prefixes_, scratch);
        if (by_.size() > 1) (key += Digits{static_cast<std::int64_t>(part.size())}) += ':';
        key += part;
    }
    if (own_ || by_caller_) return key;
    if (!inquiry.rate.empty() && kind_ == Kind::rate) return (key += std::string_view{"\0key ", 5}) += inquiry.id;
    if (!inquiry.tier.empty()) (key += std::string_view{"\0tier ", 6}) += inquiry.tier;
    return key;
}

}  // namespace tollgate::ratelimit
