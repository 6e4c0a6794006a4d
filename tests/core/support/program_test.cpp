// tests/core/support/program_test.cpp - programs that are run: nothing of this process goes with them, and they end.
#include "support/program.h"

#include "support/deadline.h"

#include <boost/test/unit_test.hpp>

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>
#include <thread>

using namespace tollgate;
using How = ProgramEnd::How;
using namespace std::chrono_literals;

namespace {

ProgramEnd shell(const std::string& script, std::chrono::nanoseconds timeout = 60s, std::size_t most_output = 64 << 10) {
    return run_program({{"sh", "-c", script}, timeout, most_output});
}

// No process, or a zombie that init has not seen yet.
bool is_over(pid_t process) {
    std::ifstream stream{"/proc/" + std::to_string(process) + "/stat"};
    std::string stat;
    return !std::getline(stream, stat) || stat.find(") Z ") != stat.npos;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(support_program)

BOOST_AUTO_TEST_CASE(what_it_says_and_how_it_ends_is_told) {
    const auto end = shell("echo out; echo err >&2; exit 3");
    BOOST_TEST((end.how == How::exited));
    BOOST_TEST(end.code == 3);
    BOOST_TEST(end.output == "out\nerr\n");
    BOOST_TEST(!end.cut);
    BOOST_TEST(end.took.count() > 0);
    BOOST_TEST(describe(end, {}) == "exit code 3");
    const auto killed = shell("kill -9 $$");
    BOOST_TEST((killed.how == How::killed));
    BOOST_TEST(killed.code == 9);
    BOOST_TEST(describe(killed, {}) == "killed by signal 9");
}

BOOST_AUTO_TEST_CASE(arguments_are_no_shells_business) {
    const auto end = run_program({{"printf", "%s|", "a b", "$HOME", "; exit 1", "*", ""}});
    BOOST_TEST(end.output == "a b|$HOME|; exit 1|*||");
}

BOOST_AUTO_TEST_CASE(what_is_not_there_is_not_started) {
    for (const char* program : {"no-such-program-here", "/no/such/program", "/etc/passwd", "/etc"}) {
        const auto end = run_program({{program}});
        BOOST_TEST((end.how == How::not_started), program);
        BOOST_TEST((end.code == ENOENT || end.code == EACCES), program << ": " << end.code);
    }
    BOOST_TEST(describe(run_program({{"no-such-program-here"}}), {}) == "it cannot be started: No such file or directory");
}

BOOST_AUTO_TEST_CASE(nothing_of_this_process_goes_with_it) {
    BOOST_TEST_REQUIRE(::setenv("TOLLGATE_TEST_SECRET", "1", 1) == 0);
    const int file = ::open("/dev/null", O_RDONLY);  // without O_CLOEXEC
    BOOST_TEST_REQUIRE(file >= 3);
    const auto end = shell("env | sort; pwd; ls /proc/self/fd | wc -l; cat; readlink /proc/self/fd/0");
    ::close(file);
    ::unsetenv("TOLLGATE_TEST_SECRET");
    // Of descriptors: three, and that of the folder that `ls` reads. PWD is the shell's own.
    BOOST_TEST(end.output == "HOME=/\nLANG=C.UTF-8\nPATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin\n"
                             "PWD=/\n/\n4\n/dev/null\n");
}

BOOST_AUTO_TEST_CASE(no_signal_is_blocked_or_ignored_in_it) {
    struct Blocked {
        sigset_t before;
        struct sigaction pipe_before;
        Blocked() {
            sigset_t all;
            ::sigfillset(&all);
            ::pthread_sigmask(SIG_SETMASK, &all, &before);
            struct sigaction ignore {};
            ignore.sa_handler = SIG_IGN;
            ::sigaction(SIGPIPE, &ignore, &pipe_before);
        }
        ~Blocked() {
            ::sigaction(SIGPIPE, &pipe_before, nullptr);
            ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
        }
    } blocked;
    std::istringstream said{run_program({{"grep", "-E", "^Sig(Blk|Ign)", "/proc/self/status"}}).output};
    for (const std::string wanted : {"SigBlk:", "SigIgn:"}) {
        std::string name, bits;
        said >> name >> bits;
        BOOST_TEST(name == wanted);
        // Signals 32 and 33 are the C library's own, which has programs that are spawned ignore them.
        BOOST_TEST((std::stoull(bits, nullptr, 16) & 0x7fff'ffff) == 0u, name << ' ' << bits);
    }
}

BOOST_AUTO_TEST_CASE(where_its_time_is_over_it_ends_with_all_that_it_has_started) {
    const auto end = shell("sleep 600 & echo $!; wait", 1s);
    BOOST_TEST((end.how == How::timed_out));
    BOOST_TEST_REQUIRE(!end.output.empty());
    const pid_t started = pid_t(std::stol(end.output));
    test::wait_until("what it has started is over", [&] { return is_over(started); });
    Program asked{{"sleep", "600"}, 1s};
    BOOST_TEST(describe(end, asked) == "not done within 1 s, and ended");
}

BOOST_AUTO_TEST_CASE(who_does_not_listen_is_made_to_end) {
    const auto end = shell("trap '' TERM; echo deaf; while :; do sleep 1; done", 500ms);
    BOOST_TEST((end.how == How::timed_out));
    BOOST_TEST(end.code == SIGKILL);
    BOOST_TEST(end.output.starts_with("deaf\n"));
    BOOST_TEST((end.took >= 2s));
}

BOOST_AUTO_TEST_CASE(what_it_leaves_in_the_background_is_not_waited_for_and_goes_on) {
    const auto end = shell("sleep 600 & echo $!");
    BOOST_TEST((end.how == How::exited));
    BOOST_TEST_REQUIRE(!end.output.empty());
    const pid_t left = pid_t(std::stol(end.output));
    BOOST_TEST(::kill(left, 0) == 0);
    ::kill(left, SIGKILL);
}

BOOST_AUTO_TEST_CASE(what_it_says_is_bounded_and_does_not_hold_it_up) {
    const auto end = shell("yes | head -c 1000000; echo end >&2; exit 4", 60s, 1000);
    BOOST_TEST((end.how == How::exited));
    BOOST_TEST(end.code == 4);
    BOOST_TEST(end.output.size() == 1000u);
    BOOST_TEST(end.cut);
}

BOOST_AUTO_TEST_CASE(it_ends_before_its_time_where_it_is_told_to) {
    std::atomic<bool> stop{false};
    std::atomic<int> asked{0};
    Program program{{"sleep", "600"}, 600s};
    program.stop = [&] {
        if (++asked == 3) stop = true;
        return stop.load();
    };
    BOOST_TEST((run_program(program).how == How::stopped));
}

// As in the gateway: while other threads allocate and open descriptors.
BOOST_AUTO_TEST_CASE(threads_at_work_do_not_hurt_it) {
    std::atomic<bool> stop{false};
    std::thread at_work{[&] {
        while (!stop) {
            std::string text(4096, 'x');
            const int file = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
            if (file >= 0) ::close(file);
        }
    }};
    int well = 0;
    for (int i = 0; i < 20; ++i) well += run_program({{"echo", "hello"}}).output == "hello\n";
    stop = true;
    at_work.join();
    BOOST_TEST(well == 20);
}

BOOST_AUTO_TEST_SUITE_END()
