// tests/core/support/supervisor_test.cpp - what a supervisor hears, and that nobody waits for it.
#include "support/supervisor.h"

#include "support/log.h"
#include "support/notify_socket.h"

#include <boost/test/unit_test.hpp>

#include <cstddef>
#include <cstdlib>
#include <optional>

using namespace tollgate;
using namespace std::chrono_literals;

namespace {

// As it was afterwards, as tests that follow may start programs.
class Variable {
public:
    Variable(const char* name, const std::string& value) : name_{name} {
        if (const char* before = std::getenv(name)) before_ = before;
        ::setenv(name, value.c_str(), 1);
    }
    ~Variable() {
        if (before_) ::setenv(name_, before_->c_str(), 1);
        else ::unsetenv(name_);
    }

private:
    const char* name_;
    std::optional<std::string> before_;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(support_supervisor)

BOOST_AUTO_TEST_CASE(it_hears_each_word_as_one_datagram) {
    test::NotifySocket heard;
    const Variable where{"NOTIFY_SOCKET", heard.path()};
    Supervisor supervisor;
    BOOST_TEST(supervisor.is_there());
    supervisor.tell_ready("serving at 127.0.0.1:80\nREADY=0");
    BOOST_TEST(heard.next().text == "READY=1\nSTATUS=serving at 127.0.0.1:80");
    supervisor.tell("STOPPING=1");
    const auto word = heard.next();
    BOOST_TEST(word.text == "STOPPING=1");
    BOOST_TEST(word.from == ::getpid());
}

BOOST_AUTO_TEST_CASE(a_reload_says_when_it_began) {
    test::NotifySocket heard;
    const Variable where{"NOTIFY_SOCKET", heard.path()};
    Supervisor supervisor;
    const auto now = [] { return std::chrono::steady_clock::now().time_since_epoch() / 1us; };  // CLOCK_MONOTONIC
    const auto before = now();
    supervisor.tell_reloading();
    const auto after = now();
    const std::string text = heard.next().text;
    const std::string begin = "RELOADING=1\nMONOTONIC_USEC=";
    BOOST_REQUIRE(text.starts_with(begin));
    const auto said = std::stoll(text.substr(begin.size()));
    BOOST_TEST(said >= before);
    BOOST_TEST(said <= after);
}

BOOST_AUTO_TEST_CASE(an_abstract_socket_is_one_too) {
    const std::string name = "tollgate-test-" + std::to_string(::getpid());
    const int socket = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    name.copy(address.sun_path + 1, name.size());
    const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + name.size());
    BOOST_REQUIRE(::bind(socket, reinterpret_cast<const sockaddr*>(&address), size) == 0);
    const Variable where{"NOTIFY_SOCKET", "@" + name};
    Supervisor{}.tell("READY=1");
    char text[32];
    BOOST_TEST(::recv(socket, text, sizeof text, MSG_DONTWAIT) == 7);
    ::close(socket);
}

BOOST_AUTO_TEST_CASE(who_is_silent_says_nothing_until_it_may_speak_again) {
    test::NotifySocket heard;
    const Variable where{"NOTIFY_SOCKET", heard.path()};
    Supervisor supervisor;
    supervisor.be_silent();
    supervisor.tell("STOPPING=1");
    supervisor.speak_again();
    supervisor.tell("READY=1");
    BOOST_TEST(heard.next().text == "READY=1");
}

BOOST_AUTO_TEST_CASE(who_stops_neither_reloads_nor_becomes_ready) {
    test::NotifySocket heard;
    const Variable where{"NOTIFY_SOCKET", heard.path()};
    Supervisor supervisor;
    supervisor.tell_stopping();
    supervisor.tell_reloading();
    supervisor.tell_ready("serving");
    supervisor.tell("WATCHDOG=1");
    BOOST_TEST(heard.next().text == "STOPPING=1");
    BOOST_TEST(heard.next().text == "WATCHDOG=1");
}

BOOST_AUTO_TEST_CASE(nobody_and_nonsense_are_nobody) {
    const log::Capture capture;
    {
        const Variable where{"NOTIFY_SOCKET", ""};
        BOOST_TEST(!Supervisor{}.is_there());
        Supervisor{}.tell("READY=1");
    }
    BOOST_TEST(capture.lines().empty());
    const Variable where{"NOTIFY_SOCKET", "notify"};
    BOOST_TEST(!Supervisor{}.is_there());
    BOOST_TEST(capture.has("serve: NOTIFY_SOCKET: expected a path or @name, got \"notify\"; ignored"));
}

BOOST_AUTO_TEST_CASE(a_supervisor_that_is_gone_is_complained_of) {
    const log::Capture capture;
    const Variable where{"NOTIFY_SOCKET", "/nowhere/notify"};
    Supervisor{}.tell("READY=1");
    BOOST_TEST(capture.has("NOTIFY_SOCKET: cannot tell the supervisor: No such file or directory"));
}

BOOST_AUTO_TEST_CASE(a_watchdog_is_for_the_process_that_it_names) {
    test::NotifySocket heard;
    const Variable where{"NOTIFY_SOCKET", heard.path()}, often{"WATCHDOG_USEC", "30000000"};
    BOOST_TEST((Supervisor{}.watchdog() == 30s));
    const auto own = static_cast<long>(::getpid());
    {
        const Variable whose{"WATCHDOG_PID", std::to_string(own)};
        BOOST_TEST((Supervisor{}.watchdog() == 30s));
    }
    {
        const Variable whose{"WATCHDOG_PID", std::to_string(own + 1)};
        BOOST_TEST(!Supervisor{}.watchdog());
    }
    const Variable nonsense{"WATCHDOG_USEC", "30s"};
    BOOST_TEST(!Supervisor{}.watchdog());
}

BOOST_AUTO_TEST_SUITE_END()
