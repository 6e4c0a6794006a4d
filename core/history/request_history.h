// core/history/request_history.h - RequestHistory: what the table request_log tells of requests, for operators who ask.
#pragma once

#include "history/analytics.h"
#include "history/filter.h"
#include "store/database.h"

#include <atomic>
#include <chrono>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace tollgate::history {

// For how long an answer of analytics() is told again: so many times as long as it took.
struct Retelling {
    std::chrono::milliseconds from{100};  // what took less is not told again
    int times = 10;
    std::chrono::milliseconds most{60'000};
};

// Any thread; every call may block, but no longer than about `patience` once the database is connected (analytics():
// four times that). Only reads: a table that nobody has made yet is empty, and indexes that are being made are done
// without. Throws StoreError: unavailable where the database does not answer, or not in that time; at once where
// `most_asking` threads ask already, so that never all threads of operators wait for one database.
class RequestHistory {
public:
    static constexpr int most_asking = 4;

    explicit RequestHistory(store::DatabaseUrl url, std::chrono::milliseconds patience = std::chrono::seconds{10},
                            Retelling retelling = {})
        : database_{std::move(url)}, patience_{patience}, retelling_{retelling} {}

    // The newest first, an object of JSON each, with the names that plugin logging gives its lines, and "id".
    struct Page {
        std::vector<std::string> records;
        std::string next{};  // the cursor of what follows; "": nothing does
    };
    // `cursor` is "" or of the page before; see is_cursor().
    Page page(const Filter& filter, std::size_t limit, const std::string& cursor = {});
    static bool is_cursor(std::string_view text);

    // What took long to count is told again for a while, and so is that it took too long: who looks at it every second
    // does not make the database look at a day each time.
    Analytics analytics(std::chrono::system_clock::time_point now, int hours);

    const store::DatabaseUrl& url() const noexcept { return database_.url(); }
    // Ends waiting for the database, for good.
    void stop() noexcept { database_.stop(); }

private:
    struct Told {
        std::variant<Analytics, store::StoreError> answer;
        std::chrono::steady_clock::time_point until;
    };
    template <class Work>
    void ask(std::chrono::milliseconds patience, Work work);
    Analytics count(std::chrono::system_clock::time_point now, int hours);
    class Place;
    std::optional<Analytics> told(int hours);
    bool has_table();

    store::Database database_;
    const std::chrono::milliseconds patience_;
    const Retelling retelling_;
    std::atomic<bool> has_table_{false};  // once it has, it has
    std::timed_mutex counting_;  // one counts, the others wait for what it finds
    std::mutex mutex_;           // of what follows, for moments
    int asking_ = 0;
    std::map<int, Told> told_;  // by the hours asked for
};

}  // namespace tollgate::history
