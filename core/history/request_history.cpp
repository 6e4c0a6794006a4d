// core/history/request_history.cpp - asking request_log, for no longer than an operator waits.
#include "history/request_history.h"

#include "history/record.h"
#include "history/request_sql.h"
#include "store/key_facts.h"
#include "store/migrations.h"

#include <Poco/Data/SQLite/Utility.h>

#include <sqlite3.h>

#include <algorithm>

namespace tollgate::history {

using Poco::Data::Session;
using Poco::Data::Statement;
using std::chrono::steady_clock;
using store::SessionPool;
using store::StoreError;
using namespace Poco::Data::Keywords;

namespace {

constexpr steady_clock::duration long_for_one = std::chrono::milliseconds{100}, longest_told = std::chrono::minutes{1};

// Ends a statement that takes too long, also within the server, where it would go on for a client that has gone.
class TimeLimit {
public:
    TimeLimit(Session& session, bool sqlite, std::chrono::milliseconds time) : end_{steady_clock::now() + time} {
        if (!sqlite) {
            session << "SET statement_timeout = " + std::to_string(time.count()), now;
            return;
        }
        sqlite_ = Poco::Data::SQLite::Utility::dbHandle(session);
        sqlite3_progress_handler(
            sqlite_, 10'000, [](void* self) { return int(steady_clock::now() >= static_cast<TimeLimit*>(self)->end_); },
            this);
    }
    ~TimeLimit() {
        if (sqlite_) sqlite3_progress_handler(sqlite_, 0, nullptr, nullptr);
    }
    TimeLimit(const TimeLimit&) = delete;

private:
    const steady_clock::time_point end_;
    sqlite3* sqlite_ = nullptr;
};

template <class... Columns>
void run(Session& session, RequestQuestion question, Columns&... columns) {
    Statement select{session};
    select << question.sql;
    for (std::string& value : question.values) select, use(value);
    (static_cast<void>((select, into(columns))), ...);
    select.execute();
}

// Of what the statements write: "2026-02-01T00" and what makes it whole.
std::chrono::system_clock::time_point time_of(const std::string& text) {
    const auto time = store::parse_time(text);
    if (!time) throw StoreError{StoreError::Kind::broken, "request_log: expected a time, got something else"};
    return *time;
}

std::vector<Top> tops(Session& session, bool sqlite, const std::string& since, const char* column,
                               const char* only) {
    std::vector<std::string> names;
    std::vector<Poco::Int64> counts;
    run(session, ask_for_tops(sqlite, since, column, only, Analytics::most_tops), names, counts);
    std::vector<Top> all;
    for (std::size_t i = 0; i < names.size(); ++i) all.push_back({names[i], std::uint64_t(counts[i])});
    return all;
}

// No plain column: SQLite would walk the index of clients, all of it, to have them in their order.
constexpr const char* blocked_client = "coalesce(client_ip, '')";

void add_hours(Session& session, bool sqlite, Analytics& all) {
    std::vector<std::string> times;
    std::vector<int> statuses;
    std::vector<Poco::Int64> counts;
    run(session, ask_for_hours(sqlite, time_text(all.since())), times, statuses, counts);
    for (std::size_t i = 0; i < times.size(); ++i)
        if (auto* const hour = all.hour(std::chrono::floor<std::chrono::hours>(time_of(times[i] + ":00:00Z"))))
            hour->statuses.add(statuses[i], std::uint64_t(counts[i]));
}

// What `part` of a minute's requests did not exceed; its rows come with the shortest first.
struct Lengths {
    std::vector<std::pair<double, std::uint64_t>> milliseconds;

