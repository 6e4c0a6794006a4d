// tests/loadtest/requests_test.cpp - how requests are rendered, and that random draws keep to their weights.
#include "loadtest/requests.h"

#include <boost/test/unit_test.hpp>

#include <cmath>
#include <set>

using namespace tollgate::loadtest;

namespace {

Target target(std::string_view url, std::string method = "GET") {
    Target made;
    made.method = std::move(method);
    made.url = parse_url(url);
    return made;
}

Options options_for(std::vector<Target> targets) {
    Options options;
    options.targets = std::move(targets);
    options.request_id = "";
    options.headers = {{"User-Agent", "test"}};
    return options;
}

std::string head_of(const Options& options) { return Requests{options}.of(0, 0).head; }

std::string problem_of(const Options& options) {
    try {
        Requests requests{options};
    } catch (const UsageError& error) {
        return error.what();
    }
    return "taken";
}

}  // namespace

BOOST_AUTO_TEST_SUITE(loadtest_requests)

BOOST_AUTO_TEST_CASE(a_request_says_what_it_must) {
    Options options = options_for({target("http://127.0.0.1:8080/orders?page=2")});
    BOOST_TEST(head_of(options) == "GET /orders?page=2 HTTP/1.1\r\nHost: 127.0.0.1:8080\r\nUser-Agent: test\r\n\r\n");
    options.headers.clear();
    BOOST_TEST(head_of(options).find("\r\nUser-Agent: loadtester/") != std::string::npos);
    options.keep_alive = false;
    BOOST_TEST(head_of(options).ends_with("\r\nConnection: close\r\n\r\n"));
}

BOOST_AUTO_TEST_CASE(small_bodies_ride_with_the_head_and_large_ones_follow) {
    const Target post = target("http://x/", "POST");
    Options options = options_for({post, post, post});
    options.targets[0].body = "a=1";
    options.targets[1].body = std::string(1024, 'b');
    options.targets[2].body = std::string(1025, 'c');
    const Requests requests{options};
    BOOST_TEST(requests.of(0, 0).head.ends_with("\r\nContent-Length: 3\r\n\r\na=1"));
    BOOST_TEST(requests.of(0, 0).body.empty());
    BOOST_TEST(requests.of(1, 0).head.ends_with("\r\nContent-Length: 1024\r\n\r\n" + std::string(1024, 'b')));
    BOOST_TEST(requests.of(1, 0).body.empty());
    BOOST_TEST(requests.of(2, 0).head.ends_with("\r\nContent-Length: 1025\r\n\r\n"));
    BOOST_TEST(requests.of(2, 0).body == std::string(1025, 'c'));
}

BOOST_AUTO_TEST_CASE(bodies_stay_where_they_are_when_requests_move) {
    Options options = options_for({target("http://x/", "POST")});
    options.targets[0].body = std::string(5000, 'c');
    Requests requests{options};
    options.targets.clear();
    const Requests moved{std::move(requests)};
    BOOST_TEST(moved.of(0, 0).body == std::string(5000, 'c'));
}

BOOST_AUTO_TEST_CASE(methods_with_a_meaning_for_bodies_say_that_there_is_none) {
    for (const char* method : {"POST", "PUT", "PATCH"})
        BOOST_TEST(head_of(options_for({target("http://x/", method)})).ends_with("\r\nContent-Length: 0\r\n\r\n"));
    for (const char* method : {"GET", "DELETE", "HEAD", "OPTIONS"})
        BOOST_TEST(head_of(options_for({target("http://x/", method)})).find("Content-Length") == std::string::npos);
    BOOST_TEST(Requests{options_for({target("http://x/", "HEAD")})}.of(0, 0).head_only);
    BOOST_TEST(!Requests{options_for({target("http://x/")})}.of(0, 0).head_only);
}

BOOST_AUTO_TEST_CASE(a_targets_own_headers_replace_general_ones) {
    Options options = options_for({target("http://x/"), target("http://x/")});
    options.headers = {{"User-Agent", "test"}, {"Accept", "a"}, {"X-One", "1"}, {"X-One", "2"}};
    options.targets[0].headers = {{"accept", "b"}, {"Host", "other"}};
    const Requests requests{options};
    BOOST_TEST(requests.of(0, 0).head ==
               "GET / HTTP/1.1\r\nUser-Agent: test\r\nX-One: 1\r\nX-One: 2\r\naccept: b\r\nHost: other\r\n\r\n");
    BOOST_TEST(requests.of(1, 0).head ==
               "GET / HTTP/1.1\r\nHost: x\r\nUser-Agent: test\r\nAccept: a\r\nX-One: 1\r\nX-One: 2\r\n\r\n");
}

