// plugins/balancer/policies.cpp - one policy after a recipe.
#include "policies.h"

#include "consistent_hash.h"
#include "ewma.h"
#include "hash.h"
#include "least_requests.h"
#include "round_robin.h"
#include "weighted.h"

#include <utility>

namespace tollgate::balancer {

namespace {

std::vector<std::shared_ptr<Latency>> latencies_of(const std::string& upstream, const std::vector<Member>& members,
                                                   Memory& memory, TimePoint now) {
    std::vector<std::shared_ptr<Latency>> latencies;
    latencies.reserve(members.size());
    for (const Member& member : members)
        latencies.push_back(memory.latencies.of(upstream + '\0' + member.address, now));
    return latencies;
}

std::vector<ConsistentHash::Member> hashed(const std::vector<Member>& members) {
    std::vector<ConsistentHash::Member> result;
    result.reserve(members.size());
    for (const Member& member : members) result.push_back({hash(member.address), member.weight});
    return result;
}

}  // namespace

std::unique_ptr<Policy> make_policy(const Recipe& recipe, std::string_view upstream, const std::vector<Member>& members,
                                    Memory& memory, TimePoint now) {
    const std::string name{upstream};
    std::vector<std::uint32_t> weights;
    weights.reserve(members.size());
    for (const Member& member : members) weights.push_back(member.weight);
    if (recipe.policy == "least_requests") return std::make_unique<LeastRequests>(weights);
    if (recipe.policy == "ewma")
        return std::make_unique<Ewma>(weights, latencies_of(name, members, memory, now), recipe.decay);
    auto turn = memory.turns.of(name, now);
    if (recipe.policy == "consistent_hash")
        return std::make_unique<ConsistentHash>(hashed(members), recipe.bound, std::move(turn));
    if (recipe.policy == "weighted") return std::make_unique<Weighted>(std::move(weights), std::move(turn));
    return std::make_unique<RoundRobin>(members.size(), std::move(turn));
}

}  // namespace tollgate::balancer
