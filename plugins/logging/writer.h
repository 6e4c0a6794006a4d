// plugins/logging/writer.h - Writer: the thread that takes lines from every loop to one destination.
//
// A loop pays for a line: a copy into its own ring, and a look at whether the thread sleeps. The thread takes a nap
// of 50 ms after each round, and is woken early by a ring that is half full; when a round found nothing it sleeps
// until a line comes. So a line is written at most 50 ms after it was made (a kill -9 loses no more, where the
// destination keeps up), and waking the thread costs a loop at most one system call in 50 ms, or per half a ring.
//
// Nothing the destination does reaches a loop. While it takes nothing, lines wait in the rings; a line that finds no
// room is dropped and counted, and a line in the log says how many are missing.
#pragma once

#include "destination.h"
#include "lanes.h"
#include "reports.h"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

namespace tollgate::logging {

class Writer {
public:
    // Hears what becomes of lines. Called on any thread, also at once.
    class Tally {
    public:
        virtual ~Tally() = default;
        virtual void written(std::uint64_t lines) noexcept = 0;
        virtual void dropped(std::uint64_t lines) noexcept = 0;
        virtual void failed() noexcept = 0;  // an attempt to open or write; lines are not lost by that alone
        virtual void waiting(std::size_t bytes) noexcept = 0;  // in the rings, after each round of writing
    };

    struct Times {
        std::chrono::milliseconds nap{50};
        std::chrono::milliseconds first_retry{100};  // after a failure; doubled up to last_retry
        std::chrono::milliseconds last_retry{1000};
        std::chrono::milliseconds grace{2000};  // what the destructor grants a destination that stalls
    };

    // `lanes`: threads that write one line after the other; each has a ring of `ring_bytes`. One lane more is for
    // everybody else. Opens nothing before the first line.
    Writer(std::unique_ptr<Destination> destination, std::size_t lanes, std::size_t ring_bytes,
           std::unique_ptr<Tally> tally, Times times);
    Writer(std::unique_ptr<Destination> destination, std::size_t lanes, std::size_t ring_bytes,
           std::unique_ptr<Tally> tally)
        : Writer(std::move(destination), lanes, ring_bytes, std::move(tally), Times{}) {}
    // Writes what waits. A destination that stalls or fails has Times::grace from now; what it has not taken then is
    // counted as dropped. Nobody may write any more.
    ~Writer();
    Writer(const Writer&) = delete;
    Writer& operator=(const Writer&) = delete;

    // [that lane's thread; any thread for `lane` of `lanes` and above] The line ends in '\n' and has no other. False
    // if it was dropped.
    bool write(std::size_t lane, std::string_view line) noexcept;

    // Rings of at least so many bytes from now on; what waits in smaller ones is written first. Any thread.
    void grow(std::size_t ring_bytes) { lanes_.grow(ring_bytes); }
    // How a line says that so many are missing; the last one told counts, and it outlives its teller.
    void set_note(std::function<std::string(std::uint64_t)> note);
    // Whom to tell, on the writer's thread.
    void attach(const void* who, Report report) { reports_.attach(who, std::move(report)); }
    void detach(const void* who) noexcept { reports_.detach(who); }

    // Opens the file anew, after a rotation. Lines made before this call go to the old file. Waits until it is done,
    // and returns what went wrong ("": nothing). What was open stays so on failure. Not on a loop.
    std::string reopen(std::chrono::milliseconds patience);

    const std::string& destination() const noexcept { return output_->name(); }

private:
    enum class Thread : int { awake, napping, asleep };
    enum class Progress { idle, wrote, stalled, failed };
    using Clock = std::chrono::steady_clock;

    void signal() noexcept;
    void wake_from(Thread depth) noexcept;

    // The thread's own.
    void run();
    Progress drain();
    Progress pump(Ring& ring);
    Progress pump_note();
    Progress took(ssize_t count, int error);
    bool make_note();
    void serve_reopen(std::uint64_t asked);
    void skip_unfinished();
    void rest(Progress progress);
    void give_up();
    void tell_waiting();
    void drop(std::uint64_t lines) noexcept;

    const Times times_;
    const std::unique_ptr<Tally> tally_;
    const std::unique_ptr<Destination> output_;
    Lanes lanes_;
    const int event_;  // an eventfd
    std::atomic<Thread> thread_state_{Thread::awake};
    std::atomic<std::uint64_t> dropped_{0};
    std::atomic<bool> stopping_{false};

    std::mutex mutex_;  // of what follows, up to the thread's own
    std::condition_variable reopened_;
    std::uint64_t reopen_asked_ = 0, reopen_done_ = 0;
    std::string reopen_problem_;
    std::function<std::string(std::uint64_t)> note_;
    Reports reports_;

    Ring* unfinished_ = nullptr;  // whose oldest line is half written
    std::string note_text_;       // a note that is being written
    std::size_t note_written_ = 0;
    std::uint64_t noted_ = 0;     // drops that notes have told of
    std::size_t told_waiting_ = 0;
    bool failing_ = false;
    std::uint64_t dropped_before_failure_ = 0;
    std::chrono::milliseconds retry_;
    Clock::time_point give_up_at_ = Clock::time_point::max();

    std::thread worker_;  // last: it uses all of the above
};

}  // namespace tollgate::logging
