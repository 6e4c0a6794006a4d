// loadtest/upstream/fates.cpp - drawing fates by number.
#include "loadtest/upstream/fates.h"

#include <algorithm>

namespace tollgate::loadtest {

namespace {

enum Purpose : std::uint64_t { for_request = 1, for_health = 2 };

// The finishing steps of SplitMix64 (Steele, Lea and Flood, 2014): neighbouring numbers become unrelated seeds.
std::uint64_t scattered(std::uint64_t number) noexcept {
    number = (number ^ (number >> 30)) * 0xBF58476D1CE4E5B9ull;
    number = (number ^ (number >> 27)) * 0x94D049BB133111EBull;
    return number ^ (number >> 31);
}

}  // namespace

Fates::Fates(const Behaviour& behaviour, unsigned instance)
    : delay_{behaviour.delay},
      shares_{behaviour.shares},
      fail_health_{behaviour.fail_health},
      seed_{behaviour.seed},
      instance_{instance},
      faulty_{std::any_of(shares_.begin(), shares_.end(), [](double share) { return share > 0; })},
      vary_{faulty_ || !delay_.none() || !behaviour.statuses.empty() || behaviour.steered} {
    std::vector<double> weights;
    for (const auto& [status, weight] : behaviour.statuses) {
        statuses_.push_back(status);
        weights.push_back(weight);
    }
    if (!weights.empty()) mix_.emplace(weights);
}

Random Fates::random(std::uint64_t number, std::uint64_t purpose) const noexcept {
    return {scattered(seed_ * 4 + purpose) ^ scattered(number + 0x9E3779B97F4A7C15ull), instance_};
}

Fate Fates::of(std::uint64_t number) const noexcept {
    Fate fate;
    if (!vary_) return fate;
    Random random = this->random(number, for_request);
    fate.variant = random.next();
    if (mix_) fate.status = statuses_[mix_->draw(random)];
    if (!delay_.none()) fate.delay = delay_.draw(random);
    if (!faulty_) return fate;
    double left = random.uniform();
    for (std::size_t i = 0; i < fault_count; ++i) {
        if (left < shares_[i]) {
            fate.fault = static_cast<Fault>(i);
            break;
        }
        left -= shares_[i];
    }
    return fate;
}

bool Fates::healthy(std::uint64_t number) const noexcept {
    return fail_health_ == 0 || random(number, for_health).uniform() >= fail_health_;
}

}  // namespace tollgate::loadtest
