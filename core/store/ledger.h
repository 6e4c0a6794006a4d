// core/store/ledger.h - Ledger: the thread that writes down what plugins count, and reads it for who begins to count.
#pragma once

#include "store/count_table.h"

#include <tollgate/host.h>

#include <chrono>
#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace tollgate::store {

// Of one database; any thread. About once a second what was counted since is added to the table, so that a gateway that
// crashes loses a second, and one that ends nothing. While the database is away it is held, of so many keys, and asked
// for once a second. Where a connection is lost in the middle of a commit something may be written twice, never not at
// all: a sum that is too high refuses, and one that is too low would give away.
class Ledger : public std::enable_shared_from_this<Ledger> {
public:
    explicit Ledger(DatabaseUrl url);
    ~Ledger();  // finish()
    // The database is touched from the page's load() on: then its schema is brought up, if that is behind.
    std::shared_ptr<Keeper> page(CountName of);
    // Writes what is not written yet, but waits no longer than two seconds for a database that does not answer. Nothing
    // is written from then on.
    void finish();

    static constexpr std::size_t most_waiting = 250'000;  // keys of a page; more are not kept, and that is said

private:
    class Page;
    using Entry = std::pair<std::uint64_t, std::int64_t>;  // key, until
    struct Waiting {
        std::map<Entry, std::int64_t> more;
        std::vector<CountTable::Move> moves;
    };

    void run();
    void turn();
    void collect();
    void collect(Page& page);
    void write();
    void load_pages();
    void forget_ended();
    void succeed();
    void fail(const std::string& problem);

    Database database_;
    CountTable table_;
    std::map<CountName, Waiting> waiting_;  // the thread's; in the order in which everybody writes
    bool prepared_ = false;                 // likewise, as the next
    std::array<std::uint64_t, 2> secret_{};
    std::chrono::steady_clock::time_point forgot_{};
    std::uint64_t dropped_ = 0;

    std::mutex mutex_;  // of what follows
    std::condition_variable wake_, turned_;
    std::set<Page*> pages_;
    std::map<CountName, Waiting> left_;  // of pages that are no more
    std::string problem_;
    bool patient_ = true;  // not where somebody has waited in vain
    bool asked_ = false, stop_ = false, ended_ = false;
    std::thread thread_;  // last: it uses the rest
};

// Those of one gateway, by their databases. Any thread.
class Ledgers {
public:
    std::shared_ptr<Ledger> of(const DatabaseUrl& url);
    void finish();

private:
    std::mutex mutex_;
    std::map<std::string, std::weak_ptr<Ledger>> ledgers_;
};

}  // namespace tollgate::store
