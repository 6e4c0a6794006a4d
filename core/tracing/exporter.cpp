// core/tracing/exporter.cpp - draining the loops' queues, and sending until the collector has taken what it will take.
#include "tracing/exporter.h"

#include "net/pause.h"
#include "support/log.h"
#include "support/random.h"
#include "support/text.h"
#include "support/version.h"

#include <pthread.h>

#include <algorithm>
#include <new>
#include <utility>

namespace tollgate::tracing {

using namespace std::chrono_literals;

namespace {

constexpr std::size_t spans_per_loop = 4096;  // between two looks at them
constexpr net::Duration look = 100ms;
constexpr net::Duration first_pause = 500ms, longest_pause = 30s, last_pause = 50ms;  // between two tries

}  // namespace

Exporter::Exporter(net::Lookups& lookups, std::size_t loops, net::Duration patience)
    : instance_{new_uuid()}, patience_{patience}, loop_{loops}, pool_{loop_, lookups} {
    for (std::size_t loop = 0; loop < loops; ++loop) queues_.push_back(std::make_unique<SpanQueue>(spans_per_loop));
    thread_ = std::thread{[this] { run(); }};
}

Exporter::~Exporter() { finish(net::Duration::zero()); }

void Exporter::go_to(std::shared_ptr<const Destination> destination) {
    const std::lock_guard lock{mutex_};
    destination_ = std::move(destination);
}

std::shared_ptr<const Destination> Exporter::destination() const {
    const std::lock_guard lock{mutex_};
    return destination_;
}

void Exporter::finish(net::Duration time) noexcept {
    if (!thread_.joinable()) return;
    loop_.post([this, time] { end_ = loop_.now() + time; });
    {
        std::unique_lock lock{mutex_};
        changed_.wait_for(lock, time, [this] { return all_sent_; });
    }
    loop_.stop();
    thread_.join();
    auto lost = waiting_.size() + batch_.size();
    for (const auto& queue : queues_)
        while (queue->pop()) ++lost;
    if (lost > 0)
        log::tell(Level::warning, "tracing", [&] { return text::count(lost, "span") + " could not be sent before the end"; });
    dropped_ += lost;
    kept_ = 0;
    waiting_.clear();
    batch_.clear();
}

Exporter::Tally Exporter::tally() const noexcept {
    Tally tally{exported_, refused_, dropped_, kept_};
    for (const auto& queue : queues_) tally.dropped += queue->dropped();
    return tally;
}

// The thread -----------------------------------------------------------------------------------------------------

void Exporter::run() {
    pthread_setname_np(pthread_self(), "traces");
    loop_.on_spawned_failure([](std::exception_ptr failure) {
        try {
            std::rethrow_exception(failure);
        } catch (const std::exception& problem) {
            log::error("tracing", std::string("no more spans are sent: ") + problem.what());
        }
    });
    loop_.post([this] {
        loop_.spawn(keep_draining());
        loop_.spawn(keep_sending());
    });
    loop_.run();
    loop_.cancel_spawned();
    pool_.close_all();
}

// While the collector takes spans, those for which there is no room yet stay in the loops' queues; else they are dropped.
void Exporter::drain() {
    const auto to = destination();
    if (!to) return;
    ++turn_;
    for (std::size_t i = 0; i < queues_.size(); ++i) {
        SpanQueue& queue = *queues_[(turn_ + i) % queues_.size()];
        for (;;) {
            const bool full = is_full(*to);
            if (full && !is_away()) break;
            auto span = queue.pop();
            if (!span) break;
            if (full) ++dropped_;
            else keep(std::move(span));
        }
    }
    kept_ = waiting_.size() + batch_.size();
}

void Exporter::keep(std::unique_ptr<Span> span) noexcept {
    try {
        waiting_.push_back({std::move(span), loop_.now()});
    } catch (const std::bad_alloc&) {
        ++dropped_;
        say(Trouble::failed, "spans are lost: no memory for them");
    }
}

Task<void> Exporter::keep_draining() {
    for (;;) {
        drain();
        co_await net::Pause{loop_, look};
    }
}

bool Exporter::due() const {
    if (waiting_.empty()) return false;
    const auto to = destination();
    return to && (ending() || waiting_.size() >= to->batch || loop_.now() - waiting_.front().since >= to->every);
}

void Exporter::take_batch() {
    const auto count = std::min(destination()->batch, waiting_.size());
    batch_.reserve(count);
    for (; batch_.size() < count; waiting_.pop_front()) batch_.push_back(std::move(waiting_.front().span));
}

Task<void> Exporter::keep_sending() {
    for (;;) {
        bool sent = false;
        try {
            sent = co_await send_what_is_due();
        } catch (const std::exception& problem) {  // no memory: tracing goes on when there is some
            lose_batch();
            say(Trouble::failed, problem.what());
        }
        if (!sent) co_await net::Pause{loop_, look / 2};
    }
}

// False: nothing was.
Task<bool> Exporter::send_what_is_due() {
    const bool last = ending();
    drain();
    if (due()) {
        take_batch();
        co_await send_batch();
        co_return true;
    }
    if (last) {
        const std::lock_guard lock{mutex_};
        all_sent_ = true;
        changed_.notify_all();
    }
    co_return false;
}

// Until it is taken, refused for good, or given up, so that others get their turn. Meanwhile they wait, and those for whom
// there is no room are dropped.
Task<void> Exporter::send_batch() {
    auto began = loop_.now();
    std::shared_ptr<const Destination> tried;
    for (int tries = 0;; ++tries) {
        const auto to = destination();
        if (std::exchange(tried, to) != to) {  // after a reload
            tries = 0;
            began = loop_.now();
        }
        const std::string body = export_request({to->service, instance_, std::string{version()}}, batch_);
        const net::Duration time = ending() ? std::min<net::Duration>(to->timeout, end_ - loop_.now()) : to->timeout;
        const auto end = co_await export_to(pool_, *to, body, std::max<net::Duration>(time, 1ms));
        say_of(end, *to);
        if (!end.passing()) {
            conclude(end);
            co_return;
        }
        if (loop_.now() - began >= patience_) {
            say(Trouble::given_up, to->url + ": " + text::count(batch_.size(), "span") + " are given up, after " +
                                       std::to_string(tries + 1) + " tries");
            lose_batch();
            co_return;
        }
        co_await wait_for_next_try(next_pause(end, tries), *to);
    }
}

net::Duration Exporter::next_pause(const ExportEnd& end, int tries) const {
    if (end.retry_after) return std::clamp<net::Duration>(*end.retry_after, look, longest_pause);
    const net::Duration most = std::min<net::Duration>(first_pause * (1 << std::min(tries, 6)), longest_pause);
    return most / 2 + std::chrono::duration_cast<net::Duration>(most / 2 * random_point());
}

// Less, once it is to end: what is asked of the collector then is its last chance. What one that is no longer the
// collector wished for is nothing to another.
Task<void> Exporter::wait_for_next_try(net::Duration pause, const Destination& tried) {
    const auto until = loop_.now() + pause;
    while (!ending() && destination().get() == &tried && loop_.now() < until)
        co_await net::Pause{loop_, std::min<net::Duration>(look, until - loop_.now())};
    if (ending()) co_await net::Pause{loop_, last_pause};
}

void Exporter::conclude(const ExportEnd& end) {
    const auto rejected = end.taken() ? std::min<std::uint64_t>(end.rejected.spans, batch_.size()) : batch_.size();
    const auto taken = batch_.size() - rejected;
    batch_.clear();
    kept_ = waiting_.size();  // whoever sees that they are through sees that they do not wait
    exported_ += taken;
    refused_ += rejected;
}

void Exporter::lose_batch() noexcept {
    dropped_ += batch_.size();
    batch_.clear();
    kept_ = waiting_.size();
}

// When trouble begins, when it is another, and when it is over; not each time in between.
void Exporter::say(Trouble trouble, std::string_view message) noexcept {
    if (std::exchange(trouble_, trouble) == trouble) return;
    log::tell(trouble == Trouble::none ? Level::info : Level::warning, "tracing", [&] { return std::string{message}; });
}

void Exporter::say_of(const ExportEnd& end, const Destination& to) {
    if (end.taken()) {
        if (end.rejected.spans == 0) return say(Trouble::none, to.url + " takes spans again");
        const std::string why = end.rejected.why.empty() ? "" : ": " + end.rejected.why;
        return say(Trouble::some_lost, to.url + ": took all but " + text::count(end.rejected.spans, "span") + why +
                                           "; such spans are lost");
    }
    const std::string why = to.url + ": " + (end.status == 0 ? end.why : "status " + std::to_string(end.status));
    if (end.passing()) return say(Trouble::waits, why + "; spans wait for it, as many as `queue` lets");
    say(Trouble::all_lost, why + "; such spans are lost");
}

}  // namespace tollgate::tracing
