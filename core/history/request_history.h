// core/history/request_history.h - RequestHistory: what the table request_log tells of requests, for operators who ask.
#pragma once

#include "history/analytics.h"
#include "history/filter.h"
#include "store/database.h"

#include <chrono>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace tollgate::history {

// Any thread; every call may block, but no longer than about `patience` once the database is connected. Throws
// StoreError: unavailable where the database does not answer, or not in that time.
class RequestHistory {
public:
    explicit RequestHistory(store::DatabaseUrl url, std::chrono::milliseconds patience = std::chrono::seconds{10})
        : database_{std::move(url)}, patience_{patience} {}

    // The newest first, an object of JSON each, with the names that plugin logging gives its lines, and "id".
    struct Page {
        std::vector<std::string> records;
        std::string next{};  // the cursor of what follows; "": nothing does
    };
    // `cursor` is "" or of the page before; see is_cursor().
    Page page(const Filter& filter, std::size_t limit, const std::string& cursor = {});
    static bool is_cursor(std::string_view text);

    // What took long to count is told again for ten times as long, at most a minute: who looks at it every second does
    // not make the database look at a day each time.
    Analytics analytics(std::chrono::system_clock::time_point now, int hours);

    const store::DatabaseUrl& url() const noexcept { return database_.url(); }
    // Ends waiting for the database, for good.
    void stop() noexcept { database_.stop(); }

private:
    struct Told {
        Analytics analytics;
        std::chrono::steady_clock::time_point until;
    };
    template <class Work>
    void ask(std::chrono::milliseconds patience, Work work);
    Analytics count(std::chrono::system_clock::time_point now, int hours);
    bool prepare();

    store::Database database_;
    const std::chrono::milliseconds patience_;
    std::mutex mutex_;  // of prepared_
    bool prepared_ = false;
    std::timed_mutex counting_;  // of what follows: one counts, the others wait for what it finds
    std::map<int, Told> told_;   // by the hours asked for
};

}  // namespace tollgate::history
