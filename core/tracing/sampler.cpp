// core/tracing/sampler.cpp - the decision, once a request.
#include "tracing/sampler.h"

#include "support/random.h"

#include <algorithm>

namespace tollgate::tracing {

Sampler::Sampler(double ratio, Believed believed) noexcept
    : threshold_{static_cast<std::uint64_t>(std::clamp(ratio, 0.0, 1.0) * 0x1p63)}, believed_{believed} {}

http::Traceparent Sampler::step(const http::Traceparent& given, bool trusted) const noexcept {
    http::Traceparent made = given ? given.next() : http::Traceparent::begun();
    if (given && (believed_ == Believed::everybody || (believed_ == Believed::trusted && trusted))) return made;
    // Who may choose the id must not choose whether it is recorded: then it is drawn.
    made.set_sampled(takes(!given || trusted ? made.draw() : random_word()));
    return made;
}

}  // namespace tollgate::tracing
