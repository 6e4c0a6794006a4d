// plugins/cache/store/arena.h - Arena: things of one size by number, at addresses that stay, in memory that goes back.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace tollgate::cache {

using Number = std::uint32_t;
inline constexpr Number none = 0xffffffff;

// T has a member `Number next`, which is the arena's while the thing is free, and `bool used() const`, which says
// whether it is; what is free is as its constructor made it, but for `next`.
//
// Numbers are given out, and chunks let go, by one thread at a time (the store's lock). Another may look at a thing
// whose number it got while that thing is in use: looking up changes nothing, and no chunk ever moves.
template <class T>
class Arena {
public:
    static constexpr std::size_t in_chunk = 2048, in_block = 1024, most_blocks = 1024;

    Arena() = default;
    Arena(const Arena&) = delete;
    Arena& operator=(const Arena&) = delete;

    T& operator[](Number number) noexcept { return chunk_of(number).things[number % in_chunk]; }
    const T& operator[](Number number) const noexcept { return chunk_of(number).things[number % in_chunk]; }

    // After this, so many take() succeed, whatever is given back in between. Throws std::bad_alloc.
    void reserve(std::size_t count) {
        while (free_ < count) add_chunk();
        reserved_ = count;
    }
    Number take() noexcept {
        Chunk& chunk = chunk_at(open_);
        const Number number = chunk.first_free;
        chunk.first_free = (*this)[number].next;
        if (++chunk.used == in_chunk) unlink(open_);
        --free_;
        if (reserved_ > 0) --reserved_;
        return number;
    }
    // The thing is as its constructor made it. An empty chunk goes where others have room for as many.
    void give_back(Number number) noexcept {
        const Number place = number / in_chunk;
        Chunk& chunk = chunk_at(place);
        (*this)[number].next = chunk.first_free;
        chunk.first_free = number;
        ++free_;
        if (chunk.used-- == in_chunk) link(place);
        if (chunk.used == 0 && free_ >= 2 * in_chunk && free_ - in_chunk >= reserved_) release(place);
    }

    // All numbers are below; [number] may only be asked where has(number).
    Number end() const noexcept { return static_cast<Number>(chunks_ * in_chunk); }
    bool has(Number number) const noexcept {
        return (*blocks_[number / in_chunk / in_block])[number / in_chunk % in_block] != nullptr;
    }
    std::size_t bytes() const noexcept { return living_ * sizeof(Chunk); }

private:
    struct Chunk {
        std::array<T, in_chunk> things{};
        Number first_free = none;
        std::size_t used = 0;
        Number before = none, after = none;  // among those with room
    };
    using Block = std::array<std::unique_ptr<Chunk>, in_block>;

    Chunk& chunk_at(Number place) const noexcept { return *(*blocks_[place / in_block])[place % in_block]; }
    Chunk& chunk_of(Number number) const noexcept { return chunk_at(number / in_chunk); }

    void add_chunk() {
        unused_.reserve(chunks_ + 1);  // release() must not throw
        const bool again = !unused_.empty();
        const Number place = again ? unused_.back() : static_cast<Number>(chunks_);
        if (place / in_block == most_blocks) throw std::bad_alloc{};
        auto& block = blocks_[place / in_block];
        if (!block) block = std::make_unique<Block>();
        auto chunk = std::make_unique<Chunk>();
        const Number first = place * static_cast<Number>(in_chunk);
        for (Number i = in_chunk; i-- > 0;) {
            chunk->things[i].next = chunk->first_free;
            chunk->first_free = first + i;
        }
        (*block)[place % in_block] = std::move(chunk);
        if (again)
            unused_.pop_back();
        else
            ++chunks_;
        ++living_;
        free_ += in_chunk;
        link(place);
    }
    void release(Number place) noexcept {
        unlink(place);
        (*blocks_[place / in_block])[place % in_block].reset();
        unused_.push_back(place);
        --living_;
        free_ -= in_chunk;
    }
    // The fullest are at hand first, roughly: what has just got room goes behind.
    void link(Number place) noexcept {
        Chunk& chunk = chunk_at(place);
        chunk.before = last_;
        chunk.after = none;
        (last_ == none ? open_ : chunk_at(last_).after) = place;
        last_ = place;
    }
    void unlink(Number place) noexcept {
        const Chunk& chunk = chunk_at(place);
        (chunk.before == none ? open_ : chunk_at(chunk.before).after) = chunk.after;
        (chunk.after == none ? last_ : chunk_at(chunk.after).before) = chunk.before;
    }

    std::array<std::unique_ptr<Block>, most_blocks> blocks_{};
    std::vector<Number> unused_;  // places of chunks that were let go
    std::size_t chunks_ = 0, living_ = 0, free_ = 0;
    std::size_t reserved_ = 0;  // of those free, for take() to come
    Number open_ = none, last_ = none;
};

}  // namespace tollgate::cache
