// loadtest/results.cpp - sums over a run's results.
#include "loadtest/results.h"

namespace tollgate::loadtest {

Latencies Results::of_class(StatusClass which) const {
    Latencies sum;
    for (const auto& [status, latencies] : codes) {
        if (class_of(status) != which) continue;
        sum.response.add(latencies.response);
        sum.service.add(latencies.service);
        sum.in_time += latencies.in_time;
    }
    return sum;
}

ClassCounts Results::class_counts() const {
    ClassCounts counts{};
    for (const auto& [status, latencies] : codes)
        counts[static_cast<std::size_t>(class_of(status))] += latencies.response.count();
    return counts;
}

Histogram Results::all_responses() const {
    Histogram sum;
    for (const auto& [status, latencies] : codes) sum.add(latencies.response);
    return sum;
}

// (sum x)^2 / (n sum x^2): Jain, Chiu, Hawe 1984.
double Results::jain_index() const {
    double sum = 0, squares = 0;
    for (const KeyResults& key : keys) {
        const auto served = static_cast<double>(key.classes[static_cast<std::size_t>(StatusClass::success)]);
        sum += served;
        squares += served * served;
    }
    return squares == 0 ? 1 : sum * sum / (static_cast<double>(keys.size()) * squares);
}

}  // namespace tollgate::loadtest
