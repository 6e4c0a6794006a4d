// core/history/tops.h - Tops: how often which name came, of names that clients choose without end.
#pragma once

#include "support/secret_hash.h"

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tollgate::history {

struct Top {
    std::string name;
    std::uint64_t count = 0;
};

// Exact for as many names as it holds. When it is full, the half that came least is forgotten: what is said then is
// never too much, and who makes more than a few thousandths of all is there. One thread.
class Tops {
public:
    static constexpr std::size_t most_names = 2048, longest_name = 256;  // longer ones are cut

    void add(std::string_view name, std::uint64_t times = 1);
    // Those that came most, the first of them first; of equals by name.
    std::vector<Top> first(std::size_t most) const;
    void clear() noexcept;
    bool empty() const noexcept { return entries_.empty(); }

private:
    struct Entry {
        std::uint64_t hash;
        Top top;
    };
    std::size_t slot_of(std::uint64_t hash, std::string_view name) const noexcept;
    void forget_least();
    void place_all() noexcept;

    SecretHash hash_;
    std::vector<Entry> entries_;
    std::vector<std::uint16_t> slots_;  // an entry's number and one, by its hash; 0: free. None until the first name
    std::size_t last_ = 0;              // the entry that came last: the next is often the same
};

// What is ranked by how often it came.
enum class Ranking { paths, routes, users, blocked };
inline constexpr std::array rankings{Ranking::paths, Ranking::routes, Ranking::users, Ranking::blocked};

// One for each ranking.
template <class One>
struct PerRanking {
    One& operator[](Ranking of) noexcept { return each[std::size_t(of)]; }
    const One& operator[](Ranking of) const noexcept { return each[std::size_t(of)]; }

    std::array<One, rankings.size()> each{};
};

// What several have counted: the first `most` of it.
std::vector<Top> first_of_all(std::span<const std::vector<Top>> lists, std::size_t most);

}  // namespace tollgate::history
