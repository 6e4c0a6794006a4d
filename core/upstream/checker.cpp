// core/upstream/checker.cpp - one request and the head of its answer, then a pause.
#include "upstream/checker.h"

#include "http/parser.h"
#include "http/wire.h"
#include "http/writer.h"
#include "net/pause.h"
#include "support/log.h"
#include "support/random.h"
#include "support/version.h"

#include <array>
#include <exception>

namespace tollgate::upstream {

namespace {

constexpr http::HeadLimits head_limits{16 << 10, 32 << 10, 256};
constexpr int most_interim_answers = 16;

// A tenth more or less, so that what began together does not stay together.
net::Duration jittered(net::Duration pause) {
    return net::Duration{std::int64_t(double(pause.count()) * (0.9 + 0.2 * random_point()))};
}

std::string head_of(const UpstreamTarget& target, const CheckSettings& settings) {
    Request request{settings.method, settings.path};
    request.headers().set("User-Agent", std::string{"tollgate/"} + version() + " (health check)");
    http::HeadFacts facts;
    facts.close = true;
    std::string head;
    http::write_request_head(head, request, settings.host.empty() ? target.authority() : settings.host, facts);
    return head;
}

// The status of the final answer, or why there is none.
Task<CheckResult> status_of_answer(http::Wire& wire, const CheckSettings& settings, net::TimePoint deadline) {
    const auto& loop = wire.stream->loop();
    http::ParsedHead head;
    for (int interim = 0; interim <= most_interim_answers; ++interim) {
        http::ResponseParser parser{head_limits, head};
        if (settings.method == "HEAD") parser.answers_head_request();
        for (;;) {
            std::size_t consumed = 0;
            const bool whole = parser.parse_head(wire.buffered(), consumed);
            wire.consume(consumed);
            if (whole) break;
            const auto left = deadline - loop.now();
            const auto got =
                left > net::Duration::zero() ? co_await wire.more(left) : net::IoResult{net::IoResult::Kind::timed_out};
            if (got.kind == net::IoResult::Kind::timed_out) co_return CheckResult{false, "no answer in time"};
            if (!got) co_return CheckResult{false, "no answer: " + got.describe()};
        }
        const int status = parser.status();
        if (status >= 200)
            co_return CheckResult{
                std::size_t(status) < settings.statuses.size() && settings.statuses.test(std::size_t(status)),
                "status " + std::to_string(status)};
        if (status == 101) break;
    }
    co_return CheckResult{false, "an answer that is not HTTP"};
}

Task<CheckResult> attempt(Pool& pool, const UpstreamTarget& target, const CheckSettings& settings) {
    const auto deadline = pool.loop().now() + settings.timeout;
    NotConnected why;
    http::Wire wire{co_await pool.connect(target, settings.timeout, why)};
    if (!wire.stream) {
        const bool late = why.outcome == Outcome::connect_timeout;
        co_return CheckResult{false, late ? "no connection in time" : "no connection: " + why.how};
    }
    const std::string head = head_of(target, settings);
    const std::array<std::string_view, 1> pieces{head};
    const auto sent = co_await wire.stream->write(pieces, std::max(deadline - pool.loop().now(), net::Duration{1}));
    // One that takes nothing may still have said why.
    if (sent.kind == net::IoResult::Kind::timed_out) co_return CheckResult{false, "no answer in time"};
    co_return co_await status_of_answer(wire, settings, deadline);
}

Task<void> watch(Pool& pool, const UpstreamTarget& target, const CheckSettings& settings) {
    Roster& roster = target.upstream().state->roster;
    const net::EventLoop& loop = pool.loop();
    auto pause = roster.until_check(target.state(), jittered(settings.every), net::Clock::now());
    for (;;) {
        co_await net::Pause{pool.loop(), pause};
        const auto began = loop.now();
        const CheckResult result = co_await check(pool, target);
        try {
            roster.checked(target.state(), result, loop.now());
        } catch (const std::exception& problem) {  // the target is asked again all the same
            log::error("upstream", target.upstream().name + ": a check could not be noted: " + problem.what());
        }
        pause = std::max(net::Duration::zero(), began + jittered(settings.every) - loop.now());
    }
}

}  // namespace

Task<CheckResult> check(Pool& pool, const UpstreamTarget& target) {
    std::string problem;
    try {
        co_return co_await attempt(pool, target, *target.upstream().health);
    } catch (const http::Malformed& malformed) {
        problem = "an answer that is not HTTP: " + malformed.message;
    } catch (const std::exception& thrown) {
        problem = thrown.what();
    }
    co_return CheckResult{false, std::move(problem)};
}

Checker::Checker(Pool& pool, const std::vector<std::unique_ptr<Upstream>>& upstreams, std::size_t part,
                 std::size_t parts) {
    std::size_t number = 0;
    for (const auto& upstream : upstreams) {
        if (!upstream->health) continue;
        for (const auto& target : upstream->targets) {
            if (number++ % parts != part) continue;
            watches_.push_back(watch(pool, *target, *upstream->health));
            watches_.back().start();
        }
    }
}

}  // namespace tollgate::upstream
