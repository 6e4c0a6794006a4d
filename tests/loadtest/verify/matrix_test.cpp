// tests/loadtest/verify/matrix_test.cpp - every algorithm in every store, by one gateway and by two: right ones
// conform, and those that are wrong by two in a hundred are found.
//
// Quotas go by a wall clock that is set to just before the end of a month, of the gateways, of the Redis and of the
// verifier. Quickly, as here:
//     build/dev/bin/loadtest_tests --run_test=loadtest_verify_matrix --log_level=message
// and all of it, for longer and with each error in each store, in about a quarter of an hour:
//     TOLLGATE_VERIFY=long build/release/bin/loadtest_tests --run_test=loadtest_verify_matrix --log_level=message
#include "real_run.h"
#include "support/redis.h"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <cmath>
#include <cstdlib>
#include <optional>
#include <string>
#include <vector>

using namespace tollgate;
using namespace std::chrono_literals;
using namespace std::string_literals;

namespace {

// Whichever takes longest is the first.
constexpr const char* algorithms[] = {"sliding_window", "token_bucket", "sliding_log", "fixed_window",
                                      "first_use",      "concurrency",  "quota",       "delay"};

// One algorithm in one store, and by what share the gateways hold to another count than is declared.
struct Cell {
    std::string algorithm;
    std::string store;  // "memory", "redis", "leased"
    int gateways = 1;
    double wrong = 0;
    std::string text() const {
        const std::string error = wrong == 0 ? "right" : wrong > 0 ? "2% too much" : "2% too little";
        return algorithm + ", " + store + ", " + (gateways > 1 ? "2 gateways, " : "1 gateway, ") + error;
    }
};

bool takes_long() {
    const char* const said = std::getenv("TOLLGATE_VERIFY");
    return said && said == "long"s;
}

// 50 a second, or as much in windows that are long enough for two in a hundred of them to be more than what a sliding
// window withholds, or gateways hold by leases.
int windows_of(const Cell& cell) {
    if (cell.wrong == 0 || cell.algorithm == "token_bucket") return 1;
    if (cell.store == "leased") return cell.algorithm == "sliding_window" ? 20 : 10;
    return cell.algorithm == "sliding_window" ? 5 : 1;
}

// How long a limit is saturated at first.
std::chrono::seconds shortest(const Cell& cell) {
    if (windows_of(cell) > 1) return std::chrono::seconds{windows_of(cell) * (cell.store == "leased" ? 12 : 7)};
    return takes_long() ? 30s : cell.wrong == 0 ? 3s : 8s;
}

// The routes of gateways that are wrong by `share`.
std::string routes_of(const Cell& cell, double share, const test::Redis* redis, const test::UpstreamProcess* upstream) {
    const std::string count = std::to_string(std::lround(50 * windows_of(cell) * (1 + share)));
    const std::string rate = "rate = " + count + " / (" + std::to_string(windows_of(cell)) + " * seconds)";
    std::string words = rate + ", algorithm = \"" + cell.algorithm + '"';
    if (cell.algorithm == "token_bucket") words += ", burst = 50";
    if (cell.algorithm == "first_use") words = rate + ", algorithm = \"fixed_window\", align = \"first_use\"";
    if (cell.algorithm == "quota") words = "quota = " + count + " / month";
    if (cell.algorithm == "concurrency") words = "concurrency = " + count;
    if (cell.algorithm == "delay") words = rate + ", burst = 50, mode = \"delay\", longest_delay = 100 * milliseconds";
    if (cell.wrong != 0) words += ", headers = false";  // or it would be found by what it says of itself
    if (redis) words += ", redis_timeout = 30 * seconds, store = \"" + redis->url() + '"';
    if (cell.store == "leased") words += ", lease = 4";
    const std::string from = upstream ? "upstream = upstream \"u\" { targets = { \"" + upstream->address() + "\" } }"
                                      : "answer = \"ok\\n\""s;
    return "route \"GET /\" { " + from + ", plugins = { ratelimit { by = header \"X-Tenant\", " + words + " } } }\n";
}

// All that a cell consists of, for one run of `loadtester verify`.
class Scene {
public:
    // A month ends `lead` seconds from now, where there is a quota.
    Scene(const Cell& cell, int lead) : cell_{cell} {
        constexpr std::time_t first_of_march_2027 = 1'803'859'200;
        if (cell.algorithm == "quota") environment_ = test::before(first_of_march_2027, lead);
        if (cell.store != "memory") redis_.emplace("", environment_);
        if (cell.algorithm == "concurrency") upstream_.emplace(std::vector<std::string>{"--delay", "500ms"});
        gateways_ = test::gateways_with(routes_of(cell, cell.wrong, redis(), upstream()), cell.gateways, environment_);
    }

