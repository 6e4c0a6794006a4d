// tests/core/plugins/exemplars_test.cpp - a request per bucket and second, and never half of one and half of another.
#include "plugins/exemplars.h"

#include <boost/test/unit_test.hpp>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

using namespace tollgate::plugins;
using namespace std::chrono_literals;

namespace {

constexpr std::chrono::system_clock::time_point noon{1'700'000'000'250ms};

std::string id(char digit) { return std::string(Exemplars::trace_id_size, digit); }

std::string id_at(const Exemplars& exemplars, std::size_t bucket) {
    const auto seen = exemplars.at(bucket);
    return seen ? std::string{seen->trace_id.begin(), seen->trace_id.end()} : "";
}

}  // namespace

BOOST_AUTO_TEST_SUITE(plugins_exemplars)

BOOST_AUTO_TEST_CASE(a_bucket_has_the_first_of_each_second) {
    Exemplars exemplars{2};
    BOOST_TEST(!exemplars.at(0));
    exemplars.offer(0, 7, {id('a'), noon});
    exemplars.offer(0, 8, {id('b'), noon + 999ms});
    const auto seen = exemplars.at(0);
    BOOST_REQUIRE(seen.has_value());
    BOOST_TEST(id_at(exemplars, 0) == id('a'));
    BOOST_TEST(seen->value == 7u);
    BOOST_TEST(seen->milliseconds == 1'700'000'000'250);
    exemplars.offer(0, 9, {id('c'), noon + 1000ms});
    BOOST_TEST(id_at(exemplars, 0) == id('c'));
    exemplars.offer(0, 9, {id('d'), noon});  // the clock was put back
    BOOST_TEST(id_at(exemplars, 0) == id('d'));
    BOOST_TEST(!exemplars.at(1));
}

BOOST_AUTO_TEST_CASE(what_is_no_trace_id_is_passed_over) {
    Exemplars exemplars{1};
    exemplars.offer(0, 1, {"", noon});
    exemplars.offer(0, 1, {"abc", noon});
    exemplars.offer(0, 1, {id('a') + "a", noon});
    BOOST_TEST(!exemplars.at(0));
}

BOOST_AUTO_TEST_CASE(who_reads_while_it_is_written_gets_one_or_the_other) {
    Exemplars exemplars{1};
    std::atomic<bool> done{false};
    std::vector<std::thread> writers;
    for (int writer = 0; writer < 2; ++writer)
        writers.emplace_back([&, writer] {
            const std::string mine = id(char('a' + writer));
            for (int second = 0; !done; ++second)
                exemplars.offer(0, std::uint64_t(writer), {mine, noon + std::chrono::seconds{second}});
        });
    int reads = 0;
    while (reads < 20'000) {
        const auto seen = exemplars.at(0);
        if (!seen) {
            std::this_thread::yield();
            continue;
        }
        ++reads;
        const std::string read{seen->trace_id.begin(), seen->trace_id.end()};
        if (read != id(char('a' + seen->value))) BOOST_ERROR(read << " of " << seen->value);
    }
    done = true;
    for (auto& writer : writers) writer.join();
    BOOST_TEST(reads == 20'000);
}

BOOST_AUTO_TEST_SUITE_END()
