// plugins/ratelimit/pages.h - Pages: an array of zeroes from the kernel that costs nothing until it is touched.
#pragma once

#include <sys/mman.h>

#include <cstddef>
#include <new>
#include <type_traits>

namespace tollgate::ratelimit {

// For a T whose zeroes are a T that was just made.
template <class T>
class Pages {
    static_assert(std::is_trivially_destructible_v<T>);

public:
    // Throws std::bad_alloc.
    explicit Pages(std::size_t count) : bytes_{count * sizeof(T)} {
        if (count > (std::size_t{1} << 32)) throw std::bad_alloc{};
        void* const pages =
            ::mmap(nullptr, bytes_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        if (pages == MAP_FAILED) throw std::bad_alloc{};
        first_ = static_cast<T*>(pages);
    }
    ~Pages() { ::munmap(first_, bytes_); }
    Pages(const Pages&) = delete;
    Pages& operator=(const Pages&) = delete;

    T& operator[](std::size_t i) noexcept { return first_[i]; }

private:
    std::size_t bytes_;
    T* first_;
};

}  // namespace tollgate::ratelimit