BOOST_AUTO_TEST_CASE(every_target_is_asked_by_every_key) {
    Options options = options_for({target("http://x/a"), target("http://x/b")});
    options.keys = {{"k1", "one", 1}, {"k2", "two", 1}};
    const Requests requests{options};
    for (std::uint32_t t = 0; t < 2; ++t)
        for (std::uint32_t k = 0; k < 2; ++k) {
            const RenderedRequest& request = requests.of(t, k);
            BOOST_TEST(request.target == t);
            BOOST_TEST(request.key == k);
            BOOST_TEST(request.head.starts_with(t == 0 ? "GET /a " : "GET /b "));
            BOOST_TEST(request.head.ends_with(k == 0 ? "\r\nX-API-Key: k1\r\n\r\n" : "\r\nX-API-Key: k2\r\n\r\n"));
        }
    options.key_header = "Authorization: Bearer";
    BOOST_TEST(head_of(options).ends_with("\r\nAuthorization: Bearer k1\r\n\r\n"));
}

BOOST_AUTO_TEST_CASE(the_id_is_where_it_is_said_to_be) {
    Options options = options_for({target("http://x/", "POST")});
    options.request_id = "X-Request-Id";
    options.targets[0].body = "0123456789012345678901234567890123456789";
    options.keys = {{"00000000000000000000000", "zeros", 1}};
    std::string head = head_of(options);
    const Requests requests{options};
    head.replace(requests.of(0, 0).id_at, request_id_size, "7f3a90c1-001-0000008812");
    BOOST_TEST(head.find("\r\nX-Request-Id: 7f3a90c1-001-0000008812\r\n") != std::string::npos);
    BOOST_TEST(head.find("\r\nX-API-Key: 00000000000000000000000\r\n") != std::string::npos);
    options.request_id = "";
    BOOST_TEST(Requests{options}.of(0, 0).id_at == 0u);
}

BOOST_AUTO_TEST_CASE(requests_to_one_place_share_its_endpoint) {
    Options options = options_for({target("http://x/a"), target("https://x/"), target("http://x:80/b"),
                                   target("http://[::1]:8443/")});
    const Requests requests{options};
    BOOST_TEST_REQUIRE(requests.endpoints().size() == 3u);
    BOOST_TEST(requests.of(0, 0).endpoint == 0u);
    BOOST_TEST(requests.of(1, 0).endpoint == 1u);
    BOOST_TEST(requests.of(2, 0).endpoint == 0u);
    BOOST_TEST(requests.endpoints()[0].shown() == "x:80");
    BOOST_TEST(requests.endpoints()[1].secure);
    BOOST_TEST(requests.endpoints()[2].shown() == "[::1]:8443");
}

