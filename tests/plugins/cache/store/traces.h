// tests/plugins/cache/store/traces.h - requests as many clients make them: Zipf's law, and scans in between.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <random>
#include <vector>

namespace tollgate::test {

// Which of so many objects is asked for: the n-th most popular as often as 1/n^skew.
class Zipf {
public:
    Zipf(std::uint32_t objects, double skew) {
        double sum = 0;
        for (std::uint32_t n = 1; n <= objects; ++n) sums_.push_back(sum += std::pow(n, -skew));
    }
    std::uint32_t operator()(std::mt19937_64& random) const {
        const double at = static_cast<double>(random() >> 11) * 0x1p-53 * sums_.back();
        return static_cast<std::uint32_t>(std::upper_bound(sums_.begin(), sums_.end(), at) - sums_.begin());
    }

private:
    std::vector<double> sums_;
};

using Trace = std::vector<std::uint32_t>;

inline Trace zipf_trace(std::uint32_t objects, double skew, std::size_t length, std::uint64_t seed = 42) {
    const Zipf zipf{objects, skew};
    std::mt19937_64 random{seed};
    Trace trace(length);
    for (std::uint32_t& object : trace) object = zipf(random);
    return trace;
}

// Again and again somebody walks through objects that nobody asked for before, one with every other request.
inline Trace with_scans(const Trace& trace, std::uint32_t first, std::size_t every, std::size_t length) {
    Trace mixed;
    for (std::size_t i = 0; i < trace.size(); ++i) {
        mixed.push_back(trace[i]);
        if (i % every < length) mixed.push_back(first++);
    }
    return mixed;
}

// What was popular is so no more, several times.
inline Trace with_changes(Trace trace, std::uint32_t objects, int times) {
    for (std::size_t i = 0; i < trace.size(); ++i)
        trace[i] = (trace[i] + static_cast<std::uint32_t>(i * times / trace.size()) * (objects / 7)) % objects;
    return trace;
}

}  // namespace tollgate::test
