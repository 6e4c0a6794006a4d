// loadtest/upstream/fates.h - Fates: what becomes of an instance's n-th request, the same for the same seed.
#pragma once

#include "loadtest/upstream/behaviour.h"

#include <optional>

namespace tollgate::loadtest {

struct Fate {
    Fault fault = Fault::none;
    Nanoseconds delay{0};
    int status = 0;              // 0: the answer's own
    std::uint64_t variant = 0;   // any number: which kind of garbage
};

// Drawn from the request's number alone: neither threads nor connections, nor which requests came before, matter.
class Fates {
public:
    // `instance`: its place among those of the process, so that two do not fail in step.
    Fates(const Behaviour& behaviour, unsigned instance);

    // False: every request meets the same Fate{}, and nobody need count them.
    bool vary() const noexcept { return vary_; }
    Fate of(std::uint64_t number) const noexcept;
    bool healthy(std::uint64_t number) const noexcept;  // of the n-th GET /health

private:
    Random random(std::uint64_t number, std::uint64_t purpose) const noexcept;

    Delay delay_;
    std::array<double, fault_count> shares_;
    double fail_health_;
    std::vector<int> statuses_;
    std::optional<Mix> mix_;
    std::uint64_t seed_;
    unsigned instance_;
    bool faulty_, vary_;
};

}  // namespace tollgate::loadtest
