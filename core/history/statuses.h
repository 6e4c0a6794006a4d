// core/history/statuses.h - Statuses: how many requests were answered with which kind of status.
#pragma once

#include <array>
#include <cstdint>

namespace tollgate::history {

struct Statuses {
    std::array<std::uint64_t, 6> by_class{};  // by the first digit; [0]: of no such number
    std::uint64_t limited = 0;                // 429, which [4] has too

    void add(int status, std::uint64_t times = 1) noexcept {
        by_class[status >= 100 && status < 600 ? std::size_t(status / 100) : 0] += times;
        if (status == 429) limited += times;
    }
    void add(const Statuses& more) noexcept {
        for (std::size_t i = 0; i < by_class.size(); ++i) by_class[i] += more.by_class[i];
        limited += more.limited;
    }
    std::uint64_t total() const noexcept {
        std::uint64_t sum = 0;
        for (const auto count : by_class) sum += count;
        return sum;
    }
    std::uint64_t ok() const noexcept { return by_class[1] + by_class[2] + by_class[3]; }  // below 400
    std::uint64_t failed() const noexcept { return by_class[5]; }
    std::uint64_t errors() const noexcept { return total() - ok(); }
};

// Turned away for who they are or how much they ask.
constexpr bool is_blocked(int status) noexcept { return status == 401 || status == 403 || status == 429; }

}  // namespace tollgate::history
