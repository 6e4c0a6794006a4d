// loadtest/upstream/responder.cpp - one request: what it asks, what was drawn for it, and doing that.
#include "loadtest/upstream/responder.h"

#include "http/http1_exchange.h"
#include "loadtest/options.h"
#include "loadtest/upstream/garbage.h"
#include "loadtest/upstream/mocks.h"

#include <algorithm>
#include <optional>

namespace tollgate::loadtest {

namespace {

constexpr std::string_view health_path = "/health", echo_path = "/echo";
constexpr std::uint64_t most_echoed = 16u << 20;
constexpr std::size_t slow_pieces = 10;
constexpr net::Duration most_writing = std::chrono::seconds{30};

bool gets(const http::Exchange& exchange) noexcept { return exchange.head_only || exchange.request.method() == "GET"; }

// Faults of a connection need the connection: they are HTTP/1.1's own.
net::Stream& stream_of(http::Exchange& exchange) { return dynamic_cast<http::Http1Exchange&>(exchange).stream(); }

bool bodiless(const http::Exchange& exchange, int status) noexcept {
    return exchange.head_only || status == 204 || status == 304;
}

}  // namespace

// Counts a request as left by its client unless it came to another end. Who leaves takes the coroutine with him.
class Responder::Unsettled {
public:
    explicit Unsettled(Outcomes& outcomes) noexcept : outcomes_{outcomes} {}
    Unsettled(const Unsettled&) = delete;
    ~Unsettled() {
        if (!settled_) ++outcomes_.left;
    }
    void settle() noexcept { settled_ = true; }

private:
    Outcomes& outcomes_;
    bool settled_ = false;
};

Responder::Responder(Instance& instance, Pauses& pauses, RecordLines* record) noexcept
    : instance_{instance}, pauses_{pauses}, record_{record},
      simple_{!record && !instance.fates.vary() && !instance.behaviour.echo && !instance.behaviour.mock &&
              !instance.behaviour.chunked && instance.behaviour.slow_body == Nanoseconds::zero()} {}

Outcomes Responder::outcomes() const {
    Outcomes all = outcomes_;
    if (served_simply_ > 0) all.answered[200] += served_simply_;
    return all;
}

Task<void> Responder::serve(http::Exchange& exchange) {
    Unsettled unsettled{outcomes_};
    std::optional<Failure> failure;
    try {
        if (exchange.refusal) throw Failure{*exchange.refusal};
        const auto path = exchange.request.path();
        if (simple_ && !exchange.has_body() && path != health_path && path != echo_path) {
            exchange.begin(instance_.plain.response, instance_.plain.body.size(), exchange.head_only);
            co_await exchange.send(instance_.plain.body, true);
            ++served_simply_;
        } else {
            co_await answer(exchange);
        }
        unsettled.settle();
        co_return;
    } catch (const Failure& caught) {
        failure = caught;
    }
    if (failure->client_left) co_return;
    unsettled.settle();
    ++outcomes_.refused;
    co_await refuse(exchange, *failure);
}

Task<void> Responder::answer(http::Exchange& exchange) {
    std::string received;
    if (exchange.has_body()) {
        const bool kept = echoes(exchange.request.path());
        if (kept) exchange.limit_body(most_echoed);
        for (auto piece = co_await exchange.body().read(); !piece.empty(); piece = co_await exchange.body().read())
            if (kept) received += piece;
    }
    const Plan plan = this->plan(exchange, received);
    const int status = plan.chosen().response.status();
    note(exchange, plan.fate.fault == Fault::none ? std::to_string(status) : name(plan.fate.fault));
    co_await pauses_.pause(plan.fate.delay);
    if (plan.fate.fault != Fault::none) co_return co_await misbehave(exchange, plan);
    if (plan.slow > Nanoseconds::zero() && !bodiless(exchange, status)) {
        co_await answer_slowly(exchange, plan);
    } else {
        begin(exchange, plan.chosen());
        co_await exchange.send(plan.chosen().body, true);
    }
    ++(plan.health ? outcomes_.health : outcomes_.answered)[status];
}

Task<void> Responder::answer_slowly(http::Exchange& exchange, const Plan& plan) {
    begin(exchange, plan.chosen());
    std::string_view left = plan.chosen().body;
    const std::size_t size = std::max<std::size_t>(1, (left.size() + slow_pieces - 1) / slow_pieces);
    while (left.size() > size) {
        co_await exchange.send(left.substr(0, size), false);
        left.remove_prefix(size);
        co_await pauses_.pause(plan.slow);
    }
    co_await exchange.send(left, true);
}

// Returning from an answer that is not whole makes the session close the connection; cut() makes that a reset.
Task<void> Responder::misbehave(http::Exchange& exchange, const Plan& plan) {
    auto& count = outcomes_.faults[static_cast<std::size_t>(plan.fate.fault)];
    const Answer& whole = plan.chosen();
    if (plan.fate.fault == Fault::hang) {
        ++count;
        co_return co_await pauses_.until_left(stream_of(exchange));
    }
    if (plan.fate.fault == Fault::garbage) {
        const std::string bytes = garbage(plan.fate.variant);
        co_await stream_of(exchange).write(bytes, most_writing);
        ++count;
        co_return;
    }
    // Without a body there is no middle of it: then there is no answer at all.
    if (const auto half = whole.body.size() / 2; half > 0 && !bodiless(exchange, whole.response.status())) {
        begin(exchange, whole);
        co_await exchange.send(std::string_view{whole.body}.substr(0, half), false);
    }
    if (plan.fate.fault == Fault::reset) exchange.cut();
    ++count;
}

Task<void> Responder::refuse(http::Exchange& exchange, const Failure& failure) {
    if (exchange.begun()) co_return exchange.cut();
    const Answer refusal = error_answer(instance_.id, failure.status, failure.reason, failure.message);
    if (failure.close) exchange.close_after();
    try {
        exchange.begin(refusal.response, refusal.body.size(), exchange.head_only);
        co_await exchange.send(refusal.body, true);
    } catch (const Failure& gone) {
        if (!gone.client_left) throw;  // it need not hear why
    }
}

void Responder::begin(http::Exchange& exchange, const Answer& answer) const {
    std::optional<std::uint64_t> length = answer.body.size();
    if (instance_.behaviour.chunked) length.reset();
    exchange.begin(answer.response, length, exchange.head_only);
}

bool Responder::echoes(std::string_view path) const noexcept {
    return path == echo_path || (instance_.behaviour.echo && path != health_path);
}

Responder::Plan Responder::plan(http::Exchange& exchange, const std::string& received) {
    const Behaviour& behaviour = instance_.behaviour;
    const auto path = exchange.request.path();
    if (path == health_path && gets(exchange)) return plan_health();
    if (path == health_path && behaviour.steered && exchange.request.method() == "PUT") return set_health(exchange.request);
    Plan plan;
    if (instance_.fates.vary())
        plan.fate = instance_.fates.of(instance_.requests.fetch_add(1, std::memory_order_relaxed));
    plan.slow = behaviour.slow_body;
    SteeredBody body;
    try {
        if (behaviour.steered) body = steer(exchange.request.headers(), plan.fate);
    } catch (const UsageError& wrong) {
        throw Failure{Culprit::client, 400, "malformed_steering", wrong.what()};
    }
    if (body.slow) plan.slow = *body.slow;
    const int status = plan.fate.status == 0 ? 200 : plan.fate.status;
    if (echoes(path))
        plan.answer = echo_answer(instance_.id, status, exchange, received);
    else if (behaviour.mock && status == 200 && !body.size)
        plan.answer = mock_answer(instance_.id, exchange.request);
    else if (body.size)
        plan.answer = plain_answer(instance_.id, status, body.size);
    else
        plan.prepared = &plain(status);
    return plan;
}

Responder::Plan Responder::plan_health() {
    Plan plan;
    plan.health = true;
    if (const int said = instance_.health.load(std::memory_order_relaxed); said != 0) {
        plan.answer = health_answer(instance_.id, said);
        return plan;
    }
    const bool healthy = instance_.behaviour.fail_health == 0 ||
                         instance_.fates.healthy(instance_.checks.fetch_add(1, std::memory_order_relaxed));
    plan.prepared = healthy ? &instance_.healthy : &instance_.failing;
    return plan;
}

// From the next check on, until another request says otherwise. Without a status: as it was drawn.
Responder::Plan Responder::set_health(const Request& request) {
    Fate fate;
    fate.status = 0;
    try {
        steer(request.headers(), fate);
    } catch (const UsageError& wrong) {
        throw Failure{Culprit::client, 400, "malformed_steering", wrong.what()};
    }
    instance_.health.store(fate.status, std::memory_order_relaxed);
    Plan plan;
    plan.answer = plain_answer(instance_.id, 204, 0);
    return plan;
}

const Answer& Responder::plain(int status) {
    if (status == 200) return instance_.plain;
    const auto known = plain_.find(status);
    if (known != plain_.end()) return known->second;
    return plain_.emplace(status, plain_answer(instance_.id, status, instance_.behaviour.size)).first->second;
}

void Responder::note(const http::Exchange& exchange, std::string_view outcome) {
    if (!record_) return;
    const Request& request = exchange.request;
    record_->add(exchange.began_at, instance_.id, request.method(), request.target(),
                 request.headers().get("X-Request-Id"), outcome);
}

}  // namespace tollgate::loadtest
