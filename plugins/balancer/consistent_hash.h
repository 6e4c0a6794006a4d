// plugins/balancer/consistent_hash.h - ConsistentHash: what goes by the same key goes to the same target.
#pragma once

#include "policy.h"

#include <atomic>
#include <cstdint>
#include <memory>
#include <vector>

namespace tollgate::balancer {

// Maglev's table: prime many slots, dealt to the targets in proportion to their weights, each taking the next free slot
// of an order of its own. A pick is one look into it. It depends on names and weights alone, so that gateways agree
// and restarts change nothing; a target more or less moves its own share of the keys, and about one in a hundred of
// the others.
//
// A key whose target is out is hashed again until it falls on one that is not: the keys of that target are shared by
// all others, those of the others stay where they are, and all return when it does. The same happens where targets are
// bounded and the key's has its fill.
//
// Without a bound nothing changes after construction. With one, loops share how many requests each target was seen
// with and the sum, all atomic; each pick looks at a few targets more, so that the sum is never old.
class ConsistentHash final : public Policy {
public:
    struct Member {
        std::uint64_t name;    // a hash
        std::uint32_t weight;  // 0 counts as 1
    };
    // At least one member. `bound`: by which factor a target may have more than its share of all requests under way
    // (1.25); 0: by any. What has no key takes turns.
    ConsistentHash(const std::vector<Member>& members, double bound, std::shared_ptr<Turn> turn);
    std::optional<std::size_t> pick(const Candidates& candidates) override;
    std::string reason(std::size_t target, const Candidates& candidates) const override;

    static constexpr std::uint32_t slots = 32749;

private:
    struct Share {
        double part;  // of all weights
        std::atomic<std::uint32_t> seen{0};
    };
    void deal(const std::vector<Member>& members);
    std::size_t at(std::uint64_t key) const noexcept;
    std::optional<std::size_t> by_rank(const Candidates& candidates, std::uint64_t key) const;
    std::uint32_t look_at(const Candidates& candidates, std::size_t target);
    bool has_room(const Candidates& candidates, std::size_t target);

    std::vector<std::uint32_t> table_;
    std::vector<std::uint64_t> names_;
    double bound_;
    std::unique_ptr<Share[]> shares_;       // only where targets are bounded
    std::atomic<std::int64_t> total_{0};    // of what was seen
    std::atomic<std::uint64_t> hand_{0};    // who is looked at next
    std::shared_ptr<Turn> turn_;
};

}  // namespace tollgate::balancer
