// core/history/request_history.cpp - asking request_log, for no longer than an operator waits.
#include "history/request_history.h"

#include "history/record.h"
#include "history/request_sql.h"
#include "store/key_facts.h"
#include "store/migrations.h"

#include <algorithm>

namespace tollgate::history {

using Poco::Data::Session;
using Poco::Data::Statement;
using std::chrono::steady_clock;
using store::SessionPool;
using store::StoreError;
using namespace Poco::Data::Keywords;

namespace {

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

std::vector<Top> tops(Session& session, bool sqlite, const std::string& since, Ranking of) {
    std::vector<std::string> names;
    std::vector<Poco::Int64> counts;
    run(session, ask_for_tops(sqlite, since, of, Analytics::most_tops), names, counts);
    std::vector<Top> all;
    for (std::size_t i = 0; i < names.size(); ++i) all.push_back({names[i], std::uint64_t(counts[i])});
    return all;
}

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

// One of most_asking, as long as it lives.
class RequestHistory::Place {
public:
    explicit Place(RequestHistory& history) : history_{history} {
        const std::lock_guard lock{history_.mutex_};
        if (history_.asking_ == most_asking)
            throw StoreError{StoreError::Kind::unavailable,
                             history_.database_.url().shown() + ": others wait for it already"};
        ++history_.asking_;
    }
    ~Place() {
        const std::lock_guard lock{history_.mutex_};
        --history_.asking_;
    }
    Place(const Place&) = delete;

private:
    RequestHistory& history_;
};

// Who only reads makes no database and no table: making one ready may take minutes, and is for who writes.
bool RequestHistory::has_table() {
    if (has_table_) return true;
    const auto applied = store::migration_status(database_).applied;
    has_table_ = std::any_of(applied.begin(), applied.end(), [](const auto& step) { return step.name == "requests"; });
    return has_table_;
}

template <class Work>
void RequestHistory::ask(std::chrono::milliseconds patience, Work work) {
    const auto began = steady_clock::now();
    try {
        if (!has_table()) return;
        database_.with([&](SessionPool::Lease& lease) {
            lease.allow(patience + std::chrono::seconds{1});
            lease.interrupt_after(patience);
            // Within the server too, where it would go on for a client that has gone.
            if (!database_.is_sqlite()) *lease << "SET statement_timeout = " + std::to_string(patience.count()), now;
            work(*lease);
        });
    } catch (const StoreError& problem) {
        if (problem.kind() != StoreError::Kind::unavailable || steady_clock::now() - began < patience) throw;
        throw StoreError{StoreError::Kind::unavailable,
                         database_.url().shown() + ": no answer within " + std::to_string(patience.count()) + " ms"};
    }
}

RequestHistory::Page RequestHistory::page(const Filter& filter, std::size_t limit, const std::string& cursor) {
    std::vector<std::string> moments, ids;
    Page page;
    const Place place{*this};
    ask(patience_, [&](Session& session) {
        run(session, ask_for_page(database_.is_sqlite(), filter, limit + 1, cursor), moments, ids, page.records);
    });
    if (page.records.size() <= limit) return page;
    page.records.resize(limit);
    page.next = moments[limit - 1] + '~' + ids[limit - 1];
    return page;
}

// What is told again needs no place.
std::optional<Analytics> RequestHistory::told(int hours) {
    const std::lock_guard lock{mutex_};
    const auto found = told_.find(hours);
    if (found == told_.end() || steady_clock::now() >= found->second.until) return std::nullopt;
    if (const auto* const refusal = std::get_if<StoreError>(&found->second.answer)) throw StoreError{*refusal};
    return std::get<Analytics>(found->second.answer);
}

Analytics RequestHistory::analytics(std::chrono::system_clock::time_point now, int hours) {
    if (auto known = told(hours)) return *std::move(known);
    const Place place{*this};
    const std::unique_lock counting{counting_, 2 * patience_ + std::chrono::seconds{1}};
    if (!counting)
        throw StoreError{StoreError::Kind::unavailable, database_.url().shown() + ": others wait for it already"};
    if (auto known = told(hours)) return *std::move(known);
    const auto began = steady_clock::now();
    const auto tell_again = [&](std::variant<Analytics, StoreError> answer) {
        const steady_clock::duration took = steady_clock::now() - began;
        const std::lock_guard lock{mutex_};
        std::erase_if(told_, [&](const auto& told) { return told.second.until <= began; });
        if (took < retelling_.from) return;
        const auto until = began + std::min<steady_clock::duration>(retelling_.times * took, retelling_.most);
        told_.insert_or_assign(hours, Told{std::move(answer), until});
    };
    try {
        Analytics all = count(now, hours);
        tell_again(all);
        return all;
    } catch (const StoreError& refusal) {
        tell_again(refusal);
        throw;
    }
}

Analytics RequestHistory::count(std::chrono::system_clock::time_point now, int hours) {
    Analytics all{now, hours};
    const bool sqlite = database_.is_sqlite();
    const std::string since = time_text(all.since());
    ask(2 * patience_, [&](Session& session) {
        add_hours(session, sqlite, all);
        add_minutes(session, sqlite, all);
        for (const Ranking of : rankings) all.tops[of] = tops(session, sqlite, since, of);
    });
    return all;
}

}  // namespace tollgate::history
