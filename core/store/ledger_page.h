// core/store/ledger_page.h - Ledger::Page: what is counted under one name, until the ledger's thread comes for it.
#pragma once

#include "store/ledger.h"

#include <array>
#include <atomic>
#include <functional>
#include <unordered_map>

namespace tollgate::store {

// Each thread notes on a part of its own, so that loops that count the same key do not wait for each other.
class Ledger::Page final : public Keeper {
public:
    Page(std::shared_ptr<Ledger> ledger, CountName of);
    ~Page() override;

    void load(std::function<void(const Loaded&)> take) override;
    void add(const Kept& more) noexcept override;
    void move(std::uint64_t key, std::int64_t from, std::int64_t until) noexcept override;

    struct EntryHash {  // the key is a hash already
        std::size_t operator()(const Entry& entry) const noexcept {
            return entry.first ^ (static_cast<std::uint64_t>(entry.second) * 0x9E37'79B9'7F4A'7C15);
        }
    };
    struct Noted {
        std::unordered_map<Entry, std::int64_t, EntryHash> more;
        std::vector<CountTable::Move> moves;
        std::uint64_t dropped = 0;
    };
    Noted take_noted();
    const CountName& of() const noexcept { return of_; }
    // With the ledger's mutex: whether somebody waits for what was kept, and telling him.
    bool wanted() const noexcept { return take_ != nullptr; }
    void deliver(const Loaded& loaded);

private:
    static constexpr std::size_t parts = 16, most_in_shard = most_waiting / parts;
    struct alignas(64) Shard {
        std::mutex mutex;
        Noted noted;
    };
    Shard& this_shard() noexcept;

    const std::shared_ptr<Ledger> ledger_;
    const CountName of_;
    std::function<void(const Loaded&)> take_;
    std::array<Shard, parts> shards_;
};

}  // namespace tollgate::store
