// plugins/logging/carrier.cpp - batches, what to do when the database refuses one, and small deletes.
#include "carrier.h"

#include "destination.h"
#include "line.h"
#include "signals_blocked.h"

#include <pthread.h>

#include <algorithm>
#include <exception>
#include <stdexcept>
#include <string_view>
#include <utility>
#include <vector>

namespace tollgate::logging {

using namespace std::chrono_literals;

namespace {

constexpr auto between_deletes = 20ms;

std::uint64_t lines_in(std::string_view text) {
    return static_cast<std::uint64_t>(std::count(text.begin(), text.end(), '\n'));
}

std::vector<std::string_view> each_of(std::string_view lines) {
    std::vector<std::string_view> each;
    for (; !lines.empty(); lines.remove_prefix(each.back().size()))
        each.push_back(lines.substr(0, std::min(lines.find('\n'), lines.size() - 1) + 1));
    return each;
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
}

void Carrier::begin() {
    const std::lock_guard lock{mutex_};
    if (thread_.joinable()) return;
    const SignalsBlocked blocked;
    thread_ = std::thread{[this] { run(); }};
}

Carrier::~Carrier() {
    if (!thread_.joinable()) return;
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
    if (const std::uint64_t left = spool_->waiting(); left > 0)
        reports_->tell(true, std::to_string(left) + " bytes of requests wait in " + spool_->folder() +
                                 " for the next gateway that has it as its spool");
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
    if (in_use_ != table_) carried_ = 0;
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
    if (const std::uint64_t damaged = spool_->take_damaged(); damaged > 0) {
        carried_ = 0;
        reports_->tell(true, spool_->folder() + ": " + std::to_string(damaged) +
                                 " bytes at the end of a file could not be read again");
    }
    if (const int error = spool_->failure(); error != 0) {
        fail(spool_->folder() + ": " + failure_text(error));
        return false;
    }
    if (lines.empty()) {
        failing_ = false;
        return false;
    }
    const auto table = this->table();
    const std::string_view piece = piece_of(lines);
    const auto began = Clock::now();
    try {
        put(*table, piece, std::string_view{lines}.substr(std::min(carried_ + piece.size(), lines.size())));
    } catch (const std::exception& problem) {
        if (Clock::now() - began >= times_.long_failure) at_once_ = std::max<std::size_t>(piece.size() / 2, 1);
        fail(problem.what());
        return false;
    }
    at_once_ = std::min(2 * at_once_, batch);
    carried_ += piece.size();
    if (carried_ >= lines.size()) {
        carried_ -= lines.size();
        spool_->done();
    }
    succeed();
    return true;
}

// Of what is not carried yet: whole lines, one at least. A database that does not get through a batch in time would
// not the next time either.
std::string_view Carrier::piece_of(std::string_view lines) const noexcept {
    const std::string_view rest = lines.substr(std::min(carried_, lines.size()));
    if (rest.size() <= at_once_) return rest;
    const auto end = rest.rfind('\n', at_once_ - 1);
    return rest.substr(0, (end != rest.npos ? end : rest.find('\n')) + 1);
}

// `behind`: what follows, as far as it is known. Throws where it is too early to say what becomes of them.
void Carrier::put(RequestTable& table, std::string_view lines, std::string_view behind) {
    if (lines.empty()) return;
    try {
        table.add(lines);
        return tally_->stored(lines_in(lines));
    } catch (const DatabaseUnavailable&) {
        throw;
    } catch (const std::exception&) {
        tally_->failed();
    }
    put_one_by_one(table, lines, behind);
}

// Where the database refuses some and takes one that came after, it is not the database that is broken (its disk full,
// say): those are dropped, or nothing would ever get past them. They are asked once more, since it may have been.
void Carrier::put_one_by_one(RequestTable& table, std::string_view lines, std::string_view behind) {
    std::string problem;
    const auto takes = [&](std::string_view line) {
        try {
            table.add(line);
            return true;
        } catch (const DatabaseUnavailable&) {
            throw;
        } catch (const std::exception& why) {
            problem = why.what();
            return false;
        }
    };
    std::vector<std::string_view> refused;
    bool took_last = false;
    for (const std::string_view line : each_of(lines))
        if (took_last = takes(line); !took_last) refused.push_back(line);
    const std::string later = !took_last && behind.empty() ? spool_->after() : std::string{};
    const auto others = each_of(behind.empty() ? later : behind);
    if (!took_last && std::none_of(others.begin(), others.end(), takes)) throw std::runtime_error{problem};
    std::erase_if(refused, takes);
    tally_->stored(lines_in(lines) - refused.size());
    tally_->refused(refused.size());
    if (!refused.empty())
        reports_->tell(true, "the database refuses " + std::to_string(refused.size()) + " of " +
                                 std::to_string(lines_in(lines)) + " requests, which are dropped: " + problem);
}

void Carrier::begin_sweep() {
    Retention retention;
    {
        const std::lock_guard lock{mutex_};
        retention = retention_;
    }
    const auto began = Clock::now();
    next_sweep_ = began + times_.sweep;
    if (retention.age.count() > 0) forget_before_ = text_of(std::chrono::system_clock::now() - retention.age);
    if (retention.rows == 0) return;
    forget_before_ = std::max(forget_before_, table()->moment_of(retention.rows));
    // To count rows takes the longer the more there are, and nothing is carried meanwhile.
    next_sweep_ = Clock::now() + std::max<Clock::duration>(times_.sweep, 20 * (Clock::now() - began));
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
        reports_->tell(true, std::string{"old requests stay for now: "} + problem.what());
    }
}

void Carrier::fail(const std::string& problem) {
    tally_->failed();
    if (!std::exchange(failing_, true)) reports_->tell(true, problem + "; requests wait in " + spool_->folder());
}

void Carrier::succeed() {
    retry_ = times_.first_retry;
    if (std::exchange(failing_, false)) reports_->tell(false, "requests go to the database again");
}

}  // namespace tollgate::logging
