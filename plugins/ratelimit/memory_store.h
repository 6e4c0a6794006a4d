// plugins/ratelimit/memory_store.h - MemoryStore: limits counted in this gateway's memory, decided at once.
#pragma once

#include "store.h"
#include "waiting_line.h"

#include <array>
#include <mutex>

namespace tollgate::ratelimit {

// A single claim takes no lock. Several are looked at first and then taken, behind locks by their counters, so that two
// requests never see each other's half: exactly as many are admitted as one after the other would be.
class MemoryStore final : public Store {
public:
    Task<void> take(std::span<Claim> claims, Moment now) noexcept override;
    void give_back(std::span<const Claim> claims, Moment now) noexcept override;
    void clear(const Claim& claim, Moment now) noexcept override;

private:
    struct alignas(64) Gate {
        std::mutex mutex;
    };

    void move_up(Claim& claim, Moment now) noexcept;
    void leave(const Claim& claim, Moment now, Ticks due) noexcept;
    void take_together(std::span<Claim> claims, Moment now) noexcept;
    static bool look(std::span<Claim> claims, Moment now) noexcept;
    bool take_each(std::span<Claim> claims, Moment now) noexcept;

    std::array<Gate, 64> gates_;
    WaitingLine line_;
};

}  // namespace tollgate::ratelimit
