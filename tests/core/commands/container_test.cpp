// tests/core/commands/container_test.cpp - whose end is a container's.
#include "commands/container.h"

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <fstream>
#include <string>

#include <unistd.h>

using namespace tollgate::commands;
namespace data = boost::unit_test::data;

BOOST_AUTO_TEST_SUITE(commands_container)

BOOST_AUTO_TEST_CASE(process_1_is_its_container) {
    BOOST_TEST(tie_to_container(1, 0, "tollgate") == "this is process 1, whose end is its container's");
}

BOOST_DATA_TEST_CASE(a_container_ends_with_the_program_that_its_init_has_started,
                     data::make({"docker-init", "podman-init", "catatonit", "tini", "tini-static", "dumb-init"}), init) {
    BOOST_TEST(tie_to_container(7, 1, init) ==
               "process 1 is " + std::string{init} + ", which ends the container when this process ends");
}

BOOST_AUTO_TEST_CASE(who_was_started_from_outside_is_waited_for_there) {
    BOOST_TEST(tie_to_container(7, 0, "pause") ==
               "it was started from outside its process namespace, by who ends the container with it");
}

BOOST_AUTO_TEST_CASE(whom_another_one_has_started_may_be_replaced) { BOOST_TEST(tie_to_container(7, 6, "tini") == ""); }

BOOST_DATA_TEST_CASE(whoever_watches_over_services_outlives_them, data::make({"systemd", "init", "runit", "bash", ""}), first) {
    BOOST_TEST(tie_to_container(7, 1, first) == "");
}

BOOST_AUTO_TEST_CASE(a_process_is_called_what_the_kernel_calls_it) {
    std::string name;
    std::getline(std::ifstream{"/proc/self/comm"} >> std::ws, name);
    BOOST_TEST(name_of(::getpid()) == name);
    BOOST_TEST(name_of(-1) == "");
}

BOOST_AUTO_TEST_SUITE_END()
