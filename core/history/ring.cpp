// core/history/ring.cpp - packing records into bytes, and the two sides of the ring.
#include "history/ring.h"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstring>
#include <type_traits>

namespace tollgate::history {

namespace {

// What lies before the texts of a record. `size` 0: nothing more fits before the end, the next lies at the beginning.
struct Head {
    std::uint32_t size;  // of all of it, a multiple of `step`
    std::array<std::uint16_t, text_count> lengths;
    RecordFigures figures;
};
static_assert(std::is_trivially_copyable_v<Head>);

constexpr std::size_t step = 8;

constexpr std::size_t longest_record = [] {
    std::size_t size = sizeof(Head);
    for (const auto& member : text_members<std::string_view>) size += member.longest;
    return (size + step - 1) / step * step;
}();

}  // namespace

Ring::Ring(std::size_t capacity)
    : bytes_{std::make_unique_for_overwrite<std::byte[]>(std::bit_ceil(std::max(capacity, 2 * longest_record)))},
      mask_{std::bit_ceil(std::max(capacity, 2 * longest_record)) - 1} {}

bool Ring::push(const RecordView& record) noexcept {
    Head head{0, {}, record};
    std::size_t size = sizeof head;
    for (std::size_t i = 0; i < text_count; ++i) {
        const auto& member = text_members<std::string_view>[i];
        head.lengths[i] = static_cast<std::uint16_t>(std::min((record.*member.text).size(), member.longest));
        size += head.lengths[i];
    }
    size = (size + step - 1) / step * step;
    head.size = static_cast<std::uint32_t>(size);

    const std::size_t end = head_.load(std::memory_order_relaxed);
    const std::size_t to_wrap = capacity() - (end & mask_);
    const std::size_t skipped = size <= to_wrap ? 0 : to_wrap;
    if (size + skipped > capacity() - (end - tail_.load(std::memory_order_acquire))) return false;
    if (skipped > 0) std::memset(bytes_.get() + (end & mask_), 0, sizeof head.size);
    std::byte* out = bytes_.get() + ((end + skipped) & mask_);
    std::memcpy(out, &head, sizeof head);
    out += sizeof head;
    for (std::size_t i = 0; i < text_count; ++i) {
        if (head.lengths[i] == 0) continue;  // an empty text may have no place at all
        std::memcpy(out, (record.*text_members<std::string_view>[i].text).data(), head.lengths[i]);
        out += head.lengths[i];
    }
    head_.store(end + skipped + size, std::memory_order_release);
    return true;
}

std::optional<Record> Ring::pop() {
    std::size_t begin = tail_.load(std::memory_order_relaxed);
    if (begin == head_.load(std::memory_order_acquire)) return std::nullopt;
    std::uint32_t size = 0;
    std::memcpy(&size, bytes_.get() + (begin & mask_), sizeof size);
    if (size == 0) begin += capacity() - (begin & mask_);
    const std::byte* in = bytes_.get() + (begin & mask_);
    Head head;
    std::memcpy(&head, in, sizeof head);
    in += sizeof head;
    Record record;
    static_cast<RecordFigures&>(record) = head.figures;
    for (std::size_t i = 0; i < text_count; ++i) {
        (record.*text_members<std::string>[i].text).assign(reinterpret_cast<const char*>(in), head.lengths[i]);
        in += head.lengths[i];
    }
    tail_.store(begin + head.size, std::memory_order_release);
    return record;
}

}  // namespace tollgate::history
