// core/gateway/mirror.cpp - the life of a copy: made, filled with the body as that goes by, sent, forgotten.
#include "gateway/mirror.h"

#include "gateway/loop_share.h"
#include "gateway/request_spans.h"
#include "http/bytes_source.h"
#include "http/layout.h"
#include "net/pause.h"
#include "net/within.h"
#include "support/log.h"
#include "support/random.h"

#include <exception>
#include <string>
#include <utility>

namespace tollgate {

namespace {

constexpr std::uint64_t largest_answer = 1 << 20;  // that is read to its end; beyond, the connection is closed

// A copy that was sent ends as its attempt did.
static_assert(static_cast<int>(CopyEnd::too_large) == static_cast<int>(Outcome::tls_failed) + 1 &&
              static_cast<int>(CopyEnd::abandoned) == static_cast<int>(Outcome::abandoned));

// `step`: its own in the trace, which it says unless somebody has had another word on that.
Request marked_copy(const CopyOrder& order, const http::Traceparent& step) {
    Request copy = order.request.layout().head();
    copy.headers().set("Tollgate-Mirror", "1");
    if (step && copy.headers().get("traceparent") == order.step.text()) copy.headers().set("traceparent", step.text());
    return copy;
}

// Counts what became of it, at the latest when it is destroyed.
class Copy {
public:
    Copy(LoopShare& share, SnapshotLease& lease, const CopyOrder& order)
        : share_{share}, lease_{lease}, mirror_{order.mirror}, state_{mirror_.upstream->state},
          step_{order.step.next()}, spans_{order.spans ? std::optional{*order.spans} : std::nullopt},
          request_{marked_copy(order, step_)}, has_body_{order.has_body}, own_host_{order.own_host} {
        ++lease_.holders;
        Figures::Upgrades::add(share_.figures.copies);
    }
    ~Copy() {
        if (placed_) state_->copies.fetch_sub(1, std::memory_order_relaxed);
        state_->copied.fetch_sub(held_, std::memory_order_relaxed);
        Figures::Upgrades::add(share_.figures.copies, std::uint64_t(-1));
        count(share_, lease_, *mirror_.upstream, end_);
        share_.give_back(lease_);
    }
    Copy(const Copy&) = delete;
    Copy& operator=(const Copy&) = delete;

    static void count(LoopShare& share, SnapshotLease& lease, const upstream::Upstream& upstream,
                      CopyEnd end) noexcept {
        try {
            share.figures.count_copy(lease.figures, *lease.snapshot, upstream, end);
        } catch (const std::exception& problem) {
            log::error("gateway", std::string("a copy could not be counted: ") + problem.what());
        }
    }
    void ends(CopyEnd end) noexcept { end_ = end; }
    // Each false: it may not be, and how it ends is said.
    bool hold_head() {
        const auto* lines = request_.headers().layout();
        return hold(sizeof(Copy) + request_.target().size() + (lines ? lines->text.size() : 0));
    }
    bool append(std::string_view piece) {
        if (body_.size() + piece.size() > mirror_.body) return refused(CopyEnd::too_large);
        if (!hold(piece.size())) return false;
        body_.append(piece);
        return true;
    }
    bool take_place() {
        placed_ = state_->copies.fetch_add(1, std::memory_order_relaxed) < mirror_.most;
        if (placed_) return true;
        state_->copies.fetch_sub(1, std::memory_order_relaxed);
        return refused(CopyEnd::too_many);
    }
    net::EventLoop& loop() const noexcept { return share_.loop; }
    net::Duration timeout() const noexcept { return mirror_.timeout; }
    bool late() const noexcept { return loop().now() >= until_; }
    Task<CopyEnd> send();

private:
    const upstream::UpstreamTarget* begin_attempt(upstream::AttemptPass& pass) const;
    std::unique_ptr<tracing::Span> begin_span(const upstream::Call& call) const {
        return spans_ ? spans_->begin_attempt(call, step_, 1, "mirror") : nullptr;
    }
    void end_span(std::unique_ptr<tracing::Span> span, const upstream::Call& call) const noexcept {
        spans_->end_attempt(std::move(span), call, loop().now());
    }
    bool refused(CopyEnd why) noexcept {
        end_ = why;
        return false;
    }
    // One that is alone may always have what `body` and the limits of heads let it have.
    bool hold(std::uint64_t bytes) {
        const auto before = state_->copied.fetch_add(bytes, std::memory_order_relaxed);
        if (before > held_ && before + bytes > mirror_.memory) {
            state_->copied.fetch_sub(bytes, std::memory_order_relaxed);
            return refused(CopyEnd::too_many);
        }
        held_ += bytes;
        return true;
    }

