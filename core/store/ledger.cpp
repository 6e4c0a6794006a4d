// core/store/ledger.cpp - pages that loops write on, and the thread that carries them to the database.
#include "store/ledger.h"

#include "store/ledger_page.h"
#include "store/migrations.h"
#include "support/log.h"
#include "support/text.h"

#include <pthread.h>

#include <algorithm>

namespace tollgate::store {

using std::chrono::steady_clock;
using namespace std::chrono_literals;

namespace {

constexpr auto between_writes = 1s, patience = 2s;
constexpr auto between_forgettings = 1h;
constexpr std::int64_t kept_after_end = 3'600'000;  // milliseconds: clocks of gateways may differ
constexpr std::size_t most_in_transaction = 5'000;

std::int64_t wall_clock() {
    using namespace std::chrono;
    return duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count();
}

}  // namespace

Ledger::Ledger(DatabaseUrl url) : database_{std::move(url)}, table_{database_}, thread_{[this] { run(); }} {}

Ledger::~Ledger() { finish(); }

void Ledger::finish() {
    {
        std::unique_lock lock{mutex_};
        stop_ = true;
        wake_.notify_all();
        if (!turned_.wait_for(lock, patience, [this] { return ended_; }))
            log::warning("counts", "the database does not answer; what was counted last is not written down");
    }
    database_.stop();
    if (thread_.joinable()) thread_.join();
}

std::shared_ptr<Keeper> Ledger::page(CountName of) { return std::make_shared<Page>(shared_from_this(), std::move(of)); }

void Ledger::run() {
    pthread_setname_np(pthread_self(), "counts");
    for (bool last = false; !last;) {
        {
            std::unique_lock lock{mutex_};
            wake_.wait_for(lock, between_writes, [this] { return stop_ || asked_; });
            asked_ = false;
            last = stop_;
        }
        try {
            turn();
        } catch (const std::exception& error) {
            fail(error.what());
        }
    }
    const std::lock_guard lock{mutex_};
    ended_ = true;
    turned_.notify_all();
}

// What is written comes first: who begins to count may do so where another page of that name has just ended.
void Ledger::turn() {
    collect();
    bool wanted = false;
    {
        const std::lock_guard lock{mutex_};
        wanted = std::any_of(pages_.begin(), pages_.end(), [](const Page* page) { return page->wanted(); });
    }
    if (waiting_.empty() && !wanted) return;
    if (!prepared_) {
        migrate(database_);
        secret_ = table_.secret();
        prepared_ = true;
    }
    write();
    load_pages();
    forget_ended();
    succeed();
}

void Ledger::collect() {
    const std::lock_guard lock{mutex_};
    for (Page* page : pages_) collect(*page);
    for (auto& [of, left] : left_) {
        Waiting& waiting = waiting_[of];
        for (const auto& [entry, amount] : left.more) waiting.more[entry] += amount;
        waiting.moves.insert(waiting.moves.end(), left.moves.begin(), left.moves.end());
    }
    left_.clear();
}

void Ledger::collect(Page& page) {
    Page::Noted noted = page.take_noted();
    if (noted.more.empty() && noted.moves.empty() && noted.dropped == 0) return;
    Waiting& waiting = waiting_[page.of()];
    std::uint64_t dropped = noted.dropped;
    for (const auto& [entry, amount] : noted.more) {
        if (waiting.more.size() < most_waiting)
            waiting.more[entry] += amount;
        else if (const auto known = waiting.more.find(entry); known != waiting.more.end())
            known->second += amount;
        else
            ++dropped;
    }
    for (const auto& move : noted.moves)
        if (waiting.moves.size() < most_waiting) waiting.moves.push_back(move);
    if (dropped > 0 && dropped_ == 0)
        log::warning("counts", "more than " + std::to_string(most_waiting) + " keys of " + text::quote(page.of().name) +
                                   " wait to be written, or there is no memory for more; what is counted of others is "
                                   "not kept");
    dropped_ += dropped;
}

void Ledger::write() {
    while (!waiting_.empty()) {
        const auto first = waiting_.begin();
        auto& [of, waiting] = *first;
        std::vector<CountTable::More> more;
        auto end = waiting.more.begin();
        for (; end != waiting.more.end() && more.size() < most_in_transaction; ++end)
            more.push_back({of, {end->first.first, end->first.second, end->second}});
        const bool all = end == waiting.more.end();
        table_.write(more, all ? waiting.moves : std::vector<CountTable::Move>{});
        waiting.more.erase(waiting.more.begin(), end);
        if (all) waiting_.erase(first);
    }
    dropped_ = 0;
}

void Ledger::load_pages() {
    std::vector<std::pair<Page*, CountName>> wanted;
    {
        const std::lock_guard lock{mutex_};
        for (Page* page : pages_)
            if (page->wanted()) wanted.emplace_back(page, page->of());
    }
    for (const auto& [page, of] : wanted) {
        const Keeper::Loaded loaded{secret_, table_.load(of, wall_clock())};
        // A page that has gone meanwhile may have left its place to another one, which may be told the same if it has
        // the same name.
        const std::lock_guard lock{mutex_};
        if (!pages_.contains(page) || !page->wanted() || page->of() != of) continue;
        page->deliver(loaded);
        turned_.notify_all();
    }
}

void Ledger::forget_ended() {
    const auto now = steady_clock::now();
    if (forgot_ != steady_clock::time_point{} && now - forgot_ < between_forgettings) return;
    table_.forget(wall_clock() - kept_after_end);
    forgot_ = now;
}

void Ledger::succeed() {
    const std::lock_guard lock{mutex_};
    if (!problem_.empty()) log::info("counts", database_.url().shown() + ": is there again");
    problem_.clear();
    patient_ = true;
}

void Ledger::fail(const std::string& problem) {
    const std::lock_guard lock{mutex_};
    if (problem_.empty()) log::warning("counts", problem + "; counting goes on in memory");
    problem_ = problem;
    turned_.notify_all();
}

// Pages ----------------------------------------------------------------------------------------------------------

Ledger::Page::Page(std::shared_ptr<Ledger> ledger, CountName of) : ledger_{std::move(ledger)}, of_{std::move(of)} {
    const std::lock_guard lock{ledger_->mutex_};
    ledger_->pages_.insert(this);
}

Ledger::Page::~Page() {
    const std::lock_guard lock{ledger_->mutex_};
    ledger_->pages_.erase(this);
    Noted noted = take_noted();
    if (noted.more.empty() && noted.moves.empty()) return;
    Waiting& left = ledger_->left_[of_];
    for (const auto& [entry, amount] : noted.more) left.more[entry] += amount;
    left.moves.insert(left.moves.end(), noted.moves.begin(), noted.moves.end());
}

void Ledger::Page::load(std::function<void(const Loaded&)> take) {
    std::unique_lock lock{ledger_->mutex_};
    take_ = std::move(take);
    ledger_->asked_ = true;
    ledger_->wake_.notify_all();
    if (!ledger_->patient_ || !ledger_->problem_.empty()) return;
    const bool heard = ledger_->turned_.wait_for(
        lock, patience, [this] { return !wanted() || !ledger_->problem_.empty() || ledger_->ended_; });
    ledger_->patient_ = heard;
}

void Ledger::Page::deliver(const Loaded& loaded) {
    const auto take = std::exchange(take_, nullptr);
    take(loaded);
}

// Without memory to note it in it is dropped, as where too much waits: the request that is being counted goes on.
void Ledger::Page::add(const Kept& more) noexcept {
    Shard& shard = this_shard();
    const std::lock_guard lock{shard.mutex};
    const Entry entry{more.key, more.until};
    const auto known = shard.noted.more.find(entry);
    try {
        if (known != shard.noted.more.end())
            known->second += more.amount;
        else if (shard.noted.more.size() < most_in_shard)
            shard.noted.more.emplace(entry, more.amount);
        else
            ++shard.noted.dropped;
    } catch (const std::bad_alloc&) {
        ++shard.noted.dropped;
    }
}

void Ledger::Page::move(std::uint64_t key, std::int64_t from, std::int64_t until) noexcept {
    Shard& shard = this_shard();
    const std::lock_guard lock{shard.mutex};
    try {
        if (shard.noted.moves.size() < most_in_shard) shard.noted.moves.push_back({of_, key, from, until});
    } catch (const std::bad_alloc&) {
        ++shard.noted.dropped;
    }
}

Ledger::Page::Noted Ledger::Page::take_noted() {
    Noted all;
    for (Shard& shard : shards_) {
        Noted noted;
        {
            const std::lock_guard lock{shard.mutex};
            std::swap(noted, shard.noted);
        }
        for (const auto& [entry, amount] : noted.more) all.more[entry] += amount;
        all.moves.insert(all.moves.end(), noted.moves.begin(), noted.moves.end());
        all.dropped += noted.dropped;
    }
    return all;
}

Ledger::Page::Shard& Ledger::Page::this_shard() noexcept {
    static std::atomic<std::size_t> threads{0};
    thread_local const std::size_t mine = threads.fetch_add(1, std::memory_order_relaxed);
    return shards_[mine % shards_.size()];
}

// Of a gateway -----------------------------------------------------------------------------------------------------

std::shared_ptr<Ledger> Ledgers::of(const DatabaseUrl& url) {
    const std::lock_guard lock{mutex_};
    auto& known = ledgers_[url.connection()];
    auto found = known.lock();
    if (!found) known = found = std::make_shared<Ledger>(url);
    return found;
}

void Ledgers::finish() {
    const std::lock_guard lock{mutex_};
    for (const auto& [connection, ledger] : ledgers_)
        if (const auto used = ledger.lock()) used->finish();
}

}  // namespace tollgate::store
