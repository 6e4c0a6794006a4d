// core/support/bytes.h - Bytes: text that grows behind, without the zeros that std::string writes first.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <memory>
#include <string_view>

namespace tollgate {

// clear() keeps the memory.
class Bytes {
public:
    Bytes() noexcept = default;
    Bytes(const Bytes& other) { *this = other; }
    Bytes& operator=(const Bytes& other) {
        size_ = 0;
        append(other.view());
        return *this;
    }

    const char* data() const noexcept { return bytes_.get(); }
    std::size_t size() const noexcept { return size_; }
    std::size_t capacity() const noexcept { return capacity_; }
    std::string_view view() const noexcept { return {bytes_.get(), size_}; }
    void clear() noexcept { size_ = 0; }
    void reserve(std::size_t capacity) {
        if (capacity > capacity_) grow(capacity);
    }

    // `size` more bytes, to be written by the caller. Views into what was there before may dangle.
    char* extend(std::size_t size) {
        if (size > capacity_ - size_) grow(std::max(size_ + size, capacity_ * 2));
        char* const here = bytes_.get() + size_;
        size_ += size;
        return here;
    }
    void append(std::string_view text) {
        if (!text.empty()) std::memcpy(extend(text.size()), text.data(), text.size());
    }

private:
    void grow(std::size_t capacity) {
        auto larger = std::make_unique_for_overwrite<char[]>(capacity);
        if (size_ > 0) std::memcpy(larger.get(), bytes_.get(), size_);
        bytes_ = std::move(larger);
        capacity_ = capacity;
    }

    std::unique_ptr<char[]> bytes_;
    std::size_t size_ = 0, capacity_ = 0;
};

}  // namespace tollgate
