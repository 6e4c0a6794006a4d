// plugins/ratelimit/kept_counters.h - KeptCounters: counts of quotas that survive a restart, in the gateway's database.
//
// Decided in memory as all others; what changes is told a Keeper. Counters go by a hash whose secret lasts as long as
// the database. Until that has answered for the first time, so that neither the secret nor the counts are known, others
// count, by a secret of their own, and what they have counted is not kept.
#pragma once

#include "counter_store.h"
#include "window_counter.h"

#include <tollgate/host.h>

#include <atomic>
#include <memory>

namespace tollgate::ratelimit {

class KeptCounters final : public Counters {
public:
    // Waits for what was kept, at most a moment. Throws std::bad_alloc.
    KeptCounters(std::size_t keys, std::shared_ptr<Keeper> keeper);

    std::uint64_t hash(std::string_view key) const noexcept override;
    Decision take(std::uint64_t hash, const Ask& ask) noexcept override;
    Decision look(std::uint64_t hash, const Ask& ask) noexcept override;
    void give_back(std::uint64_t hash, const Ask& ask, std::uint64_t receipt) noexcept override;
    bool clear(std::uint64_t hash, const Ask& ask) noexcept override;
    bool withdraw(std::uint64_t, const Ask&, Ticks) noexcept override { return false; }  // of token buckets only
    std::size_t keys() const noexcept override { return keys_; }
    std::uint64_t forgotten() const noexcept override;
    Footprint footprint() const noexcept override;
    std::size_t in_use(const Ask& ask) noexcept override;

private:
    using Memory = CounterStore<WindowCounter>;

    // The lowest bit of a hash says by which secret it was made: a request may begin before the database answers, and
    // give back afterwards.
    static constexpr std::uint64_t unkept = 1;
    static bool is_kept(std::uint64_t hash) noexcept { return (hash & unkept) == 0; }
    Memory& memory_of(std::uint64_t hash) noexcept {
        return is_kept(hash) ? *kept_.load(std::memory_order_acquire) : *first_;
    }
    void restore(const Keeper::Loaded& loaded);

    const std::size_t keys_;
    std::unique_ptr<Memory> first_, restored_;
    std::atomic<Memory*> kept_{nullptr};  // restored_, once it is
    const std::shared_ptr<Keeper> keeper_;  // last: calls restore() until it ends
};

}  // namespace tollgate::ratelimit
