// core/store/key_feed.cpp - following the database, through its absences.
#include "store/key_feed.h"

#include "store/migrations.h"
#include "support/log.h"
#include "support/text.h"

#include <pthread.h>

namespace tollgate::store {

using std::chrono::steady_clock;
using namespace std::chrono_literals;

namespace {

constexpr std::size_t most_used = 500, page = 1'000;
constexpr auto between_uses = 10s, between_looks = 1s;

}  // namespace

KeyFeed::KeyFeed(Database& database, KeyDirectory& directory)
    : database_{database}, directory_{directory}, table_{database}, changes_{database}, wrote_used_{steady_clock::now()},
      thread_{[this] { run(); }} {}

KeyFeed::~KeyFeed() {
    changes_.stop();
    thread_.join();
}

bool KeyFeed::end(std::chrono::milliseconds patience) {
    changes_.stop();
    std::unique_lock lock{mutex_};
    return end_.wait_for(lock, patience, [this] { return ended_; });
}

std::string KeyFeed::problem() const {
    const std::lock_guard lock{mutex_};
    return problem_;
}

void KeyFeed::run() {
    pthread_setname_np(pthread_self(), "keys");
    for (bool going_on = true; going_on;) {
        try {
            changes_.listen();
            if (!complete()) read_all();
            succeed(read_changes());
            // Some at a time, so that however many were used, changes are heard of meanwhile.
            going_on = changes_.wait(more_used_ ? 0ms : between_looks);
            if (more_used_ || !going_on || steady_clock::now() - wrote_used_ >= between_uses) write_used();
            while (!going_on && more_used_) write_used();
        } catch (const StoreError& error) {
            fail(error.what());
            try {
                if (going_on) going_on = changes_.wait(between_looks);
            } catch (const StoreError&) {
                // Said already: what is to be heard of a connection that is gone.
            }
        }
    }
    const std::lock_guard lock{mutex_};
    ended_ = true;
    end_.notify_all();
}

// Keys that are made meanwhile come as changes.
void KeyFeed::read_all() {
    migrate(database_);
    const auto revision = table_.revision();
    const auto count = table_.each_hash([this](std::string_view hash) { directory_.note_hash(hash); });
    revision_ = revision;  // not before: where the connection is lost in between, all is read again
    log::info("keys", database_.url().shown() + ": " + text::count(count, "key"));
}

// Up to those that there are when it begins, which is the time it returns: a database that changes all the time would be
// followed without end.
steady_clock::time_point KeyFeed::read_changes() {
    const auto begin = steady_clock::now();
    const auto last = table_.revision();
    // Time goes back where a copy from before was put in the database's place.
    if (last < revision_) {
        log::warning("keys", database_.url().shown() + ": is an older one than it was; everything is read anew");
        directory_.forget();
        read_all();
    }
    for (bool more = true; more;) {  // asked also where nothing is new: lookups hang where this does
        const auto changed = table_.changed_since(revision_, page);
        for (const auto& key : changed) directory_.note(key);
        if (!changed.empty()) revision_ = changed.back().revision;
        more = changed.size() == page && revision_ < last;
    }
    return begin;
}

void KeyFeed::write_used() {
    if (unwritten_.empty()) unwritten_ = directory_.take_used(most_used);
    more_used_ = unwritten_.size() == most_used;
    if (!more_used_) wrote_used_ = steady_clock::now();
    table_.note_used(unwritten_);
    unwritten_.clear();  // not where that throws: the same are written next time
}

void KeyFeed::fail(const std::string& problem) {
    const std::lock_guard lock{mutex_};
    if (problem_ != problem) log::warning("keys", problem + "; known keys go on");
    problem_ = problem;
}

void KeyFeed::succeed(steady_clock::time_point as_of) {
    {
        const std::lock_guard lock{mutex_};
        if (!problem_.empty() && complete()) log::info("keys", database_.url().shown() + ": is there again");
        problem_.clear();
    }
    last_good_.store(as_of.time_since_epoch().count(), std::memory_order_release);
}

}  // namespace tollgate::store
