// tests/core/gateway/rehearsal_test.cpp - requests without sockets: a clock that stands, plugins that wait, no
// upstream.
#include "gateway/rehearsal.h"
#include "plugins/catalogue.h"
#include "support/log.h"

#include <boost/test/unit_test.hpp>

#include <stdlib.h>

#include <fstream>
#include <string>
#include <vector>

using namespace tollgate;
using namespace std::chrono_literals;

namespace {

// What the plugin `probe` does; one test at a time.
struct Doing {
    std::function<Verdict(RequestContext&, Host&)> request;
    int logged = 0;
};
Doing doing;

struct Probe final : Plugin {
    Probe(const Settings&, Host& host) : host{host} {}
    Verdict on_request(RequestContext& ctx) const override {
        return doing.request ? doing.request(ctx, host) : Verdict{};
    }
    void on_log(const LogContext&) const override { ++doing.logged; }
    Host& host;
};
const Descriptor descriptor{.name = "probe", .summary = "does what the test says", .create = make<Probe>};

// A configuration, and what becomes of a request in it.
struct Site {
    Site() {
        doing = {};
        catalogue.add(descriptor);
        std::string pattern = (std::filesystem::temp_directory_path() / "tollgate-rehearsal-XXXXXX").string();
        BOOST_REQUIRE(::mkdtemp(pattern.data()));
        folder = pattern;
    }
    ~Site() {
        std::error_code ignored;  // of a temporary folder
        std::filesystem::remove_all(folder, ignored);
    }
    using Traces = std::vector<std::shared_ptr<const Trace>>;
    Traces ask(const std::string& routes, const std::string& bytes, std::size_t times = 1,
               std::chrono::nanoseconds every = 0ns) {
        std::ofstream{folder / "routes.lua"} << "listen \"127.0.0.1:0\"\n" << routes;
        rehearsal.emplace(catalogue);
        const auto problems = rehearsal->load(folder / "routes.lua");
        for (const auto& problem : problems) BOOST_ERROR(problem.text());
        Traces traces;
        rehearsal->walk({bytes, http::Client{"192.0.2.7", net::Ip::parse("192.0.2.7")}, times, every},
                        [&](std::size_t number, std::chrono::nanoseconds at, std::shared_ptr<const Trace> trace) {
                            BOOST_TEST(number == traces.size() + 1);
                            times_.push_back(at);
                            traces.push_back(std::move(trace));
                        });
        return traces;
    }
    plugins::Catalogue catalogue;
    std::filesystem::path folder;
    std::optional<Rehearsal> rehearsal;
    std::vector<std::chrono::nanoseconds> times_;
    log::Capture log;
};

const std::string get = "GET /x HTTP/1.1\r\nHost: a.example\r\n\r\n";
const std::string with_probe = "route \"* /x\" { answer = \"ok\\n\", plugins = { probe {} } }";

}  // namespace

BOOST_AUTO_TEST_SUITE(gateway_rehearsal)

BOOST_AUTO_TEST_CASE(no_upstream_is_asked_and_nothing_is_logged) {
    Site site;
    // Nobody listens there: a call would fail.
    const auto traces = site.ask(
        "upstream \"u\" { targets = { \"127.0.0.1:1\" }, preserve_host = false }\n"
        "route \"GET /x\" { upstream = \"u\", plugins = { probe {} } }",
        get);
    BOOST_REQUIRE(traces.size() == 1u);
    const auto& result = traces[0]->result;
    BOOST_TEST(result.answer.first == "200");
    BOOST_TEST(result.client_ip == "192.0.2.7");
    BOOST_TEST(result.upstream == "u");
    BOOST_TEST(result.target == "127.0.0.1:1");
    BOOST_REQUIRE(result.sent);
    BOOST_TEST(Trace::find(result.sent->lines, "host")->value == "127.0.0.1:1");
    BOOST_TEST(Trace::find(result.sent->lines, "X-Forwarded-For")->value == "192.0.2.7");
    BOOST_TEST(doing.logged == 0);
    BOOST_TEST(site.log.lines().empty());
}

