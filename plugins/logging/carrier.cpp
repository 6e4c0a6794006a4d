// plugins/logging/carrier.cpp - batches, what to do when the database refuses one, and small deletes.
#include "carrier.h"

#include "line.h"
#include "signals_blocked.h"

#include <pthread.h>

#include <algorithm>
#include <exception>
#include <string_view>

namespace tollgate::logging {

using namespace std::chrono_literals;

namespace {

constexpr auto between_deletes = 20ms;

std::uint64_t lines_in(std::string_view text) {
    return static_cast<std::uint64_t>(std::count(text.begin(), text.end(), '\n'));
}

std::string text_of(std::chrono::system_clock::time_point time) {
    char text[32];
    return {text, put_time(text, time)};
}

}  // namespace

Carrier::Carrier(std::shared_ptr<Spool> spool, std::shared_ptr<RequestTable> table, std::unique_ptr<Tally> tally,
                 Times times)
    : spool_{std::move(spool)}, tally_{std::move(tally)}, times_{times}, table_{std::move(table)},
      retry_{times.first_retry}, next_sweep_{Clock::now() + times.first_sweep} {
    const SignalsBlocked blocked;
    thread_ = std::thread{[this] { run(); }};
}

Carrier::~Carrier() {
    {
        std::unique_lock lock{mutex_};
        stopping_ = true;
        changed_.notify_all();
        spool_->interrupt();
        changed_.wait_for(lock, times_.grace, [this] { return ended_; });
        for (const auto& table : {in_use_, table_})
            if (table) table->stop();
    }
    thread_.join();
}

void Carrier::set_retention(const Retention& retention) {
    const std::lock_guard lock{mutex_};
    retention_ = retention;
}

void Carrier::set_table(std::shared_ptr<RequestTable> table) {
    const std::lock_guard lock{mutex_};
    table_ = std::move(table);
}

std::shared_ptr<RequestTable> Carrier::table() {
    const std::lock_guard lock{mutex_};
    return in_use_ = table_;
}

// True when the carrier is to end.
bool Carrier::pause(std::chrono::milliseconds time) {
    std::unique_lock lock{mutex_};
    return changed_.wait_for(lock, time, [this] { return stopping_; });
}

// Where it is to end it goes on as long as there is something and the database takes it.
void Carrier::run() {
    pthread_setname_np(pthread_self(), "request log");
    for (bool stopping = false;;) {
        const bool carried = carry();
        if (!stopping && !failing_) sweep();
        tally_->waiting(spool_->waiting());
        if (stopping && (!carried || failing_)) break;
        if (failing_) {
            stopping = pause(retry_);
            retry_ = std::min(2 * retry_, times_.last_retry);
            continue;
        }
        if (!carried) spool_->wait(forget_before_.empty() ? next_sweep_ : Clock::now());
        const bool more = spool_->waiting() >= batch;
        stopping = pause(more ? 0ms : forget_before_.empty() ? times_.pace : between_deletes);
    }
    const std::lock_guard lock{mutex_};
    ended_ = true;
    changed_.notify_all();
}

// False where there is nothing, or it could not be carried.
bool Carrier::carry() {
    if (spool_->open() != 0) return false;  // who appends says so
    const std::string lines = spool_->next(batch);
    if (const std::uint64_t damaged = spool_->take_damaged(); damaged > 0)
        reports_.tell(true, spool_->folder() + ": " + std::to_string(damaged) +
                                " bytes at the end of a file could not be read again");
    if (lines.empty()) return false;
    const auto table = this->table();
    try {
        table->add(lines);
        tally_->stored(lines_in(lines));
    } catch (const DatabaseUnavailable& problem) {
        fail(problem.what());
        return false;
    } catch (const std::exception& problem) {
        tally_->failed();
        try {
            carry_one_by_one(*table, lines);
        } catch (const std::exception& still) {
            fail(still.what());
            return false;
        }
    }
    spool_->done();
    succeed();
    return true;
}

// Where the database takes some and refuses others, it is not the database that is broken: those are dropped, or
// nothing would ever get past them. Throws where it takes none.
void Carrier::carry_one_by_one(RequestTable& table, const std::string& lines) {
    std::uint64_t stored = 0, refused = 0;
    std::string problem;
    for (std::string_view rest = lines; !rest.empty();) {
        const std::string_view line = rest.substr(0, rest.find('\n') + 1);
        rest.remove_prefix(line.size());
        try {
            table.add(line);
            ++stored;
        } catch (const DatabaseUnavailable&) {
            throw;
        } catch (const std::exception& why) {
            ++refused;
            problem = why.what();
        }
    }
    if (stored == 0) throw std::runtime_error{problem};
    tally_->stored(stored);
    tally_->refused(refused);
    if (refused > 0)
        reports_.tell(true, "the database refuses " + std::to_string(refused) + " of " +
                                std::to_string(stored + refused) + " requests, which are dropped: " + problem);
}

void Carrier::begin_sweep() {
    Retention retention;
    {
        const std::lock_guard lock{mutex_};
        retention = retention_;
    }
    next_sweep_ = Clock::now() + times_.sweep;
    if (retention.age.count() > 0) forget_before_ = text_of(std::chrono::system_clock::now() - retention.age);
    if (retention.rows > 0) forget_before_ = std::max(forget_before_, table()->moment_of(retention.rows));
}

void Carrier::sweep() {
    if (forget_before_.empty() && Clock::now() < next_sweep_) return;
    try {
        if (forget_before_.empty()) begin_sweep();
        if (forget_before_.empty()) return;
        if (table()->forget(forget_before_, most_forgotten) < most_forgotten) forget_before_.clear();
    } catch (const std::exception& problem) {
        forget_before_.clear();  // the next time
        tally_->failed();
        reports_.tell(true, std::string{"old requests stay for now: "} + problem.what());
    }
}

void Carrier::fail(const std::string& problem) {
    tally_->failed();
    if (!std::exchange(failing_, true)) reports_.tell(true, problem + "; requests wait in " + spool_->folder());
}

void Carrier::succeed() {
    retry_ = times_.first_retry;
    if (std::exchange(failing_, false)) reports_.tell(false, "the database takes requests again");
}

}  // namespace tollgate::logging
