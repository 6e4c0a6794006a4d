// core/tracing/exporter.h - Exporter: takes spans from all loops to a collector, in batches, on a thread of its own.
#pragma once

#include "net/lookups.h"
#include "tracing/collector.h"
#include "tracing/span_queue.h"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace tollgate::tracing {

class Exporter {
public:
    // `lookups` outlive it, but are finished before it is destroyed. `patience`: with one batch that is not taken.
    Exporter(net::Lookups& lookups, std::size_t loops, net::Duration patience = std::chrono::minutes{5});
    ~Exporter();  // finish() with no time left

    SpanQueue& of_loop(std::size_t loop) noexcept { return *queues_[loop]; }
    // From now on spans go there, also those that are here already. Any thread.
    void go_to(std::shared_ptr<const Destination> destination);
    // What is here is sent while there is time; the rest is dropped. After the last push. Not on a loop.
    void finish(net::Duration time) noexcept;

    // What became of spans. Any thread.
    struct Tally {
        std::uint64_t exported, refused, dropped, waiting;
    };
    Tally tally() const noexcept;

private:
    struct Waiting {
        std::unique_ptr<Span> span;
        net::TimePoint since;
    };
    // What the last export came to.
    enum class Trouble { none, waits, some_lost, all_lost, given_up, failed };

    void run();
    bool is_full(const Destination& to) const noexcept { return waiting_.size() + batch_.size() >= to.queue; }
    bool is_away() const noexcept { return trouble_ == Trouble::waits || trouble_ == Trouble::given_up; }
    void drain();
    void keep(std::unique_ptr<Span> span) noexcept;
    void take_batch();
    bool due() const;
    bool ending() const noexcept { return end_ != net::TimePoint::max(); }
    Task<void> keep_draining();
    Task<void> keep_sending();
    Task<bool> send_what_is_due();
    Task<void> send_batch();
    Task<void> wait_for_next_try(net::Duration pause, const Destination& tried);
    net::Duration next_pause(const ExportEnd& end, int tries) const;
    void conclude(const ExportEnd& end);
    void lose_batch() noexcept;
    void say(Trouble trouble, std::string_view message) noexcept;
    void say_of(const ExportEnd& end, const Destination& to);
    std::shared_ptr<const Destination> destination() const;

    std::vector<std::unique_ptr<SpanQueue>> queues_;
    const std::string instance_;  // tells this process from others
    const net::Duration patience_;
    net::EventLoop loop_;
    mutable std::mutex mutex_;  // what follows
    std::shared_ptr<const Destination> destination_;
    bool all_sent_ = false;
    std::condition_variable changed_;

    // The thread's own.
    upstream::Pool pool_;
    std::deque<Waiting> waiting_;
    std::vector<std::unique_ptr<Span>> batch_;  // that is being sent
    std::size_t turn_ = 0;                      // whose queue is looked at first
    net::TimePoint end_ = net::TimePoint::max();
    Trouble trouble_ = Trouble::none;

    std::atomic<std::uint64_t> exported_{0}, refused_{0}, dropped_{0}, kept_{0};
    std::thread thread_;
};

}  // namespace tollgate::tracing