BOOST_AUTO_TEST_CASE(an_errand_is_said_and_walked_but_nobody_is_asked) {
    Site site;
    static const Descriptor after{.name = "after", .summary = "comes after", .create = [](const Settings&, Host&) {
        struct After final : Plugin {
            Verdict on_request(RequestContext& ctx) const override {
                ctx.conceal("knows-a-secret");
                ctx.trace("after is asked, and knows-a-secret");
                return {};
            }
        };
        return std::unique_ptr<Plugin>{std::make_unique<After>()};
    }};
    site.catalogue.add(after);
    doing.request = [](RequestContext& ctx, Host&) -> Verdict {
        return [](std::unique_ptr<Errand> errand) -> Task<Verdict> {
            Response answer = co_await errand->run();
            answer.set_status(203);
            co_return answer;
        }(ctx.errand());
    };
    const auto traces = site.ask(
        "upstream \"u\" { targets = { \"127.0.0.1:1\" } }\n"
        "route \"GET /x\" { upstream = \"u\", plugins = { probe {}, after {} } }",
        get);
    BOOST_REQUIRE(traces.size() == 1u);
    BOOST_TEST(traces[0]->result.answer.first == "203");
    BOOST_TEST(traces[0]->result.upstream == "u");
    BOOST_TEST(traces[0]->result.target == "127.0.0.1:1");
    std::string told;
    for (const auto& step : traces[0]->steps()) {
        if (step.silent()) continue;
        told += step.who + ": ";
        for (const auto& saying : step.said) told += saying.text + ". ";
        told += step.outcome + "\n";
    }
    BOOST_TEST(told.find("probe: asks for it by an errand, apart from this client. \nafter: after is asked, and "
                         "knows-a-secret. \n") != told.npos, told);
    BOOST_TEST(told.find("127.0.0.1:1 is not asked now: an empty 200 stands for its answer. \nprobe: answers 203\n") !=
                   told.npos, told);
    BOOST_TEST(traces[0]->shown("knows-a-secret") == "(hidden)");
}

BOOST_AUTO_TEST_CASE(time_stands_still_but_for_what_is_between_requests) {
    Site site;
    std::vector<std::chrono::steady_clock::time_point> loop;
    std::vector<std::chrono::system_clock::time_point> wall;
    doing.request = [&](RequestContext& ctx, Host& host) -> Verdict {
        BOOST_TEST((ctx.now() == host.now()));
        loop.push_back(ctx.now());
        wall.push_back(host.wall_clock());
        return {};
    };
    BOOST_TEST(site.ask(with_probe, get, 3, 90s).size() == 3u);
    BOOST_REQUIRE(loop.size() == 3u);
    BOOST_TEST((loop[1] - loop[0] == 90s && loop[2] - loop[1] == 90s));
    BOOST_TEST((wall[1] - wall[0] == 90s && wall[2] - wall[1] == 90s));
    BOOST_TEST((site.times_ == std::vector<std::chrono::nanoseconds>{0s, 90s, 180s}));
}

BOOST_AUTO_TEST_CASE(who_sleeps_is_woken_at_once_and_later) {
    Site site;
    std::chrono::nanoseconds slept{0};
    doing.request = [&](RequestContext& ctx, Host& host) -> Verdict {
        return [](const RequestContext* context, Host* lent, std::chrono::nanoseconds* time) -> Task<Verdict> {
            const auto before = context->now();
            co_await lent->sleep(600s);
            *time = context->now() - before;
            co_return Verdict{};
        }(&ctx, &host, &slept);
    };
    const auto began = std::chrono::steady_clock::now();
    BOOST_TEST(site.ask(with_probe, get)[0]->result.answer.first == "200");
    BOOST_TEST((slept >= 600s && slept < 601s));
    BOOST_TEST((std::chrono::steady_clock::now() - began < 300s));
}

