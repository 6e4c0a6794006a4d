// tests/core/history/ring_test.cpp - records through the ring: whole, in order, bounded, across threads.
#include "history/ring.h"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <string>
#include <thread>

using namespace tollgate::history;

BOOST_AUTO_TEST_SUITE(history_ring)

BOOST_AUTO_TEST_CASE(a_record_comes_out_as_it_went_in) {
    Ring ring;
    RecordView record;
    record.sequence = 7;
    record.status = 503;
    record.bytes_sent = 12;
    record.path = "/a";
    record.trace_id = "t";
    record.request_id = "r";
    BOOST_REQUIRE(ring.push(record));
    const auto taken = ring.pop();
    BOOST_REQUIRE(taken);
    BOOST_TEST(taken->sequence == 7u);
    BOOST_TEST(taken->status == 503);
    BOOST_TEST(taken->bytes_sent == 12u);
    BOOST_TEST(taken->path == "/a");
    BOOST_TEST(taken->trace_id == "t");
    BOOST_TEST(taken->request_id == "r");
    BOOST_TEST(taken->owner == "");
    BOOST_TEST(!ring.pop());
}

BOOST_AUTO_TEST_CASE(texts_are_cut_at_their_longest) {
    Ring ring;
    const std::string text(100'000, 'x');
    RecordView record;
    for (const auto& member : text_members<std::string_view>) record.*member.text = text;
    BOOST_REQUIRE(ring.push(record));
    const auto taken = ring.pop();
    BOOST_REQUIRE(taken);
    for (std::size_t i = 0; i < text_count; ++i) {
        const auto& member = text_members<std::string>[i];
        BOOST_TEST(((*taken).*member.text == text.substr(0, member.longest)));
    }
}

BOOST_AUTO_TEST_CASE(a_full_ring_takes_nothing_and_loses_nothing) {
    Ring ring{8192};
    RecordView record;
    record.path = "/some/path";
    std::uint64_t pushed = 0;
    while (record.sequence = pushed + 1, ring.push(record)) BOOST_REQUIRE(++pushed < 1000u);
    BOOST_TEST(pushed > 10u);
    for (std::uint64_t i = 1; i <= pushed; ++i) BOOST_TEST(ring.pop()->sequence == i);
    BOOST_TEST(!ring.pop());
    BOOST_TEST(ring.push(record));
}

BOOST_AUTO_TEST_CASE(two_threads_hand_over_every_record_in_order) {
    Ring ring{8192};
    constexpr std::uint64_t count = 100'000;
    std::thread producer{[&] {
        const std::string text(300, 'p');
        for (std::uint64_t i = 1; i <= count;) {
            RecordView record;
            record.sequence = i;
            record.path = std::string_view{text}.substr(0, i % 300);
            record.owner = std::string_view{text}.substr(0, i % 7);
            if (ring.push(record)) ++i;
            else std::this_thread::yield();
        }
    }};
    std::uint64_t wrong = 0;
    for (std::uint64_t next = 1; next <= count;) {
        const auto taken = ring.pop();
        if (!taken) {
            std::this_thread::yield();
            continue;
        }
        wrong += taken->sequence != next || taken->path.size() != next % 300 || taken->owner.size() != next % 7;
        ++next;
    }
    producer.join();
    BOOST_TEST(wrong == 0u);
}

BOOST_AUTO_TEST_SUITE_END()
