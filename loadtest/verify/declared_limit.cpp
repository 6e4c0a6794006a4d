// loadtest/verify/declared_limit.cpp - which limit a caller has: the use's words, his key's, his tier's, the default.
#include "loadtest/verify/declared.h"

#include "support/text.h"

#include <algorithm>
#include <cmath>

namespace tollgate::loadtest::verify {

namespace {

std::string text_of(const By& by) {
    switch (by.kind) {
        case By::Kind::caller: return "caller";
        case By::Kind::client_ip: return "client_ip";
        case By::Kind::header: return "header " + text::quote(by.name);
        case By::Kind::route: return "route";
        case By::Kind::constant: return "everybody";
        case By::Kind::unknown: break;
    }
    return by.name;
}

// A burst belongs to the rate that it was written with; without one it is the rate's count, rounded up.
Limit limit_of(const DeclaredLimit& declared, const Rate& rate, std::optional<double> burst) {
    const bool bucket = *declared.algorithm == Algorithm::token_bucket;
    const double most = burst ? *burst : std::max(1.0, std::ceil(rate.count));
    Limit limit{*declared.algorithm, rate.count / declared.price(), rate.per};
    if (bucket) limit.burst = most / declared.cost;
    return limit;
}

}  // namespace

std::string DeclaredLimit::text() const {
    std::vector<std::string> all;
    for (const By& one : by) all.push_back(text_of(one));
    return "by " + text::join(all, " and ");
}

// Whatever is not a bucket counts thousandths, and never less than the cost.
double DeclaredLimit::price() const {
    const bool bucket = kind == Kind::rate && algorithm == Algorithm::token_bucket;
    return bucket ? cost : std::ceil(cost * 1000 - 1e-6) / 1000;
}

std::string OwnRate::text() const {
    const std::string time = rate.per == std::chrono::seconds{1} ? "" : text::number(seconds(rate.per));
    return text::number(rate.count) + '/' + time + 's' +
           (burst ? " burst " + text::number(*burst) : "");
}

std::optional<Limit> limit_for(const DeclaredLimit& declared, const DeclaredTier* tier,
                               const std::optional<OwnRate>& own, std::string& why) {
    why.clear();
    using Kind = DeclaredLimit::Kind;
    const auto quota = declared.quota ? declared.quota : tier ? tier->quota : std::nullopt;
    if (declared.kind == Kind::quota && !quota) return std::nullopt;
    if (!declared.unknown.empty()) return why = text::join(declared.unknown), std::nullopt;
    if (declared.kind == Kind::concurrency) return Limit{Algorithm::concurrency, *declared.concurrency};
    if (declared.kind == Kind::quota) return Limit{Algorithm::quota, quota->count / declared.price(), quota->per};
    if (declared.rate) return limit_of(declared, *declared.rate, declared.burst);
    if (own) return limit_of(declared, own->rate, own->burst);
    if (tier && tier->rate) return limit_of(declared, *tier->rate, declared.burst ? declared.burst : tier->burst);
    if (declared.default_rate)
        return limit_of(declared, *declared.default_rate, declared.burst ? declared.burst : declared.default_burst);
    why = "neither it nor the tier says a rate";
    return std::nullopt;
}

}  // namespace tollgate::loadtest::verify