BOOST_AUTO_TEST_CASE(a_unix_socket_is_one_endpoint_whatever_the_hosts) {
    Options options = options_for({target("http://x/a"), target("http://y:81/b")});
    options.unix_socket = "/run/gateway.sock";
    const Requests requests{options};
    BOOST_TEST_REQUIRE(requests.endpoints().size() == 1u);
    BOOST_TEST(requests.endpoints()[0].shown() == "unix:/run/gateway.sock");
    BOOST_TEST(requests.of(1, 0).head.find("\r\nHost: y:81\r\n") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(what_would_break_framing_is_refused_whoever_made_the_options) {
    const Options good = options_for({target("http://x/")});
    BOOST_TEST(problem_of(good) == "taken");
    Options bad = good;
    bad.headers.emplace_back("X-A", "b\r\nX-C: d");
    BOOST_TEST(problem_of(bad) == R"(expected a value without line breaks in header "X-A")");
    bad = good;
    bad.targets[0].headers.emplace_back("Content-Length", "5");
    BOOST_TEST(problem_of(bad).starts_with(R"(header "Content-Length" is not yours to say)"));
    bad = good;
    bad.targets[0].method = "GET / HTTP/1.1\r\n";
    BOOST_TEST(problem_of(bad).starts_with("expected a method such as GET, got"));
    bad = good;
    bad.targets[0].url.path = "/ HTTP/1.1\r\nX: y";
    BOOST_TEST(problem_of(bad) == "expected a path that begins with \"/\"");
    bad = good;
    bad.keys = {{"s3cret\r\nX: y", "key-1", 1}};
    BOOST_TEST(problem_of(bad) == R"(key "key-1": expected a value without line breaks)");
    bad = good;
    bad.request_id = "X: y\r\nX-Request-Id";
    BOOST_TEST(problem_of(bad).starts_with("expected a header name, got"));
}

BOOST_AUTO_TEST_CASE(what_would_be_said_twice_is_refused) {
    Options bad = options_for({target("http://x/")});
    bad.headers = {{"Host", "a"}, {"host", "b"}};
    BOOST_TEST(problem_of(bad) == R"(header "Host" is said twice)");
    bad.headers = {{"x-api-key", "mine"}};
    BOOST_TEST(problem_of(bad) == "taken");
    bad.keys = {{"k1", "one", 1}};
    BOOST_TEST(problem_of(bad) == R"(header "X-API-Key" is said, and --keys would say it too)");
    bad.headers = {{"X-Request-ID", "mine"}};
    BOOST_TEST(problem_of(bad) == "taken");
    bad.request_id = "X-Request-Id";
    BOOST_TEST(problem_of(bad).starts_with(R"(header "X-Request-Id" carries the request's id)"));
}

BOOST_AUTO_TEST_CASE(more_than_memory_should_hold_is_refused) {
    Options options = options_for({target("http://x/" + std::string(60'000, 'a'))});
    for (int i = 0; i < 5000; ++i) options.keys.push_back({"k" + std::to_string(i), std::to_string(i), 1});
    BOOST_TEST(problem_of(options).starts_with("expected at most 256 MiB of requests"));
}

BOOST_AUTO_TEST_CASE(random_numbers_are_those_of_the_published_generator) {
    // By an independent program: state of splitmix64 from the seed, then xoshiro256**.
    Random random{1, 0};
    BOOST_TEST(random.next() == 0xef75d62a19ba94edu);
    BOOST_TEST(random.next() == 0x8e9490536375f270u);
    BOOST_TEST(random.next() == 0xc05630b1c614195du);
    BOOST_TEST((Random{1, 1}.next() == 0x309714ec38d33b4cu));
    BOOST_TEST((Random{2, 0}.next() != Random{1, 0}.next()));
}

BOOST_AUTO_TEST_CASE(random_numbers_are_spread_as_they_should_be) {
    Random random{7, 3};
    double uniform = 0, exponential = 0;
    constexpr int draws = 200'000;
    for (int i = 0; i < draws; ++i) {
        const double number = random.uniform();
        BOOST_TEST_REQUIRE((number >= 0 && number < 1));
        uniform += number;
        const double wait = random.exponential();
        BOOST_TEST_REQUIRE((wait >= 0 && wait < 40));
        exponential += wait;
    }
    // Four standard errors: 0.29 / sqrt(n) and 1 / sqrt(n).
    BOOST_TEST(std::abs(uniform / draws - 0.5) < 0.0026);
    BOOST_TEST(std::abs(exponential / draws - 1) < 0.009);
}

BOOST_AUTO_TEST_CASE(draws_keep_to_the_weights) {
    const std::vector<double> weights{70, 0, 25, 5};
    const Mix mix{weights};
    Random random{11, 0};
    std::vector<double> drawn(weights.size());
    constexpr int draws = 200'000;
    for (int i = 0; i < draws; ++i) ++drawn[mix.draw(random)];
    for (std::size_t i = 0; i < weights.size(); ++i) {
        const double share = weights[i] / 100;
        BOOST_TEST(std::abs(drawn[i] / draws - share) <= 4 * std::sqrt(share * (1 - share) / draws));
    }
}

BOOST_AUTO_TEST_CASE(a_mix_of_many_reaches_them_all) {
    std::vector<double> weights(1000);
    for (std::size_t i = 0; i < weights.size(); ++i) weights[i] = 1 / static_cast<double>(i + 1);  // Zipf
    const Mix mix{weights};
    Random random{5, 0};
    std::set<std::uint32_t> seen;
    for (int i = 0; i < 200'000; ++i) {
        const std::uint32_t number = mix.draw(random);
        BOOST_TEST_REQUIRE(number < 1000);
        seen.insert(number);
    }
    // The rarest is drawn 27 times of these.
    BOOST_TEST(seen.size() == 1000u);
}

BOOST_AUTO_TEST_CASE(of_one_nothing_is_drawn) {
    const std::vector<double> weights{3};
    Random random{1, 0};
    BOOST_TEST(Mix{weights}.draw(random) == 0u);
    BOOST_TEST(random.next() == 0xef75d62a19ba94edu);
}

BOOST_AUTO_TEST_SUITE_END()
