// loadtest/verify/driver.cpp - the identities of a wave on one thread, from the begin until all is answered.
#include "loadtest/verify/driver.h"

#include "loadtest/verify/asker.h"

#include <sys/signalfd.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <memory>
#include <optional>
#include <system_error>

namespace tollgate::loadtest::verify {

namespace {

constexpr Nanoseconds strange_clock = std::chrono::seconds{1};  // what the wall clock of another machine may be off
constexpr auto before_begin = std::chrono::milliseconds{20};

// Ends the loop when all is asked and answered, or at a signal.
class Conductor final : private net::Watcher, private net::Timer {
public:
    Conductor(net::EventLoop& loop, std::vector<std::vector<std::unique_ptr<Asker>>>& askers)
        : loop_{loop}, askers_{askers} {
        sigset_t set;
        sigemptyset(&set);
        sigaddset(&set, SIGINT);
        sigaddset(&set, SIGTERM);
        signals_ = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
        if (signals_ < 0) throw std::system_error{errno, std::generic_category(), "signalfd"};
        loop_.add(signals_, *this);
        loop_.arm(*this, net::Duration::zero());
    }
    ~Conductor() {
        loop_.remove(signals_, *this);
        ::close(signals_);
    }
    Conductor(const Conductor&) = delete;
    Conductor& operator=(const Conductor&) = delete;
    bool interrupted() const noexcept { return interrupted_; }

private:
    void on_ready(std::uint32_t) override {
        signalfd_siginfo told;
        if (::read(signals_, &told, sizeof told) != sizeof told) return;
        interrupted_ = true;
        finish();
    }
    void on_timer() override {
        for (const auto& drive : askers_)
            for (const auto& asker : drive)
                if (!asker->over()) return loop_.arm(*this, net::Duration{std::chrono::milliseconds{20}});
        finish();
    }
    void finish() {
        for (const auto& drive : askers_)
            for (const auto& asker : drive) asker->stop();
        loop_.stop();
    }

    net::EventLoop& loop_;
    std::vector<std::vector<std::unique_ptr<Asker>>>& askers_;
    int signals_ = -1;
    bool interrupted_ = false;
};

std::optional<net::TlsClientContext> tls_for(const VerifyPlan& plan, const VerifySettings& settings) {
    std::optional<net::TlsClientContext> tls;
    for (const Url& url : plan.urls) {
        if (!url.secure || tls) continue;
        net::TlsClientContext::Options options;
        options.authorities = settings.authorities;
        options.insecure = settings.insecure;
        tls.emplace(std::move(options));
    }
    return tls;
}

}  // namespace

std::vector<Driven> drive(const VerifyPlan& plan, const std::vector<Drive>& wave, const VerifySettings& settings,
                          bool& interrupted) {
    const std::optional<net::TlsClientContext> tls = tls_for(plan, settings);
    net::EventLoop loop{0};
    std::vector<std::vector<std::unique_ptr<Asker>>> askers(wave.size());
    for (std::size_t i = 0; i < wave.size(); ++i)
        for (std::size_t number = 0; number < wave[i].identities.size(); ++number)
            askers[i].push_back(
                std::make_unique<Asker>(loop, plan, wave[i], number, settings, tls ? &*tls : nullptr));
    Conductor conductor{loop, askers};
    Clocks clocks;
    if (!plan.here) clocks.wall_off = strange_clock;
    const TimePoint begin = Clock::now() + before_begin;
    clocks.wall = std::chrono::nanoseconds{std::chrono::system_clock::now().time_since_epoch() + before_begin}.count();
    for (auto& of_drive : askers)
        for (auto& asker : of_drive) asker->begin(begin);
    loop.run();
    interrupted = conductor.interrupted();
    std::vector<Driven> driven(wave.size(), Driven{{}, clocks});
    for (std::size_t i = 0; i < wave.size(); ++i)
        for (auto& asker : askers[i]) driven[i].by_identity.push_back(asker->take());
    return driven;
}

}  // namespace tollgate::loadtest::verify