    std::chrono::nanoseconds quantile(double part, std::uint64_t all) const {
        const auto wanted = std::max(1.0, part * double(all));
        double sum = 0;
        for (const auto& [length, count] : milliseconds)
            if ((sum += double(count)) >= wanted) return std::chrono::nanoseconds{std::int64_t(length * 1e6)};
        return std::chrono::nanoseconds{std::int64_t(milliseconds.back().first * 1e6)};
    }
};

void add_minutes(Session& session, bool sqlite, Analytics& all) {
    std::vector<std::string> times;
    std::vector<int> statuses;
    std::vector<double> lengths;
    std::vector<Poco::Int64> counts;
    run(session, ask_for_minutes(sqlite, time_text(all.minutes.front().time)), times, statuses, lengths, counts);
    std::vector<Lengths> of_minutes(all.minutes.size());
    for (std::size_t i = 0; i < times.size(); ++i) {
        auto* const minute = all.minute(std::chrono::floor<std::chrono::minutes>(time_of(times[i] + ":00Z")));
        if (!minute) continue;
        minute->statuses.add(statuses[i], std::uint64_t(counts[i]));
        of_minutes[std::size_t(minute - all.minutes.data())].milliseconds.emplace_back(lengths[i], counts[i]);
    }
    for (std::size_t i = 0; i < of_minutes.size(); ++i) {
        auto& minute = all.minutes[i];
        if (of_minutes[i].milliseconds.empty()) continue;
        minute.p50 = of_minutes[i].quantile(0.5, minute.statuses.total());
        minute.p99 = of_minutes[i].quantile(0.99, minute.statuses.total());
    }
}

}  // namespace

// Digits, and hexadecimal ones: whatever else an operator writes there would be the database's mistake.
bool RequestHistory::is_cursor(std::string_view text) {
    constexpr std::string_view like = "0000-00-00T00:00:00.000000Z~xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
    return text.size() == like.size() && std::equal(text.begin(), text.end(), like.begin(), [](char c, char wanted) {
               if (wanted != '0' && wanted != 'x') return c == wanted;
               return (c >= '0' && c <= '9') || (wanted == 'x' && c >= 'a' && c <= 'f');
           }) && store::parse_time(text.substr(0, text.find('~')));
}

// False where there is no database yet: who only reads makes none.
bool RequestHistory::prepare() {
    if (!database_.is_there()) return false;
    const std::lock_guard lock{mutex_};
    if (!prepared_) store::migrate(database_);
    prepared_ = true;
    return true;
}

template <class Work>
void RequestHistory::ask(std::chrono::milliseconds patience, Work work) {
    if (!prepare()) return;
    const auto began = steady_clock::now();
    try {
        database_.with([&](SessionPool::Lease& lease) {
            lease.allow(patience + std::chrono::seconds{1});
            const TimeLimit limit{*lease, database_.is_sqlite(), patience};
            work(*lease);
        });
    } catch (const StoreError& problem) {
        if (problem.kind() != StoreError::Kind::broken || steady_clock::now() - began < patience) throw;
        throw StoreError{StoreError::Kind::unavailable, database_.url().shown() + ": it takes more than " +
                                                            std::to_string(patience.count()) + " ms to find that"};
    }
}

RequestHistory::Page RequestHistory::page(const Filter& filter, std::size_t limit, const std::string& cursor) {
    std::vector<std::string> moments, ids;
    Page page;
    ask(patience_, [&](Session& session) {
        run(session, ask_for_page(database_.is_sqlite(), filter, limit + 1, cursor), moments, ids, page.records);
    });
    if (page.records.size() <= limit) return page;
    page.records.resize(limit);
    page.next = moments[limit - 1] + '~' + ids[limit - 1];
    return page;
}

Analytics RequestHistory::analytics(std::chrono::system_clock::time_point now, int hours) {
    const std::unique_lock counting{counting_, 2 * patience_ + std::chrono::seconds{1}};
    if (!counting)
        throw StoreError{StoreError::Kind::unavailable, database_.url().shown() + ": others wait for it already"};
    const auto began = steady_clock::now();
    const auto known = told_.find(hours);
    if (known != told_.end() && began < known->second.until) return known->second.analytics;
    const Analytics all = count(now, hours);
    const auto took = steady_clock::now() - began;
    std::erase_if(told_, [&](const auto& told) { return told.second.until <= began; });
    if (took > long_for_one) told_.insert_or_assign(hours, Told{all, began + std::min(10 * took, longest_told)});
    return all;
}

Analytics RequestHistory::count(std::chrono::system_clock::time_point now, int hours) {
    Analytics all{now, hours};
    const bool sqlite = database_.is_sqlite();
    const std::string since = time_text(all.since());
    ask(2 * patience_, [&](Session& session) {
        add_hours(session, sqlite, all);
        add_minutes(session, sqlite, all);
        all.paths = tops(session, sqlite, since, "request_path", "");
        all.routes = tops(session, sqlite, since, "route", "");
        all.users = tops(session, sqlite, since, "user_id", "user_id IS NOT NULL");
        all.blocked =
            tops(session, sqlite, since, blocked_client, "status_code >= 400 AND status_code IN (401, 403, 429)");
    });
    return all;
}

}  // namespace tollgate::history
