// tests/core/support/aside_test.cpp - who runs what, at which priority, and what becomes of exceptions.
#include "support/aside.h"

#include <boost/test/unit_test.hpp>

#include <sched.h>
#include <sys/resource.h>

#include <algorithm>
#include <stdexcept>
#include <thread>

using namespace tollgate;

namespace {

int niceness() { return getpriority(PRIO_PROCESS, 0); }  // of the calling thread

}  // namespace

BOOST_AUTO_TEST_SUITE(support_aside)

BOOST_AUTO_TEST_CASE(job_steps_back_and_the_caller_does_not) {
    const int before = niceness(), policy = sched_getscheduler(0);
    int inside = before, policy_inside = policy;
    std::thread::id thread;
    aside([&](Waiting&) {
        inside = niceness();
        policy_inside = sched_getscheduler(0);
        thread = std::this_thread::get_id();
    });
    BOOST_TEST((thread != std::this_thread::get_id()));
    BOOST_TEST(inside == std::min(before + 10, 19));
    BOOST_TEST(policy_inside == SCHED_BATCH);
    BOOST_TEST(niceness() == before);
    BOOST_TEST(sched_getscheduler(0) == policy);
}

BOOST_AUTO_TEST_CASE(parts_are_done_by_the_one_who_waits_and_threads_made_there_are_like_it) {
    const int before = niceness();
    int parts = 0, inherited = 99;
    aside([&](Waiting& waiting) {
        for (int i = 0; i < 3; ++i)
            waiting.do_part([&, caller = std::this_thread::get_id()] {
                parts += std::this_thread::get_id() != caller && niceness() == before;
                std::thread{[&] { inherited = niceness(); }}.join();
            });
    });
    BOOST_TEST(parts == 3);
    BOOST_TEST(inherited == before);
}

BOOST_AUTO_TEST_CASE(what_a_part_throws_is_the_jobs_to_catch) {
    bool caught = false, again = false;
    aside([&](Waiting& waiting) {
        try {
            waiting.do_part([] { throw std::runtime_error{"part"}; });
        } catch (const std::runtime_error&) {
            caught = true;
        }
        waiting.do_part([&] { again = true; });
    });
    BOOST_TEST(caught);
    BOOST_TEST(again);
}

BOOST_AUTO_TEST_CASE(what_the_job_throws_is_the_callers_to_catch) {
    BOOST_CHECK_THROW(aside([](Waiting&) { throw std::runtime_error{"job"}; }), std::runtime_error);
    BOOST_CHECK_THROW(aside([](Waiting& waiting) { waiting.do_part([] { throw std::logic_error{"part"}; }); }), std::logic_error);
}

BOOST_AUTO_TEST_SUITE_END()
