// tests/core/gateway/passage_test.cpp - one request's walk through doors, over real connections, with plugins of the test's.
#include "config/script.h"
#include "core/http/session_site.h"
#include "core/upstream/upstream_site.h"
#include "gateway/gateway.h"
#include "gateway/loop_share.h"
#include "net/pause.h"
#include "support/log.h"

#include <boost/test/unit_test.hpp>

#include <atomic>
#include <mutex>
#include <string>
#include <vector>

using namespace tollgate;
using namespace tollgate::test;
using namespace std::chrono_literals;

namespace {

// Does at each door what the test says, and tells that it was there.
struct Probe final : Plugin {
    std::string name;
    std::string* told = nullptr;
    std::function<Verdict(RequestContext&)> request;
    std::function<Verdict(UpstreamContext&)> upstream;
    std::function<Verdict(ResponseContext&)> response;
    std::function<void(const AttemptContext&)> attempt;
    std::function<void(const LogContext&)> log;

    Verdict on_request(RequestContext& ctx) const override {
        *told += name + ".request ";
        return request ? request(ctx) : Verdict{};
    }
    Verdict on_upstream(UpstreamContext& ctx) const override {
        *told += name + ".upstream ";
        return upstream ? upstream(ctx) : Verdict{};
    }
    Verdict on_response(ResponseContext& ctx) const override {
        *told += name + ".response ";
        return response ? response(ctx) : Verdict{};
    }
    void on_attempt(const AttemptContext& ctx) const override {
        *told += name + ".attempt ";
        if (attempt) attempt(ctx);
    }
    void on_log(const LogContext& ctx) const override {
        *told += name + ".log(" + std::to_string(ctx.status()) + (ctx.reason().empty() ? "" : " ") + std::string(ctx.reason()) + ") ";
        if (log) log(ctx);
    }
};

struct Tap final : BodyTap {
    explicit Tap(std::string& told) : told{told} {}
    void on_piece(std::string_view piece) override { told += piece; }
    void on_end(BodyEnd end) override { told += end == BodyEnd::complete ? "/complete" : "/cut"; }
    std::string& told;
};

struct FailingScript final : config::Script {
    bool test(int, const Context&) override {
        throw Failure{Culprit::gateway, 500, "script_failed", "the gateway could not serve this request", "routes.lua:3: boom"};
    }
    std::string_view text(int, const Context&, std::string&) override { return {}; }
    std::string target(int, const Context&) override { return {}; }
    std::optional<SaidAnswer> error_answer(int, const Failure&, std::string_view, const Context&) override { return {}; }
    config::AnswerChange change(int, const config::AnswerFacts&, const Context&) override { return {}; }
    config::RequestChange change(int, const config::RequestFacts&, const Context&) override { return {}; }
};

// A loop, a snapshot made by hand with probes "a" and "b" on every route, and the corridor.
struct Site final : http::Handler {
    Site() {
        for (const char* name : {"a", "b"}) {
            auto use = std::make_unique<PluginUse>();
            auto probe = std::make_unique<Probe>();
            probe->name = name;
            probe->told = &told;
            (*name == 'a' ? a : b) = probe.get();
            use->descriptor = &descriptor;
            use->where = "routes.lua:1";
            use->plugin = std::move(probe);
            snapshot->uses.push_back(std::move(use));
        }
        snapshot->unmatched.name = "(none)";
        snapshot->unmatched.chain = {snapshot->uses[0].get()};
    }
    ~Site() {
        on_loop([this] {
            share.lane.cut_all();
            share.loop.cancel_spawned();
            share.pool.close_all();
        });
        share.loop.stop();
        share.thread.join();
        BOOST_TEST(wrong == "");
    }
    Route& route(const char* pattern) {
        std::string problem;
        auto parsed = routing::Pattern::parse(pattern, problem);
        BOOST_REQUIRE(parsed);
        Route& made = routes.emplace_back();
        made.name = pattern;
        made.chain = {snapshot->uses[0].get(), snapshot->uses[1].get()};
        made.parameter_names = parsed->parameter_names();
        patterns.push_back(*parsed);
        return made;
    }
    void answer(const char* pattern, int status = 200, const char* body = "fixed") {
        route(pattern).answer = FixedAnswer{status, {}, std::make_shared<const std::string>(body)};
    }
    void forward(const char* pattern, const std::string& address, const std::string& other = {}) {
        std::string problem;
        auto made = std::make_unique<upstream::Upstream>();
        made->name = "up";
        made->targets.push_back(std::make_unique<upstream::UpstreamTarget>(*made, *net::Address::parse(address, problem), 1, state));
        if (!other.empty())
            made->targets.push_back(std::make_unique<upstream::UpstreamTarget>(*made, *net::Address::parse(other, problem), 1, other_state));
        route(pattern).upstream = made.get();
        snapshot->upstreams.push_back(std::move(made));
    }
    void start() {
        for (std::size_t i = 0; i < routes.size(); ++i)
            snapshot->router.add(patterns[i], routes[i].hosts, routes[i].conditional());
        snapshot->routes = std::move(routes);
        share.adopt(std::shared_ptr<const Snapshot>{std::move(snapshot)});
        share.thread = std::thread{[this] { share.loop.run(); }};
    }
    SocketEnd connect() {
        auto [mine, descriptor] = tcp_pair();
        share.lane.expect();
        share.loop.post([this, theirs = descriptor] { share.lane.open(theirs, http::Client{"192.0.2.7", net::Ip::parse("192.0.2.7")}); });
        return std::move(mine);
    }
    // One request on a connection of its own; what came back. The walk is over and logged when it returns.
    std::string ask(std::string_view line, std::string_view headers = {}, std::string_view body = {}) {
        auto client = connect();
        client.say(std::string(line) + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n" + std::string(headers) + "\r\n" + std::string(body));
        auto got = client.rest();
        on_loop([] {});
        return got;
    }
    void on_loop(const std::function<void()>& job) {
        // Shared: it must outlive its own set_value().
        const auto done = std::make_shared<std::promise<void>>();
        share.loop.post([&job, done] {
            job();
            done->set_value();
        });
        done->get_future().wait();
    }
    Task<void> serve(http::Exchange& exchange) override { return Gateway::serve(share, exchange); }

    // For what plugins find out on the loop: Boost.Test's own checks are for one thread.
    void expect(bool holds, const char* what) {
        if (!holds) wrong += std::string(what) + "; ";
    }
    std::string wrong;
    Descriptor descriptor{.name = "probe"};
    log::Capture log;
    std::string told;
    std::unique_ptr<Snapshot> snapshot = std::make_unique<Snapshot>();
    Probe *a = nullptr, *b = nullptr;
    std::vector<Route> routes;
    std::vector<routing::Pattern> patterns;
    std::shared_ptr<upstream::TargetState> state = std::make_shared<upstream::TargetState>();
    std::shared_ptr<upstream::TargetState> other_state = std::make_shared<upstream::TargetState>();
    net::Lookups lookups;
    plugins::Metrics metrics{1};
    LoopShare share{0, *this, lookups, metrics};
};

bool has(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }
int status(const std::string& answer) { return answer.size() > 12 ? std::stoi(answer.substr(9, 3)) : 0; }

std::function<void(Listening&)> upstream_says(std::string bytes, std::string* seen = nullptr) {
    return [bytes = std::move(bytes), seen](Listening& listening) {
        auto one = listening.accept();
        const auto head = one.head();
        if (seen) *seen = head;
        one.say(bytes);
        one.until("never");
    };
}
const std::string ok = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX-Up: 1\r\n\r\nhello";

}  // namespace

BOOST_AUTO_TEST_SUITE(gateway_passage)

BOOST_AUTO_TEST_CASE(who_answers_or_refuses_at_on_upstream_holds_no_place_there) {
    Site site;
    site.forward("GET /x", "127.0.0.1:1");
    auto& upstream = *site.snapshot->upstreams.back();
    upstream.concurrency = 1;
    const auto state = upstream.state;
    int held = 0;
    site.a->upstream = [&](UpstreamContext& ctx) -> Verdict {
        held += int(state->gate.view().inside);
        if (ctx.request().query() == "refuse") return Refusal{403, "not_you", "not you"};
        return Response{204};
    };
    site.start();
    BOOST_TEST(status(site.ask("GET /x")) == 204);
    BOOST_TEST(status(site.ask("GET /x?refuse")) == 403);
    BOOST_TEST(status(site.ask("GET /x")) == 204);
    BOOST_TEST(held == 3);
    BOOST_TEST(state->gate.view().inside == 0u);
}

// It waits for nothing: neither a target, nor another turn of its loop.
BOOST_AUTO_TEST_CASE(who_finds_a_breaker_open_or_all_targets_out_is_refused_within_the_turn) {
    const auto open = [](upstream::Breaker& breaker, const upstream::BreakerSettings& settings) {
        upstream::Breaker::Pass pass;
        upstream::Breaker::Change change;
        BOOST_TEST(breaker.begin(pass, change, settings, net::Clock::now()));
        BOOST_TEST(bool(breaker.end(pass, true, settings, net::Clock::now())));
    };
    for (const char* why : {"the upstream's breaker", "the target's breaker", "drained"}) {
        Site site;
        site.forward("GET /x", "127.0.0.1:1");
        auto& upstream = *site.snapshot->upstreams.back();
        upstream::BreakerSettings settings;
        settings.threshold.in_a_row = 1;
        settings.open = 1h;
        settings.of_upstream = has(why, "upstream");
        settings.of_target = !settings.of_upstream;
        upstream.breaker = settings;
        if (settings.of_upstream) open(upstream.state->breaker, settings);
        else if (has(why, "breaker")) open(site.state->breaker, settings);
        else site.state->health.drain(true, net::Clock::now());
        std::uint64_t began = 0, ended = 0;
        site.a->request = [&](RequestContext&) {
            began = site.share.loop.turn();
            return Verdict{};
        };
        site.a->log = [&](const LogContext&) { ended = site.share.loop.turn(); };
        site.start();
        BOOST_TEST(status(site.ask("GET /x")) == 503, why);
        BOOST_TEST(began > 0u);
        BOOST_TEST(ended == began, why);
        BOOST_TEST(!has(site.told, "attempt"), why);
        BOOST_TEST((site.share.pool.tally().opened == 0 && site.share.pool.tally().failed == 0), why);
    }
}

BOOST_AUTO_TEST_CASE(doors_open_in_order_and_answers_pass_them_backwards) {
    ScriptedPeer peer{upstream_says(ok)};  // outlives the site, whose end it waits for
    Site site;
    site.forward("GET /x", peer.address());
    site.start();
    const auto got = site.ask("GET /x");
    BOOST_TEST(status(got) == 200);
    BOOST_TEST(got.ends_with("hello"));
    BOOST_TEST(has(got, "Via: 1.1 tollgate\r\n"));
    BOOST_TEST(has(got, "X-Request-Id: "));
    BOOST_TEST(site.told == "a.request b.request a.upstream b.upstream b.response a.response a.attempt b.attempt a.log(200) b.log(200) ");
    BOOST_TEST(site.state->in_flight == 0u);
}

BOOST_AUTO_TEST_CASE(what_became_of_a_request_is_told_without_its_query) {
    ScriptedPeer peer{upstream_says(ok)};
    Site site;
    site.forward("GET /x/:id", peer.address());
    site.start();
    site.ask("GET /x/7?token=secret", "X-Request-Id: mine\r\n");
    site.ask("GET /none");
    const auto found = site.share.outlet.next();
    BOOST_REQUIRE(found);
    BOOST_TEST(history::id_of(*found) == "0-1");
    BOOST_TEST(found->path == "/x/7");
    BOOST_TEST(found->method == "GET");
    BOOST_TEST(found->route == "GET /x/:id");
    BOOST_TEST(found->status == 200);
    BOOST_TEST(found->upstream == "up");
    BOOST_TEST(found->target == peer.address());
    BOOST_TEST(found->attempts == 1);
    BOOST_TEST(found->upstream_status == 200);
    BOOST_TEST(found->client_ip == "192.0.2.7");
    BOOST_TEST(found->bytes_sent == 5u);
    BOOST_TEST(found->complete);
    BOOST_TEST(!found->request_id.empty());
    BOOST_CHECK(found->duration >= found->upstream_time && found->upstream_time > 0ns);
    BOOST_TEST(!has(history::json(*found), "secret"));
    const auto other = site.share.outlet.next();
    BOOST_REQUIRE(other);
    BOOST_TEST(history::id_of(*other) == "0-2");
    BOOST_TEST(other->route == "(none)");
    BOOST_TEST(other->status == 404);
    BOOST_TEST(other->reason == "no_route");
    BOOST_TEST(!site.share.outlet.next());
    BOOST_TEST(site.share.outlet.by_result()[std::size_t(history::Result::ok)] == 1u);
}

BOOST_AUTO_TEST_CASE(branch_of_a_split_is_drawn_once_the_routes_own_plugins_have_spoken) {
    struct ByAnswerHeader final : Value::Expression {
        std::string_view of(const Context& ctx, std::string&) const override { return ctx.request().headers().get("X-Found"); }
        std::string describe() const override { return "found"; }
    };
    ScriptedPeer peer{upstream_says(ok)};
    Site site;
    site.forward("GET /x", peer.address());
    Route& route = site.routes.back();
    auto split = std::make_shared<Split>();
    split->branches = {{route.upstream, route.chain}, {nullptr, {site.snapshot->uses[0].get()}}};
    split->by = Value{std::make_shared<ByAnswerHeader>()};
    split->shares.add("up", 1);
    split->shares.add("other", 1);
    std::string key = "k";
    while (split->shares.of_key(key) != 0) key += 'k';
    route.split = split;
    route.chain.pop_back();
    route.upstream = nullptr;
    std::string seen;
    site.a->request = [&](RequestContext& ctx) {
        if (ctx.request().query() == "refuse") return Verdict{Refusal{403, "no", "no"}};
        seen += "before: '" + std::string{ctx.upstream()} + "' ";
        ctx.request().headers().set("X-Found", key);
        return Verdict{};
    };
    site.b->request = [&](RequestContext& ctx) {
        seen += "after: '" + std::string{ctx.upstream()} + "'";
        return Verdict{};
    };
    site.start();
    BOOST_TEST(status(site.ask("GET /x")) == 200);
    BOOST_TEST(seen == "before: '' after: 'up'");
    BOOST_TEST(site.told == "a.request b.request a.upstream b.upstream b.response a.response a.attempt b.attempt a.log(200) b.log(200) ");
    site.told.clear();
    BOOST_TEST(status(site.ask("GET /x?refuse")) == 403);
    BOOST_TEST(site.told == "a.request a.log(403 no) ");
}

BOOST_AUTO_TEST_CASE(what_is_concealed_is_there_until_the_request_is_over_and_in_no_record) {
    Site site;
    site.answer("GET /x/:key");
    std::string seen;
    site.a->request = [](RequestContext& ctx) {
        ctx.conceal(ctx.parameter("key"));
        return Verdict{};
    };
    site.b->request = [&](RequestContext& ctx) {
        seen += std::string{ctx.request().path()} + ' ';
        return Verdict{};
    };
    site.b->log = [&](const LogContext& ctx) { seen += ctx.request().target(); };
    site.start();
    BOOST_TEST(status(site.ask("GET /x/the%2Bkey?a=the%2Bkey")) == 200);
    BOOST_TEST(seen == "/x/the%2Bkey /x/(hidden)?a=(hidden)");
}

BOOST_AUTO_TEST_CASE(answer_of_a_plugin_spares_the_rest) {
    Site site;
    site.answer("GET /x");
    site.a->request = [](RequestContext&) -> Verdict { return Response{203, std::string{"mine"}}; };
    site.start();
    BOOST_TEST(site.ask("GET /x").ends_with("mine"));
    BOOST_TEST(site.told == "a.request a.response a.log(203) b.log(203) ");
}

BOOST_AUTO_TEST_CASE(refusals_have_their_status_reason_and_lines) {
    for (const bool thrown : {false, true}) {
        Site site;
        site.answer("GET /x");
        site.b->request = [thrown](RequestContext&) -> Verdict {
            Refusal refusal{429, "rate_limited", "slow down"};
            refusal.with("Retry-After", "7");
            if (thrown) throw refusal;
            return refusal;
        };
        site.a->request = [](RequestContext& ctx) -> Verdict {
            ctx.add_answer_header("X-RateLimit-Remaining", "0");
            return {};
        };
        site.start();
        const auto got = site.ask("GET /x");
        BOOST_TEST(status(got) == 429);
        BOOST_TEST(has(got, "\"error\":\"rate_limited\""));
        BOOST_TEST(has(got, "Retry-After: 7\r\n"));
        BOOST_TEST(has(got, "X-RateLimit-Remaining: 0\r\n"));
        BOOST_TEST(site.told == "a.request b.request a.log(429 rate_limited) b.log(429 rate_limited) ");
    }
}

BOOST_AUTO_TEST_CASE(refusal_with_an_impossible_status_is_500) {
    Site site;
    site.answer("GET /x");
    site.a->request = [](RequestContext&) -> Verdict { return Refusal{42, "odd", "odd"}; };
    site.start();
    BOOST_TEST(status(site.ask("GET /x")) == 500);
    BOOST_TEST(site.told == "a.request a.log(500 plugin_failed) b.log(500 plugin_failed) ");
}

BOOST_AUTO_TEST_CASE(plugin_that_throws_costs_a_500_at_any_door) {
    const std::function<void(Site&)> breakers[] = {
        [](Site& s) { s.b->request = [](RequestContext&) -> Verdict { throw std::runtime_error("boom"); }; },
        [](Site& s) { s.b->request = [](RequestContext&) -> Verdict { throw 42; }; },
        [](Site& s) {
            s.b->request = [](RequestContext&) -> Verdict {
                return []() -> Task<Verdict> {
                    throw std::runtime_error("boom, later");
                    co_return Verdict{};
                }();
            };
        },
        [](Site& s) { s.b->response = [](ResponseContext&) -> Verdict { throw std::runtime_error("boom"); }; },
    };
    for (const auto& break_it : breakers) {
        Site site;
        site.answer("GET /x");
        break_it(site);
        site.start();
        const auto got = site.ask("GET /x");
        BOOST_TEST(status(got) == 500);
        BOOST_TEST(has(got, "\"error\":\"plugin_failed\""));
        BOOST_TEST(!has(got, "boom"));
        BOOST_TEST(site.log.has("probe (routes.lua:1): on_re"));
        BOOST_TEST(site.told.ends_with("a.log(500 plugin_failed) b.log(500 plugin_failed) "));
    }
}

BOOST_AUTO_TEST_CASE(log_door_that_throws_anything_is_logged_and_the_next_still_opens) {
    for (const bool odd : {false, true}) {
        Site site;
        site.answer("GET /x");
        site.a->log = [odd](const LogContext&) {
            if (odd) throw 42;
            throw std::runtime_error("cannot log");
        };
        site.start();
        BOOST_TEST(status(site.ask("GET /x")) == 200);
        BOOST_TEST(site.told.ends_with("a.log(200) b.log(200) "));
        BOOST_TEST(site.log.has("on_log"));
    }
}

BOOST_AUTO_TEST_CASE(requests_refused_before_routing_are_logged) {
    Site site;
    site.start();
    BOOST_TEST(status(site.ask("GET /a b")) == 400);
    BOOST_TEST(site.told == "a.log(400 malformed_request) ");
}

BOOST_AUTO_TEST_CASE(unknown_path_is_404_and_unknown_method_405) {
    Site site;
    site.answer("GET /x");
    site.answer("POST /x");
    site.start();
    BOOST_TEST(has(site.ask("GET /y"), "\"error\":\"no_route\""));
    const auto got = site.ask("DELETE /x");
    BOOST_TEST(status(got) == 405);
    BOOST_TEST(has(got, "Allow: GET, HEAD, POST\r\n"));
}

BOOST_AUTO_TEST_CASE(routes_of_other_hosts_are_no_matter_of_methods) {
    Site site;
    std::string problem;
    site.answer("GET /x");
    site.routes.back().hosts = {{.name = "other"}};
    site.answer("PUT /x");
    site.routes.back().conditions.all = {
        {routing::Condition::Subject::host, {}, {*routing::RegularExpression::compile("^[ab]$", problem)}}};
    site.answer("GET /y");
    site.routes.back().hosts = {{.name = "x"}};
    site.start();
    BOOST_TEST(has(site.ask("DELETE /x"), "\"error\":\"no_route\""));
    BOOST_TEST(has(site.ask("PUT /x"), "\"error\":\"no_route\""));
    BOOST_TEST(has(site.ask("DELETE /y"), "Allow: GET, HEAD\r\n"));
}

BOOST_AUTO_TEST_CASE(conditions_are_asked_in_the_order_written_and_when_only_if_they_hold) {
    using routing::Condition;
    Site site;
    site.answer("GET /x", 201);
    site.routes.back().conditions.all = {{Condition::Subject::header, "X-Beta", {std::string{"1"}}}};
    site.routes.back().when = 1;
    site.answer("GET /:name", 202);
    site.routes.back().conditions.all = {{Condition::Subject::parameter, "name", {std::string{"x"}}},
                                         {Condition::Subject::query, "page", {true}}};
    site.answer("GET /x", 203);
    site.snapshot->scripts.push_back(std::make_unique<FailingScript>());
    site.start();
    BOOST_TEST(status(site.ask("GET /x?page")) == 202);
    BOOST_TEST(status(site.ask("GET /x")) == 203);
    BOOST_TEST(status(site.ask("GET /y?page")) == 404);
    BOOST_TEST(has(site.ask("GET /x?page", "X-Beta: 1\r\n"), "\"error\":\"script_failed\""));
}

BOOST_AUTO_TEST_CASE(failing_condition_is_500_and_logged_by_plugins_that_have_state) {
    struct State {
        int value = 7;
    };
    Site site;
    site.snapshot->unmatched.chain = {};
    site.route("GET /x").when = 1;
    site.snapshot->scripts.push_back(std::make_unique<FailingScript>());
    site.b->log = [&](const LogContext& ctx) { site.expect(!ctx.state_if_any<State>(), "there is a state"); };
    site.start();
    BOOST_TEST(has(site.ask("GET /x"), "\"error\":\"script_failed\""));
}

BOOST_AUTO_TEST_CASE(state_is_one_per_use_and_request_and_destroyed_once) {
    struct State {
        ~State() { ++*destroyed; }
        int value = 0;
        int* destroyed = nullptr;
    };
    Site site;
    site.answer("GET /x");
    int destroyed = 0;
    site.a->request = [&](RequestContext& ctx) -> Verdict {
        ctx.state<State>().value = 1;
        ctx.state<State>().destroyed = &destroyed;
        return {};
    };
    site.b->request = [&](RequestContext& ctx) -> Verdict {
        site.expect(ctx.state<State>().value == 0, "the state is another plugin's");
        ctx.state<State>().destroyed = &destroyed;
        return {};
    };
    site.a->log = [&](const LogContext& ctx) {
        site.expect(ctx.state_if_any<State>()->value == 1, "the state is not as it was left");
        site.expect(destroyed == 0, "a state is gone before the log");
    };
    site.start();
    site.ask("GET /x");
    BOOST_TEST(destroyed == 2);
}

BOOST_AUTO_TEST_CASE(parameters_hold_though_a_plugin_rewrites_the_target) {
    Site site;
    std::string id, rest;
    site.answer("GET /orders/:id/**");
    site.a->request = [](RequestContext& ctx) -> Verdict {
        ctx.request().set_target("/" + std::string(500, 'x'));
        return {};
    };
    site.b->request = [&](RequestContext& ctx) -> Verdict {
        id = ctx.parameter("id");
        rest = ctx.parameter("**");
        return {};
    };
    site.start();
    site.ask("GET /orders/a%20rather%2Flong-order-number/items/1");
    BOOST_TEST(id == "a rather/long-order-number");
    BOOST_TEST(rest == "items/1");
}

BOOST_AUTO_TEST_CASE(cancelled_walk_is_logged_once_and_its_upstream_let_go) {
    std::promise<void> arrived, let_go, logged;
    std::atomic<int> logs{0};
    ScriptedPeer peer{[&](Listening& listening) {
        auto one = listening.accept();
        one.head();
        arrived.set_value();
        one.rest();
        let_go.set_value();
    }};
    Site site;
    Outcome outcome = Outcome::answered;
    site.forward("GET /x", peer.address());
    site.a->attempt = [&](const AttemptContext& ctx) { outcome = ctx.outcome(); };
    site.b->log = [&](const LogContext& ctx) {
        site.expect(ctx.status() == 499, "not logged as left");
        site.expect(!ctx.complete(), "logged as complete");
        if (++logs == 1) logged.set_value();
    };
    site.start();
    auto client = site.connect();
    client.say("GET /x HTTP/1.1\r\nHost: x\r\n\r\n");
    BOOST_TEST(happened(arrived));
    client.reset();
    BOOST_TEST(happened(logged));
    BOOST_TEST(happened(let_go));
    site.on_loop([] {});
    BOOST_TEST(logs == 1);
    BOOST_TEST((outcome == Outcome::abandoned));
    BOOST_TEST(site.state->in_flight == 0u);
}

BOOST_AUTO_TEST_CASE(walk_cancelled_within_a_plugins_task_destroys_that_task) {
    struct Never {
        bool await_ready() const noexcept { return false; }
        void await_suspend(std::coroutine_handle<>) const noexcept {}
        void await_resume() const noexcept {}
    };
    std::promise<void> entered, destroyed;
    Site site;
    site.answer("GET /x");
    site.a->request = [&](RequestContext&) -> Verdict {
        return [](std::promise<void>& in, std::promise<void>& out) -> Task<Verdict> {
            const Destroyed seen{out};
            in.set_value();
            co_await Never{};
            co_return Verdict{};
        }(entered, destroyed);
    };
    site.start();
    auto client = site.connect();
    client.say("GET /x HTTP/1.1\r\nHost: x\r\n\r\n");
    BOOST_TEST(happened(entered));
    client.reset();
    BOOST_TEST(happened(destroyed));
    site.on_loop([] {});
    BOOST_TEST(site.told == "a.request a.log(499 client_left) b.log(499 client_left) ");
}

BOOST_AUTO_TEST_CASE(another_attempt_opens_the_upstreams_doors_again_and_taps_see_its_body_once) {
    ScriptedPeer resetting{[](Listening& listening) {
        auto one = listening.accept();
        one.head();
        one.until("hello");
    }};
    std::string second;
    ScriptedPeer good{[&second](Listening& listening) {
        auto one = listening.accept();
        one.head();
        second = one.until("hello");
        one.say(ok);
        one.until("never");
    }};
    std::string tapped;
    std::vector<std::string> attempts;
    Site site;
    site.forward("PUT /x", resetting.address(), good.address());
    site.a->request = [&tapped](RequestContext& ctx) -> Verdict {
        ctx.tap_request_body(std::make_unique<Tap>(tapped));
        return {};
    };
    site.b->upstream = [&](UpstreamContext& ctx) -> Verdict {
        attempts.push_back(std::to_string(ctx.attempt()) + (ctx.tried(0) ? " tried" : " new") + (ctx.tried(1) ? " tried" : " new"));
        return {};
    };
    site.b->attempt = [&](const AttemptContext& ctx) {
        attempts.push_back(std::to_string(ctx.attempt()) + " at " + std::to_string(ctx.target_index()) + ": " +
                           std::to_string(int(ctx.outcome())));
    };
    site.b->log = [&](const LogContext& ctx) {
        site.expect(ctx.attempts() == 2, "two attempts");
        site.expect(ctx.upstream_status() == 200, "the last one's status");
    };
    site.start();
    BOOST_TEST(status(site.ask("PUT /x", "Content-Length: 5\r\n", "hello")) == 200);
    BOOST_TEST(second == "hello");
    BOOST_TEST(tapped == "hello/complete");
    BOOST_TEST(site.told ==
               "a.request b.request a.upstream b.upstream a.attempt b.attempt a.upstream b.upstream "
               "b.response a.response a.attempt b.attempt a.log(200) b.log(200) ");
    BOOST_TEST((attempts == std::vector<std::string>{"1 new new", "1 at 0: 3", "2 tried new", "2 at 1: 0"}));
    BOOST_TEST(site.state->in_flight == 0u);
    BOOST_TEST(site.other_state->in_flight == 0u);
}

BOOST_AUTO_TEST_CASE(a_target_that_is_out_is_no_other_one) {
    ScriptedPeer resetting{[](Listening& listening) {
        auto one = listening.accept();
        one.head();
    }};
    Site site;
    site.forward("GET /x", resetting.address(), "127.0.0.1:1");
    site.other_state->health.drain(true, upstream::now());
    site.start();
    BOOST_TEST(has(site.ask("GET /x"), "upstream_reset"));
    BOOST_TEST(site.told.find("a.upstream", site.told.find("a.upstream") + 1) == std::string::npos);
}

// Both targets go out, or the time does, after another attempt was planned.
BOOST_AUTO_TEST_CASE(where_the_next_attempt_cannot_begin_what_the_last_one_brought_stands) {
    struct Case {
        const char* bytes;
        bool late;
        const char* expected;
    };
    const Case cases[] = {{"", false, "upstream_reset"},
                          {"HTTP/1.1 503 No\r\nContent-Length: 3\r\n\r\nwhy", false, "\r\n\r\nwhy"},
                          {"", true, "upstream_reset"},
                          {"HTTP/1.1 503 No\r\nContent-Length: 3\r\n\r\nwhy", true, "\r\n\r\nwhy"}};
    for (const auto& [bytes, late, expected] : cases) {
        ScriptedPeer failing{[&bytes = bytes](Listening& listening) {
            auto one = listening.accept();
            one.head();
            one.say(bytes);
            if (*bytes) one.until("never");
        }};
        Site site;
        site.forward("GET /x", failing.address(), "127.0.0.1:1");
        auto& upstream = *site.snapshot->upstreams.back();
        upstream.retry.on.add_statuses(503, 503);
        if (late) upstream.deadline = 1s;
        site.b->upstream = [&site, late = late](UpstreamContext& ctx) -> Verdict {
            if (ctx.attempt() == 1) return {};
            if (!late) {
                for (auto* state : {&site.state, &site.other_state}) (*state)->health.drain(true, upstream::now());
                return {};
            }
            return [](net::EventLoop& loop) -> Task<Verdict> {
                co_await net::Pause{loop, 1s};
                co_return Verdict{};
            }(site.share.loop);
        };
        site.b->log = [&site](const LogContext& ctx) { site.expect(ctx.attempts() == 1, "one attempt"); };
        site.start();
        const auto got = site.ask("GET /x");
        BOOST_TEST(status(got) == (*bytes ? 503 : 502));
        BOOST_TEST(has(got, expected), got);
        BOOST_TEST(!has(site.metrics.prometheus(), "tollgate_upstream_retries_total{"));
    }
}

BOOST_AUTO_TEST_CASE(a_pause_is_no_time_of_the_gateways_own_whoever_answers_after_it) {
    ScriptedPeer failing{upstream_says("HTTP/1.1 503 No\r\nContent-Length: 0\r\nRetry-After: 1\r\n\r\n")};
    Site site;
    site.forward("GET /x", failing.address(), "127.0.0.1:1");
    auto& retry = site.snapshot->upstreams.back()->retry;
    retry.on.add_statuses(503, 503);
    retry.longest_backoff = 10s;
    site.b->upstream = [](UpstreamContext& ctx) -> Verdict {
        if (ctx.attempt() == 1) return {};
        return Response{204};
    };
    site.start();
    BOOST_TEST(status(site.ask("GET /x")) == 204);
    const std::string figures = site.metrics.prometheus();
    const std::string sum = "tollgate_gateway_duration_seconds_sum ";
    const auto at = figures.find(sum);
    BOOST_REQUIRE(at != figures.npos);
    BOOST_TEST(std::stod(figures.substr(at + sum.size())) < 0.9);
}

BOOST_AUTO_TEST_CASE(plugins_hear_which_target_has_answered_and_how_long_each_attempt_took) {
    ScriptedPeer good{upstream_says(ok)};
    Site site;
    site.forward("GET /x", "127.0.0.1:1", good.address());
    std::vector<std::optional<std::size_t>> answered;
    site.b->attempt = [&site](const AttemptContext& ctx) {
        site.expect(ctx.duration() >= ctx.time_to_first_byte() && ctx.duration() < 60s, "the time of the attempt");
    };
    site.b->response = [&answered](ResponseContext& ctx) -> Verdict {
        answered.push_back(ctx.target_index());
        return Response{204};
    };
    site.a->response = [&answered](ResponseContext& ctx) -> Verdict {
        answered.push_back(ctx.target_index());
        return {};
    };
    site.start();
    BOOST_TEST(status(site.ask("GET /x")) == 204);
    BOOST_TEST((answered == std::vector<std::optional<std::size_t>>{1, std::nullopt}));
}

BOOST_AUTO_TEST_CASE(failing_upstreams_are_told_apart) {
    const std::pair<std::string, const char*> cases[] = {{"nonsense\r\n\r\n", "upstream_garbage"}, {"", "upstream_reset"}};
    for (const auto& [bytes, reason] : cases) {
        ScriptedPeer peer{[&bytes = bytes](Listening& listening) {
            auto one = listening.accept();
            one.head();
            one.say(bytes);
        }};
        Site site;
        site.forward("GET /x", peer.address());
        site.start();
        const auto got = site.ask("GET /x");
        BOOST_TEST(status(got) == 502);
        BOOST_TEST(has(got, reason));
        BOOST_TEST(!has(got, "127.0.0.1"));
        BOOST_TEST(!has(site.told, ".response"));
    }
    Site site;
    site.forward("GET /x", "127.0.0.1:1");
    site.state->health.drain(true, upstream::now());
    site.start();
    BOOST_TEST(status(site.ask("GET /x")) == 503);
}

BOOST_AUTO_TEST_CASE(answer_cut_short_upstream_is_cut_for_the_client) {
    std::string tapped;
    ScriptedPeer peer{[](Listening& listening) {
        auto one = listening.accept();
        one.head();
        one.say("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello");
    }};
    Site site;
    site.forward("GET /x", peer.address());
    site.a->response = [&](ResponseContext& ctx) -> Verdict {
        ctx.tap_response_body(std::make_unique<Tap>(tapped));
        return {};
    };
    site.start();
    auto client = site.connect();
    client.say("GET /x HTTP/1.1\r\nHost: x\r\n\r\n");
    client.rest();
    site.on_loop([] {});
    BOOST_TEST(client.was_reset());
    BOOST_TEST(tapped == "hello/cut");
    BOOST_TEST(has(site.told, "log(200 upstream_cut)"));
}

BOOST_AUTO_TEST_CASE(request_bodies_are_tapped_and_held_on_their_way) {
    std::string seen, tapped, whole, body;
    ScriptedPeer peer{[&](Listening& listening) {
        auto one = listening.accept();
        seen = one.head();
        body = one.bytes(5);
        one.say(ok);
        one.until("never");
    }};
    Site site;
    site.forward("POST /x", peer.address());
    site.a->request = [&](RequestContext& ctx) -> Verdict {
        ctx.tap_request_body(std::make_unique<Tap>(tapped));
        return [](RequestContext& c, std::string& w, Site& site) -> Task<Verdict> {
            const auto small = co_await c.whole_request_body(3);
            site.expect(!small, "five bytes fit into three");
            const auto held = co_await c.whole_request_body(100);
            w = held.value_or("none");
            co_return Verdict{};
        }(ctx, whole, site);
    };
    site.start();
    BOOST_TEST(status(site.ask("POST /x", "Content-Length: 5\r\n", "hello")) == 200);
    BOOST_TEST(whole == "hello");
    BOOST_TEST(body == "hello");
    BOOST_TEST(tapped == "hello/complete");
}

BOOST_AUTO_TEST_CASE(response_bodies_are_tapped_and_held_on_their_way) {
    for (const bool streamed : {false, true}) {
        std::string tapped, whole;
        ScriptedPeer peer{upstream_says(streamed ? "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n" : ok)};
        Site site;
        site.forward("GET /x", peer.address());
        site.b->response = [&](ResponseContext& ctx) -> Verdict {
            ctx.tap_response_body(std::make_unique<Tap>(tapped));
            return [](ResponseContext& c, std::string& w, Site& site) -> Task<Verdict> {
                site.expect(!co_await c.whole_response_body(4), "five bytes fit into four");
                w = (co_await c.whole_response_body(5)).value_or("none");
                co_return Verdict{};
            }(ctx, whole, site);
        };
        site.start();
        BOOST_TEST(has(site.ask("GET /x"), "hello"));
        BOOST_TEST(whole == "hello");
        BOOST_TEST(tapped == "hello/complete");
    }
}

BOOST_AUTO_TEST_CASE(tap_of_an_answer_that_is_replaced_hears_that_it_was_cut) {
    // A cache must never keep an error's body, or another plugin's, as the answer it tapped.
    const std::function<Verdict(ResponseContext&)> replacements[] = {
        [](ResponseContext&) -> Verdict { return Response{200, std::string{"other"}}; },
        [](ResponseContext& ctx) -> Verdict {
            ctx.response() = Response{200, std::string{"other"}};
            return {};
        },
        [](ResponseContext&) -> Verdict { return Refusal{403, "no", "no"}; },
        [](ResponseContext&) -> Verdict { throw std::runtime_error("boom"); },
    };
    for (const auto& replace : replacements) {
        Site site;
        std::string tapped;
        site.answer("GET /x");
        site.b->response = [&](ResponseContext& ctx) -> Verdict {
            ctx.tap_response_body(std::make_unique<Tap>(tapped));
            return {};
        };
        site.a->response = replace;
        site.start();
        site.ask("GET /x");
        BOOST_TEST(tapped == "/cut");
    }
}

BOOST_AUTO_TEST_CASE(answer_that_replaces_the_upstreams_is_not_the_upstreams) {
    ScriptedPeer peer{upstream_says("HTTP/1.1 200 OK\r\nContent-Length: 12345\r\n\r\n")};
    Site site;
    bool from_upstream = true;
    site.forward("GET /x", peer.address());
    site.b->response = [](ResponseContext&) -> Verdict { return Response{200, std::string{"abc"}}; };
    site.a->response = [&](ResponseContext& ctx) -> Verdict {
        from_upstream = ctx.from_upstream();
        return {};
    };
    site.start();
    BOOST_TEST(has(site.ask("HEAD /x"), "Content-Length: 3\r\n"));
    BOOST_TEST(!from_upstream);
}

BOOST_AUTO_TEST_CASE(head_client_gets_no_body_whatever_a_plugin_makes_of_the_method) {
    Site site;
    site.a->request = [](RequestContext& ctx) -> Verdict {
        ctx.request().set_method("GET");
        return {};
    };
    site.answer("HEAD /x");
    site.start();
    const auto got = site.ask("HEAD /x");
    BOOST_TEST(status(got) == 200);
    BOOST_TEST(got.ends_with("\r\n\r\n"));
}

BOOST_AUTO_TEST_CASE(not_modified_of_our_own_says_no_length) {
    Site site;
    site.a->request = [](RequestContext&) -> Verdict { return Response{304}; };
    site.answer("GET /x");
    site.start();
    const auto got = site.ask("GET /x");
    BOOST_TEST(status(got) == 304);
    BOOST_TEST(!has(got, "Content-Length"));
}

BOOST_AUTO_TEST_CASE(body_limit_of_the_route_wins_over_the_general_one) {
    Site site;
    site.snapshot->limits.body = 10;
    site.answer("POST /small");
    site.answer("POST /large");
    site.routes.back().body_limit = 100;
    site.start();
    const std::string body(20, 'x');
    BOOST_TEST(status(site.ask("POST /small", "Content-Length: 20\r\n", body)) == 413);
    BOOST_TEST(status(site.ask("POST /large", "Content-Length: 20\r\n", body)) == 200);
}

BOOST_AUTO_TEST_CASE(last_walk_of_an_old_snapshot_frees_it) {
    struct Gate {
        std::promise<void> entered;
        std::coroutine_handle<> waiter;
        bool await_ready() const noexcept { return false; }
        void await_suspend(std::coroutine_handle<> handle) noexcept {
            waiter = handle;
            entered.set_value();
        }
        void await_resume() const noexcept {}
    } gate;
    Site site;
    site.answer("GET /x");
    site.a->request = [&](RequestContext&) -> Verdict {
        return [](Gate& g) -> Task<Verdict> {
            co_await g;
            co_return Verdict{};
        }(gate);
    };
    site.start();
    std::weak_ptr<const Snapshot> old = site.share.lease->snapshot;
    auto client = site.connect();
    client.say("GET /x HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    BOOST_TEST(happened(gate.entered));
    site.on_loop([&] { site.share.adopt(std::make_shared<const Snapshot>()); });
    BOOST_TEST(!old.expired());
    site.on_loop([&] { gate.waiter.resume(); });
    BOOST_TEST(client.rest().ends_with("fixed"));
    site.on_loop([] {});
    BOOST_TEST(old.expired());
}

BOOST_AUTO_TEST_SUITE_END()
