// core/plugins/exemplars.h - Exemplars: of each bucket of a histogram one request, by its trace, that fell into it.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

namespace tollgate::plugins {

// A request that is traced, for a histogram that it is counted in.
struct Exemplar {
    std::string_view trace_id;  // 32 hexadecimal digits; anything else is passed over
    std::chrono::system_clock::time_point when;
};

// One place per bucket, whoever comes first in a second; no lock, and nobody waits: of two who write at once one gives
// up. Any thread.
class Exemplars {
public:
    static constexpr std::size_t trace_id_size = 32;

    explicit Exemplars(std::size_t buckets) : places_{std::make_unique<Place[]>(buckets)} {}

    void offer(std::size_t bucket, std::uint64_t value, const Exemplar& exemplar) noexcept;

    struct Seen {
        std::array<char, trace_id_size> trace_id;
        std::uint64_t value;
        std::int64_t milliseconds;  // since 1970
    };
    std::optional<Seen> at(std::size_t bucket) const noexcept;  // nullopt: none yet, or it is being written

private:
    using Words = std::array<std::uint64_t, trace_id_size / sizeof(std::uint64_t)>;
    struct Place {
        std::atomic<std::uint64_t> version{0};  // odd: it is being written
        std::array<std::atomic<std::uint64_t>, std::tuple_size_v<Words>> trace_id{};
        std::atomic<std::uint64_t> value{0};
        std::atomic<std::int64_t> milliseconds{0};
    };
    std::unique_ptr<Place[]> places_;
};

}  // namespace tollgate::plugins
