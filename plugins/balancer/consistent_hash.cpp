// plugins/balancer/consistent_hash.cpp - dealing the table, and where a key goes whose target cannot have it.
#include "consistent_hash.h"

#include "hash.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>
#include <queue>
#include <utility>

namespace tollgate::balancer {

namespace {

__extension__ using Wide = unsigned __int128;

// While half of all targets are out, one key in 2^32 misses the others so often.
constexpr int most_tries = 32;

constexpr std::uint64_t again = 0xd1342543de82ef95;

}  // namespace

ConsistentHash::ConsistentHash(const std::vector<Member>& members, double bound, std::shared_ptr<Turn> turn)
    : bound_{bound}, turn_{std::move(turn)} {
    deal(members);
    double sum = 0;
    for (const Member& member : members) {
        names_.push_back(member.name);
        sum += std::max<std::uint32_t>(1, member.weight);
    }
    if (bound_ == 0) return;
    shares_ = std::make_unique<Share[]>(members.size());
    for (std::size_t target = 0; target < members.size(); ++target)
        shares_[target].part = std::max<std::uint32_t>(1, members[target].weight) / sum;
}

// Whose turn it is says the number of slots each would have by then, over its weight: that depends on no other target.
// Everybody gets one slot first. A millisecond for ten targets, three for a thousand, on the loop of the first request.
void ConsistentHash::deal(const std::vector<Member>& members) {
    struct Hand {
        std::uint32_t place, step, dealt;
    };
    std::vector<Hand> hands;
    std::vector<std::uint32_t> by_name(members.size());
    std::iota(by_name.begin(), by_name.end(), 0U);
    std::ranges::sort(by_name, {}, [&](std::uint32_t target) { return members[target].name; });
    using Due = std::pair<double, std::uint32_t>;  // when, and whose place in by_name
    std::priority_queue<Due, std::vector<Due>, std::greater<>> dues;
    for (std::uint32_t i = 0; i < by_name.size(); ++i) {
        const std::uint64_t name = mix(members[by_name[i]].name);
        hands.push_back({static_cast<std::uint32_t>(name % slots),
                         static_cast<std::uint32_t>(mix(name ^ again) % (slots - 1) + 1), 0});
        dues.emplace(0, i);
    }
    std::vector<bool> taken(slots);
    table_.resize(slots);
    for (std::uint32_t filled = 0; filled < slots; ++filled) {
        const std::uint32_t i = dues.top().second;
        dues.pop();
        Hand& hand = hands[i];
        while (taken[hand.place]) {
            hand.place += hand.step;
            if (hand.place >= slots) hand.place -= slots;
        }
        taken[hand.place] = true;
        table_[hand.place] = by_name[i];
        dues.emplace(++hand.dealt / static_cast<double>(std::max<std::uint32_t>(1, members[by_name[i]].weight)), i);
    }
}

std::size_t ConsistentHash::at(std::uint64_t key) const noexcept {
    return table_[static_cast<std::size_t>((Wide{key} * slots) >> 64)];
}

std::optional<std::size_t> ConsistentHash::pick(const Candidates& candidates) {
    const auto asked = candidates.key();
    const std::uint64_t key = asked ? *asked : mix(turn_->next.fetch_add(1, std::memory_order_relaxed) + again);
    std::optional<std::size_t> nearest;
    std::uint64_t hashed = key;
    for (int tries = 0; tries < most_tries; ++tries, hashed = mix(hashed + again)) {
        const std::size_t target = at(hashed);
        if (!candidates.usable(target)) continue;
        if (bound_ == 0 || has_room(candidates, target)) return target;
        if (!nearest) nearest = target;
    }
    return nearest ? nearest : by_rank(candidates, key);
}

// Where nearly all are out: each ranks differently for each key, and the first of those that are left has it.
std::optional<std::size_t> ConsistentHash::by_rank(const Candidates& candidates, std::uint64_t key) const {
    std::optional<std::size_t> first;
    std::uint64_t highest = 0;
    for (std::size_t target = 0; target < names_.size(); ++target) {
        if (!candidates.usable(target)) continue;
        const std::uint64_t rank = mix(key ^ names_[target]);
        if (first && rank <= highest) continue;
        first = target;
        highest = rank;
    }
    return first;
}

std::uint32_t ConsistentHash::look_at(const Candidates& candidates, std::size_t target) {
    const std::uint32_t load = candidates.load(target);
    const std::uint32_t before = shares_[target].seen.exchange(load, std::memory_order_relaxed);
    if (load != before) total_.fetch_add(std::int64_t{load} - std::int64_t{before}, std::memory_order_relaxed);
    return load;
}

// Whether the target may have one more: at most `bound` times its share of all, rounded up (Mirrokni, Thorup,
// Zadimoghaddam 2016).
bool ConsistentHash::has_room(const Candidates& candidates, std::size_t target) {
    const std::uint64_t hand = hand_.fetch_add(1, std::memory_order_relaxed);
    for (const std::uint64_t step : {2 * hand, 2 * hand + 1})
        look_at(candidates, static_cast<std::size_t>(step % names_.size()));
    const std::uint32_t load = look_at(candidates, target);
    const double all = static_cast<double>(std::max<std::int64_t>(load, total_.load(std::memory_order_relaxed))) + 1;
    return load < std::ceil(bound_ * all * shares_[target].part);
}

std::string ConsistentHash::reason(std::size_t, const Candidates& candidates) const {
    return candidates.key() ? "" : "no key, by turn";
}

}  // namespace tollgate::balancer
