// core/tracing/exporter.cpp - draining the loops' queues, and sending until the collector has taken what it will take.
#include "tracing/exporter.h"

#include "net/pause.h"
#include "support/log.h"
#include "support/random.h"
#include "support/text.h"
#include "support/version.h"

#include <pthread.h>

#include <algorithm>
#include <utility>

namespace tollgate::tracing {

using namespace std::chrono_literals;

namespace {

constexpr std::size_t spans_per_loop = 4096;  // between two looks at them
constexpr net::Duration look = 100ms;
constexpr net::Duration first_pause = 500ms, longest_pause = 30s, last_pause = 50ms;  // between two tries

}  // namespace

Exporter::Exporter(net::Lookups& lookups, std::size_t loops)
    : instance_{new_uuid()}, loop_{loops}, pool_{loop_, lookups} {
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
    drain();
    const auto lost = waiting_.size() + batch_.size();
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

void Exporter::drain() {
    const auto to = destination();
    const std::size_t most = to ? to->queue : 0;
    for (const auto& queue : queues_)
        while (auto span = queue->pop()) {
            if (waiting_.size() + batch_.size() >= most) {
                ++dropped_;
                continue;
            }
            if (waiting_.empty()) oldest_ = loop_.now();
            waiting_.push_back(std::move(span));
        }
    kept_ = waiting_.size() + batch_.size();
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
    return to && (ending() || waiting_.size() >= to->batch || loop_.now() - oldest_ >= to->every);
}

void Exporter::take_batch() {
    const auto end = waiting_.begin() + std::ptrdiff_t(std::min(destination()->batch, waiting_.size()));
    batch_.assign(std::move_iterator{waiting_.begin()}, std::move_iterator{end});
    waiting_.erase(waiting_.begin(), end);
    oldest_ = loop_.now();
}

Task<void> Exporter::keep_sending() {
    for (;;) {
        const bool last = ending();
        if (last) drain();
        if (due()) {
            take_batch();
            co_await send_batch();
            continue;
        }
        if (last) {
            const std::lock_guard lock{mutex_};
            all_sent_ = true;
            changed_.notify_all();
        }
        co_await net::Pause{loop_, look / 2};
    }
}

// Until it is taken, or refused for good: meanwhile others wait, and those for whom there is no room are dropped.
Task<void> Exporter::send_batch() {
    for (int tries = 0;; ++tries) {
        const auto to = destination();  // which a reload may have changed
        const std::string body = export_request({to->service, instance_, std::string{version()}}, batch_);
        const net::Duration time = ending() ? std::min<net::Duration>(to->timeout, end_ - loop_.now()) : to->timeout;
        const auto end = co_await export_to(pool_, *to, body, std::max<net::Duration>(time, 1ms));
        say_of(end);
        if (end.passing()) {
            co_await wait_for_next_try(next_pause(end, tries));
            continue;
        }
        conclude(end);
        co_return;
    }
}

net::Duration Exporter::next_pause(const ExportEnd& end, int tries) const {
    if (end.retry_after) return std::clamp<net::Duration>(*end.retry_after, look, longest_pause);
    const net::Duration most = std::min<net::Duration>(first_pause * (1 << std::min(tries, 6)), longest_pause);
    return most / 2 + std::chrono::duration_cast<net::Duration>(most / 2 * random_point());
}

// Less, once it is to end: what is asked of the collector then is its last chance.
Task<void> Exporter::wait_for_next_try(net::Duration pause) {
    const auto until = loop_.now() + pause;
    while (!ending() && loop_.now() < until) co_await net::Pause{loop_, std::min<net::Duration>(look, until - loop_.now())};
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

// When trouble begins, and when it is over; not each time in between.
void Exporter::say_of(const ExportEnd& end) {
    const bool trouble = !end.taken() || end.rejected.spans > 0;
    if (std::exchange(in_trouble_, trouble) == trouble) return;
    const std::string url = destination()->url;
    if (!trouble) return log::info("tracing", url + " takes spans again");
    std::string why = end.status == 0 ? end.why : "status " + std::to_string(end.status);
    if (end.taken())
        why = "took all but " + text::count(end.rejected.spans, "span") + (end.rejected.why.empty() ? "" : ": " + end.rejected.why);
    log::warning("tracing", url + ": " + why + (end.passing() ? "; spans wait for it, as many as `queue` lets" : "; such spans are lost"));
}

}  // namespace tollgate::tracing