BOOST_AUTO_TEST_CASE(work_that_blocks_is_done_and_takes_no_time) {
    Site site;
    std::chrono::nanoseconds took{-1};
    doing.request = [&](RequestContext& ctx, Host& host) -> Verdict {
        return [](const RequestContext* context, Host* lent, std::chrono::nanoseconds* time) -> Task<Verdict> {
            const auto before = context->now();
            const int result = co_await lent->run_blocking([] { return 42; });
            *time = context->now() - before;
            co_return Response{result == 42 ? 203 : 500};
        }(&ctx, &host, &took);
    };
    BOOST_TEST(site.ask(with_probe, get)[0]->result.answer.first == "203");
    BOOST_TEST((took == 0ns));
}

BOOST_AUTO_TEST_CASE(a_plugin_cannot_ask_anybody) {
    Site site;
    doing.request = [&](RequestContext&, Host& host) -> Verdict {
        return [](Host* lent) -> Task<Verdict> {
            (void)co_await lent->fetch("http://127.0.0.1:1/", Request{});
            co_return Verdict{};
        }(&host);
    };
    const auto trace = site.ask(with_probe, get)[0];
    BOOST_TEST(trace->result.answer.first == "500");
    BOOST_TEST(trace->result.reason == "plugin_failed");
    BOOST_TEST(trace->steps().size() >= 3u);
    BOOST_TEST(
        explanation::page({"/x", 0s}, *trace).find("a rehearsal talks to nobody, also not to http://127.0.0.1:1/") !=
        std::string::npos);
}

BOOST_AUTO_TEST_CASE(what_waits_for_nothing_is_told_instead_of_waited_for) {
    struct Never {
        bool await_ready() const noexcept { return false; }
        void await_suspend(std::coroutine_handle<>) const noexcept {}
        void await_resume() const noexcept {}
    };
    Site site;
    doing.request = [](RequestContext&, Host&) -> Verdict {
        return []() -> Task<Verdict> {
            co_await Never{};
            co_return Verdict{};
        }();
    };
    BOOST_CHECK_THROW(site.ask(with_probe, get), std::runtime_error);
}

BOOST_AUTO_TEST_CASE(tasks_of_a_plugins_own_do_not_keep_a_rehearsal) {
    Site site;
    int rounds = 0;
    doing.request = [&](RequestContext&, Host& host) -> Verdict {
        host.spawn([](Host* lent, int* count) -> Task<void> {
            for (;;) {
                co_await lent->sleep(1s);
                ++*count;
            }
        }(&host, &rounds));
        return {};
    };
    BOOST_TEST(site.ask(with_probe, get)[0]->result.answer.first == "200");
    BOOST_TEST(rounds == 0);
}

BOOST_AUTO_TEST_CASE(what_the_parser_refuses_is_explained_too) {
    Site site;
    const auto trace = site.ask(with_probe, "GET /x HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n")[0];
    BOOST_TEST(trace->result.answer.first == "400");
    BOOST_TEST(trace->result.reason == "malformed_request");
    BOOST_TEST(explanation::page({"/x", 0s}, *trace).find("expected one Host line, got 2") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(bodies_are_there_to_be_read) {
    Site site;
    std::string seen;
    doing.request = [&](RequestContext& ctx, Host&) -> Verdict {
        return [](RequestContext* context, std::string* into) -> Task<Verdict> {
            const auto body = co_await context->whole_request_body(100);
            *into = body.value_or("too long");
            co_return Verdict{};
        }(&ctx, &seen);
    };
    const std::string post = "POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello";
    BOOST_TEST(site.ask(with_probe, post, 2).size() == 2u);
    BOOST_TEST(seen == "hello");
}

BOOST_AUTO_TEST_SUITE_END()