    LoopShare& share_;
    SnapshotLease& lease_;
    const Mirror& mirror_;
    const std::shared_ptr<upstream::UpstreamState> state_;
    const http::Traceparent step_;
    const std::optional<RequestSpans> spans_;  // nullopt: nobody records it
    const Request request_;
    std::string body_;
    const bool has_body_, own_host_;
    bool placed_ = false;      // counted among those under way
    std::uint64_t held_ = 0;   // bytes counted among those kept
    net::TimePoint until_ = net::TimePoint::max();
    CopyEnd end_ = CopyEnd::abandoned;
};

// Drawn by weight among those that are available. No plugin sees a copy, so `balance` does not either.
const upstream::UpstreamTarget* Copy::begin_attempt(upstream::AttemptPass& pass) const {
    const auto& targets = mirror_.upstream->targets;
    double weights = 0;
    for (const auto& target : targets)
        if (target->available()) weights += target->weight();
    double left = random_point() * weights;
    for (const auto& target : targets) {
        if (!target->available()) continue;
        left -= target->weight();
        if (left < 0 && (pass = target->begin_attempt())) return target.get();
    }
    for (const auto& target : targets)
        if ((pass = target->begin_attempt())) return target.get();
    return nullptr;
}

Task<CopyEnd> Copy::send() {
    until_ = loop().now() + timeout();
    upstream::AttemptPass pass;
    const auto* target = begin_attempt(pass);
    if (!target) co_return CopyEnd::no_target;
    http::BytesSource body{body_};
    upstream::Call call{*mirror_.upstream, *target, request_, has_body_ ? &body : nullptr};
    call.own_host = own_host_;
    call.pass = pass;
    // Also where the copy is withdrawn meanwhile.
    struct Attempt {
        upstream::Call& call;
        const Copy& copy;
        std::unique_ptr<tracing::Span> span = copy.begin_span(call);
        bool over = false;
        ~Attempt() {
            // Who had the copy's whole time and said nothing has failed it, as a request's target would have.
            const Outcome withdrawn = call.status == 0 && copy.late() ? Outcome::timeout : Outcome::abandoned;
            if (!over) call.outcome = withdrawn;
            call.target.end_attempt(call.pass, {call.outcome, call.status, call.time_to_first_byte});
            if (span) copy.end_span(std::move(span), call);
        }
    } attempt{call, *this};
    try {
        Response response = co_await share_.call(share_.pool, call);
        call.target.head_came(call.pass, call.status);
        if (auto* source = response.body().source()) {
            for (std::uint64_t heard = 0; heard <= largest_answer;) {
                const auto piece = co_await source->read();
                if (piece.empty()) break;
                heard += piece.size();
            }
        }
    } catch (const Failure&) {
        attempt.over = true;  // call.outcome says how
        co_return static_cast<CopyEnd>(call.outcome);
    }
    attempt.over = true;
    co_return static_cast<CopyEnd>(call.outcome);
}

Task<void> see_off(std::unique_ptr<Copy> copy) {
    co_await net::Pause{copy->loop(), net::Duration::zero()};  // the real one goes first
    const auto end = co_await net::Within{copy->loop(), copy->timeout(), copy->send()};
    copy->ends(end.value_or(CopyEnd::timeout));
}

// Only now it takes a place: a client that sends slowly keeps others from none.
void launch(std::unique_ptr<Copy> copy) {
    if (!copy->take_place()) return;
    auto& loop = copy->loop();
    loop.spawn(see_off(std::move(copy)));
}

class Filling final : public BodyTap {
public:
    explicit Filling(std::unique_ptr<Copy> copy) : copy_{std::move(copy)} {}
    void on_piece(std::string_view piece) override {
        if (copy_ && !copy_->append(piece)) copy_.reset();
    }
    void on_end(BodyEnd end) override {
        if (!copy_) return;
        if (end == BodyEnd::complete) return launch(std::move(copy_));
        copy_->ends(CopyEnd::incomplete);
        copy_.reset();
    }

private:
    std::unique_ptr<Copy> copy_;
};

}  // namespace

std::unique_ptr<BodyTap> send_copy(LoopShare& share, SnapshotLease& lease, const CopyOrder& order) {
    const auto& upstream = *order.mirror.upstream;
    const auto drop = [&](CopyEnd why) {
        Copy::count(share, lease, upstream, why);
        return nullptr;
    };
    if (order.body_length > order.mirror.body) return drop(CopyEnd::too_large);
    // Before anything is copied: where a mirror hangs, this is what most requests come to.
    if (upstream.state->copies.load(std::memory_order_relaxed) >= order.mirror.most) return drop(CopyEnd::too_many);
    auto copy = std::make_unique<Copy>(share, lease, order);
    if (!copy->hold_head()) return nullptr;
    if (order.has_body) return std::make_unique<Filling>(std::move(copy));
    launch(std::move(copy));
    return nullptr;
}

}  // namespace tollgate
