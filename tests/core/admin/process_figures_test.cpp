// tests/core/admin/process_figures_test.cpp - when this process began, held against what else knows it.
#include "admin/process_figures.h"

#include <boost/test/unit_test.hpp>

#include <unistd.h>

#include <cmath>
#include <ctime>
#include <fstream>
#include <sstream>
#include <string>

using namespace tollgate;

namespace {

double figure(const std::string& name) {
    plugins::Metrics metrics{1};
    const auto watched = admin::watch_process(metrics);
    std::istringstream page{metrics.prometheus()};
    for (std::string line; std::getline(page, line);)
        if (line.starts_with(name + ' ')) return std::stod(line.substr(name.size()));
    BOOST_FAIL(name + " is not among the figures");
    return 0;
}

// When the machine was started, as it tells those who see more of /proc than processes.
double boot() {
    std::ifstream stream{"/proc/stat"};
    for (std::string word; stream >> word;)
        if (double seconds = 0; word == "btime" && stream >> seconds) return seconds;
    return 0;
}

// When this process began, after that.
double began_after_boot() {
    std::ifstream stream{"/proc/self/stat"};
    std::string all, word;
    std::getline(stream, all);
    std::istringstream fields{all.substr(all.rfind(')') + 1)};
    for (int i = 3; i <= 22; ++i) fields >> word;
    return std::stod(word) / double(::sysconf(_SC_CLK_TCK));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(admin_process_figures)

BOOST_AUTO_TEST_CASE(a_process_began_before_now_and_after_the_machine_did) {
    const double began = figure("process_start_time_seconds"), since_boot = boot() + began_after_boot();
    BOOST_TEST(began <= double(std::time(nullptr)) + 1);
    // The time of boot is told in whole seconds.
    BOOST_TEST_CONTEXT("began " << std::fixed << began << ", by the time of boot " << since_boot)
        BOOST_TEST(std::abs(began - since_boot) < 3);
}

BOOST_AUTO_TEST_SUITE_END()
