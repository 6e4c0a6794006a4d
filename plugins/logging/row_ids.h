// plugins/logging/row_ids.h - RowIds: an id for each request, that no other request of any gateway has.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

namespace tollgate::logging {

// UUIDs of version 8 (RFC 9562): "iiiiiiii-iiii-8lll-viii-ssssssssssss", where i is random for this start of the
// gateway, l the loop and s how many requests it had: what they say is when and where a line was made, not who sent it.
class RowIds {
public:
    static constexpr std::size_t length = 36;
    using Text = std::array<char, length>;

    // For `lanes` lanes, of at most 4095, and one more for everybody else.
    explicit RowIds(std::size_t lanes);

    // [that lane's thread; any thread for `lane` of `lanes` and above]
    void next(std::size_t lane, Text& text) noexcept;

private:
    struct alignas(64) Lane {
        std::atomic<std::uint64_t> sequence{0};
        Text text{};
    };
    const std::size_t own_;
    const std::unique_ptr<Lane[]> lanes_;
};

}  // namespace tollgate::logging
