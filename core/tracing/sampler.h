// core/tracing/sampler.h - Sampler: of which requests spans are recorded, and whose word on it counts.
#pragma once

#include "http/traceparent.h"

#include <cstdint>

namespace tollgate::tracing {

// Whose `sampled` flag is obeyed.
enum class Believed : std::uint8_t { nobody, trusted, everybody };

// Immutable; any thread.
class Sampler {
public:
    Sampler() noexcept : Sampler{1, Believed::trusted} {}
    Sampler(double ratio, Believed believed) noexcept;  // ratio: 0 to 1

    // The step of a trace that a request is here: the next one of the trace it came with, or the first of one of its
    // own. `given`: of the client, perhaps none. `trusted`: a proxy of ours, not anybody.
    http::Traceparent step(const http::Traceparent& given, bool trusted) const noexcept;

private:
    // An id that the request was given at random decides by itself, and so alike wherever the ratio is the same.
    bool takes(std::uint64_t draw) const noexcept { return draw >> 1 < threshold_; }

    std::uint64_t threshold_;  // of 63 bits
    Believed believed_;
};

}  // namespace tollgate::tracing
