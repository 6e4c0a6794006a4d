// core/gateway/figures.h - Figures: what one loop counts of its requests: answers by status, failures by reason.
#pragma once

#include "plugins/metrics.h"

#include <array>
#include <string>
#include <string_view>
#include <unordered_map>

namespace tollgate {

// Counters are made when first needed and found without a lock after that. One loop only.
class Figures {
public:
    explicit Figures(plugins::Metrics& metrics) noexcept : metrics_{metrics} {}

    // `status` as in the log, 499 where the client left; `reason` as in the answer's "error" member, "" where none.
    void count(int status, std::string_view reason);

private:
    // Reasons are words of the code, not of clients; a plugin that composes them must not make series without end.
    static constexpr std::size_t most_reasons = 100;
    struct Hash : std::hash<std::string_view> {
        using is_transparent = void;
    };

    plugins::Metrics& metrics_;
    std::array<Counter*, 500> by_status_{};  // 100 to 599
    std::unordered_map<std::string, Counter*, Hash, std::equal_to<>> by_reason_;
};

}  // namespace tollgate