    test::Said verify(std::chrono::seconds duration) const {
        return test::verify(routes_of(cell_, 0, redis(), upstream()), gateways_,
                            {"--identities", "1", "--longest", "5m", "--takes", "500ms", "--quotas", "-d",
                             std::to_string(duration.count()) + "s"},
                            environment_);
    }

private:
    const test::Redis* redis() const { return redis_ ? &*redis_ : nullptr; }
    const test::UpstreamProcess* upstream() const { return upstream_ ? &*upstream_ : nullptr; }

    const Cell& cell_;
    test::Environment environment_;
    std::optional<test::Redis> redis_;
    std::optional<test::UpstreamProcess> upstream_;
    test::Gateways gateways_;
};

// Runs until something is proven, each time for longer, as a busy machine hides more. "": what was found is what there
// is; else what was said.
std::string verified(const Cell& cell) {
    const double finest = cell.wrong == 0 ? 0.5 : 0.0201;
    test::Said said;
    for (const auto& [duration, lead] : {std::pair{shortest(cell), 6}, {25s, 20}, {90s, 60}, {240s, 120}}) {
        said = Scene{cell, lead}.verify(duration);
        const char* const wanted = cell.wrong == 0 ? "conforms" : cell.wrong > 0 ? "TOO MUCH" : "TOO LITTLE";
        if (cell.wrong != 0 && said.verdict == wanted) return {};
        if (said.verdict != "conforms" && said.verdict != "not verified") break;
        if (said.hidden || said.verdict == "not verified" || said.seen_from > finest) continue;
        if (cell.wrong == 0) return {};
        break;
    }
    return cell.text() + ": " + said.all;
}

void verify_all(const std::vector<Cell>& cells) {
    std::vector<double> seconds(cells.size());
    std::vector<std::function<std::string()>> jobs;
    for (std::size_t i = 0; i < cells.size(); ++i)
        jobs.push_back([&cells, &seconds, i] {
            const auto begin = std::chrono::steady_clock::now();
            const std::string problem = verified(cells[i]);
            seconds[i] = std::chrono::duration<double>{std::chrono::steady_clock::now() - begin}.count();
            return problem;
        });
    const std::vector<std::string> problems = test::in_parallel(jobs);
    for (std::size_t i = 0; i < cells.size(); ++i) {
        BOOST_TEST_MESSAGE(cells[i].text() << ": " << (problems[i].empty() ? "as it has to be" : "WRONG") << ", "
                                           << seconds[i] << " s");
        BOOST_TEST(problems[i] == "", cells[i].text() << ": " << problems[i]);
    }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(loadtest_verify_matrix)

BOOST_AUTO_TEST_CASE(every_algorithm_holds_in_every_store_at_one_gateway_and_at_two) {
    std::vector<Cell> cells;
    for (const char* algorithm : algorithms)
        for (const char* store : {"memory", "redis", "leased"})
            for (const int gateways : {1, 2}) {
                const bool one_by_one = algorithm == "concurrency"s || algorithm == "delay"s;  // there are no leases
                if (store != "leased"s || !one_by_one) cells.push_back({algorithm, store, gateways});
            }
    verify_all(cells);
}

BOOST_AUTO_TEST_CASE(every_algorithm_that_is_wrong_by_two_in_a_hundred_is_found) {
    std::vector<Cell> cells;
    for (const char* algorithm : algorithms)
        for (const double wrong : {0.02, -0.02}) {
            cells.push_back({algorithm, "memory", 1, wrong});
            if (wrong > 0 || takes_long()) cells.push_back({algorithm, "redis", 2, wrong});
            const bool one_by_one = algorithm == "concurrency"s || algorithm == "delay"s;
            if (takes_long() && !one_by_one) cells.push_back({algorithm, "leased", 2, wrong});
        }
    verify_all(cells);
}

BOOST_AUTO_TEST_SUITE_END()
