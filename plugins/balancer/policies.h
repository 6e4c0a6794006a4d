// plugins/balancer/policies.h - the policies by their names, and what of them outlives a configuration.
#pragma once

#include "latency.h"
#include "policy.h"
#include "remembered.h"

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace tollgate::balancer {

inline constexpr const char* policy_names[] = {"round_robin", "weighted", "least_requests", "ewma", "consistent_hash"};

// Shared by everything that balances, in every configuration: by upstream, by upstream and address.
struct Memory {
    Remembered<Turn> turns;
    Remembered<Latency> latencies;
};

struct Member {
    std::string address;
    std::uint32_t weight;
};

// What is asked for.
struct Recipe {
    std::string policy;  // one of policy_names
    double bound = 0;                        // of consistent_hash
    std::chrono::nanoseconds decay{};        // of ewma
};

std::unique_ptr<Policy> make_policy(const Recipe& recipe, std::string_view upstream, const std::vector<Member>& members,
                                    Memory& memory, TimePoint now);

}  // namespace tollgate::balancer
