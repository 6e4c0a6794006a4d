// plugins/logging/carrier.h - Carrier: the thread that carries lines from the spool to the database, and forgets old
// ones.
#pragma once

#include "reports.h"
#include "spool.h"

#include <tollgate/host.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

namespace tollgate::logging {

// What leaves the table again.
struct Retention {
    std::chrono::seconds age{0};  // older requests; 0: none
    std::uint64_t rows = 0;       // all but so many of the newest; 0: none
};

// In the order in which they were written down. While the database is away nothing leaves the spool. Lines that were
// carried already, which nobody remembered, change nothing: each has an id.
class Carrier {
public:
    // Hears what becomes of lines, on the carrier's thread.
    class Tally {
    public:
        virtual ~Tally() = default;
        virtual void stored(std::uint64_t lines) noexcept = 0;
        virtual void refused(std::uint64_t lines) noexcept = 0;  // by the database, for good
        virtual void failed() noexcept = 0;                      // an attempt
        virtual void waiting(std::uint64_t bytes) noexcept = 0;  // in the spool
    };
    struct Times {
        std::chrono::milliseconds pace{200};  // between small batches
        std::chrono::milliseconds first_retry{100}, last_retry{1000};
        std::chrono::milliseconds grace{2000};                        // what the destructor grants the database
        std::chrono::milliseconds first_sweep{2'000}, sweep{60'000};  // how soon and how often old ones are looked for
        std::chrono::milliseconds long_failure{1000};                 // what took so long is tried with half as much
    };

    Carrier(std::shared_ptr<Spool> spool, std::shared_ptr<RequestTable> table, std::unique_ptr<Tally> tally,
            Times times);
    Carrier(std::shared_ptr<Spool> spool, std::shared_ptr<RequestTable> table, std::unique_ptr<Tally> tally)
        : Carrier(std::move(spool), std::move(table), std::move(tally), Times{}) {}
    // Carries what waits, while the database takes it and for no longer than Times::grace. The rest stays in the spool,
    // which is told.
    ~Carrier();
    Carrier(const Carrier&) = delete;

    // Until then neither the folder nor the database is touched. Any thread, once or more often; before the end.
    void begin();
    const std::shared_ptr<Reports>& reports() noexcept { return reports_; }
    void set_retention(const Retention& retention);  // any thread, as the next
    // From the next batch on.
    void set_table(std::shared_ptr<RequestTable> table);

    // Bytes of lines in one transaction, unless the first frame is longer; less where that takes too long.
    static constexpr std::size_t batch = 256 << 10;
    static constexpr std::uint64_t most_forgotten = 1000;  // rows in one transaction

private:
    using Clock = std::chrono::steady_clock;

    void run();
    bool carry();
    std::string_view piece_of(std::string_view lines) const noexcept;
    void put(RequestTable& table, std::string_view lines, std::string_view behind);
    void put_one_by_one(RequestTable& table, std::string_view lines, std::string_view behind);
    void sweep();
    void begin_sweep();
    void fail(const std::string& problem);
    void succeed();
    bool pause(std::chrono::milliseconds time);
    std::shared_ptr<RequestTable> table();

    const std::shared_ptr<Spool> spool_;
    const std::unique_ptr<Tally> tally_;
    const Times times_;
    const std::shared_ptr<Reports> reports_ = std::make_shared<Reports>();

    std::mutex mutex_;  // of what follows
    std::condition_variable changed_;
    std::shared_ptr<RequestTable> table_, in_use_;
    Retention retention_;
    bool stopping_ = false, ended_ = false;

    // The thread's own.
    std::size_t carried_ = 0;  // of what the spool gives next, bytes that the table has
    std::size_t at_once_ = batch;
    bool failing_ = false;
    std::chrono::milliseconds retry_;
    Clock::time_point next_sweep_{};
    std::string forget_before_;  // "": nothing more is old

    std::thread thread_;  // last: it uses the rest
};

}  // namespace tollgate::logging
