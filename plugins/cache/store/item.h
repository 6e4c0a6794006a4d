// plugins/cache/store/item.h - Item: what a store keeps, as far as a store wants to know it.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace tollgate::cache {

// Immutable, and shared: whoever found it may hold it for as long as he likes, whatever becomes of it in the store.
class Item {
public:
    virtual ~Item() = default;
    // By which it can be purged, whole or by its beginning. Several items may have the same.
    virtual std::string_view url() const noexcept = 0;
    // Other words by which it can be purged.
    virtual std::span<const std::string> tags() const noexcept = 0;
    // The memory that is free again once the last who holds it lets go, what the allocator adds included.
    virtual std::size_t bytes() const noexcept = 0;

protected:
    Item() = default;
    Item(const Item&) = default;
    Item& operator=(const Item&) = default;
};

}  // namespace tollgate::cache
