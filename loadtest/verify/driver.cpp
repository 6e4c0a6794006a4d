// loadtest/verify/driver.cpp - open loops of many identities on one thread, each with connections of its own.
#include "loadtest/verify/driver.h"

#include "loadtest/line.h"
#include "loadtest/run.h"
#include "net/event_loop.h"
#include "net/pause.h"

#include <sys/signalfd.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <memory>
#include <optional>
#include <system_error>

namespace tollgate::loadtest::verify {

namespace {

constexpr std::size_t most_lines = 64;  // connections of an identity
constexpr Nanoseconds patience = std::chrono::seconds{10};
constexpr int rounds_of_waiting = 2;
constexpr Nanoseconds late_enough = std::chrono::milliseconds{5};  // past Retry-After: the gateway's clock may lag
constexpr auto before_begin = std::chrono::milliseconds{20};

struct Deaf final : Meter {
    void wrote(std::size_t) override {}
    void received(std::size_t) override {}
    void connected(Nanoseconds) override {}
};

// All requests of one drive's identity: by target and gateway.
Options options_of(const VerifyPlan& plan, const Drive& drive, const Identity& identity,
                   const VerifySettings& settings) {
    Options options;
    options.headers = settings.headers;
    options.request_id.clear();
    for (const Target& target : drive.targets)
        for (const Url& url : plan.urls) {
            Target one = target;
            one.url = url;
            one.url.path = target.url.path;
            one.headers.insert(one.headers.end(), identity.headers.begin(), identity.headers.end());
            options.targets.push_back(std::move(one));
        }
    return options;
}

// Asks for one identity, as its stages say.
class Asker final : private net::Timer {
public:
    Asker(net::EventLoop& loop, const VerifyPlan& plan, const Drive& drive, std::size_t number,
          const VerifySettings& settings, const net::TlsClientContext* tls)
        : loop_{loop}, requests_{options_of(plan, drive, drive.identities[number], settings)},
          addresses_{resolve(requests_)}, tls_{tls}, patience_for_limit_{settings.longest / 4}, waits_{drive.alone},
          tells_{drive.tells} {
        const Identity& identity = drive.identities[number];
        for (const Stage& stage : drive.stages)
            if (stage.takes(number)) stages_.push_back(stage);
        for (const AppliedLimit& one : drive.limits)
            if (one.problem.empty())
                tries_ = std::max(tries_, static_cast<int>(std::max(one.limit.burst, one.limit.count)));
        if (!identity.address.empty()) from_.emplace(identity.address, std::uint16_t{0});
        lines_.resize(addresses_.size());
        turns_ = drive.targets.size() * plan.urls.size();
    }

    void begin(TimePoint at) {
        begin_ = at;
        enter(0);
    }
    bool over() const noexcept {
        return stage_ == stages_.size() && !armed() && under_way_ == 0 && waiting_.done();
    }
    void stop() {
        disarm();
        stage_ = stages_.size();
        waiting_ = {};
        for (auto& endpoint : lines_)
            for (auto& seat : endpoint) seat->asking = {};
    }
    Answers take() { return std::move(answers_); }

private:
    struct Seat {
        std::unique_ptr<Line> line;
        Task<void> asking;
        bool busy = false;
    };

    void enter(std::size_t stage) {
        stage_ = stage;
        sent_ = 0;
        if (stage_ < stages_.size()) return loop_.arm(*this, due());
        if (waits_) loop_.arm(*this, begin_ + stages_.back().to);  // the last request may have been before
    }
    TimePoint due() const {
        const Stage& stage = stages_[stage_];
        return begin_ + stage.from +
               Nanoseconds{static_cast<std::int64_t>(1e9 * static_cast<double>(sent_) / stage.rate)};
    }
    void on_timer() override {
        if (stage_ == stages_.size()) {
            waiting_ = wait_as_told();
            return waiting_.start();
        }
        while (stage_ < stages_.size()) {
            if (due() >= begin_ + stages_[stage_].to) {
                enter(stage_ + 1);
                continue;
            }
            if (due() > Clock::now()) return loop_.arm(*this, due());
            ++sent_;
            send();
        }
    }

    void send() {
        const auto number = static_cast<std::uint32_t>(turn_++ % turns_);
        const RenderedRequest& request = requests_.of(number, 0);
        Seat* const seat = free_seat(request.endpoint);
        if (!seat) return void(++answers_.held_back);
        seat->busy = true;
        ++under_way_;
        seat->asking = ask(*seat, request, false);
        seat->asking.start();
    }

    // Until refused; then after the time that the refusal told. Alone: nothing else is under way.
    Task<void> wait_as_told() {
        for (int round = 0; round < rounds_of_waiting; ++round) {
            std::int32_t told = -1;
            for (int tries = 0; tries < 2 * tries_ + 10 && told < 0; ++tries) {
                co_await ask_alone(false);
                const Answer& answer = answers_.all.back();
                if (answer.record.outcome == Outcome::unclear) co_return;
                if (answer.status == 429 && (told = answer.told.retry_after) < 0) co_return;
            }
            const Nanoseconds time = std::chrono::seconds{told};
            if (told < 0 || time > patience_for_limit_) co_return;
            co_await net::Pause{loop_, time + late_enough};
            co_await ask_alone(true);
        }
    }
    Task<void> ask_alone(bool waited) {
        while (under_way_ > 0) co_await net::Pause{loop_, std::chrono::milliseconds{1}};
        const RenderedRequest& request = requests_.of(static_cast<std::uint32_t>(turn_++ % turns_), 0);
        Seat& seat = *free_seat(request.endpoint);
        seat.busy = true;
        ++under_way_;
        co_await ask(seat, request, waited);
    }

    Seat* free_seat(std::uint32_t endpoint) {
        auto& seats = lines_[endpoint];
        for (auto& seat : seats)
            if (!seat->busy) return seat.get();
        if (seats.size() == most_lines) return nullptr;
        const Way way{requests_.endpoints()[endpoint], addresses_[endpoint], tls_, from_};
        seats.push_back(std::make_unique<Seat>());
        seats.back()->line = std::make_unique<Line>(loop_, way, deaf_);
        return seats.back().get();
    }

    Task<void> ask(Seat& seat, const RenderedRequest& request, bool waited) {
        Answer answer;
        answer.waited = waited;
        const TimePoint sent = Clock::now();
        bool keep = false;
        try {
            answer.status =
                static_cast<std::int16_t>(co_await seat.line->exchange(request, request.head, sent + patience));
            answer.told = read_told(seat.line->answer_headers());
            answer.record.outcome = outcome_of(answer.status, answer.told, tells_);
            keep = seat.line->reusable();
        } catch (const Lost& failure) {
            note(failure.problem);
        } catch (const http::Malformed& malformed) {
            note("malformed answer: " + malformed.message);
        } catch (const std::exception& failure) {  // no memory, no descriptor
            note(failure.what());
        }
        answer.record.sent = (sent - begin_).count();
        answer.record.done = (Clock::now() - begin_).count();
        answers_.all.push_back(answer);
        keep ? seat.line->keep() : seat.line->close();
        seat.busy = false;
        --under_way_;
    }

    void note(std::string_view problem) {
        if (answers_.problem.empty()) answers_.problem = problem;
    }

    net::EventLoop& loop_;
    std::vector<Stage> stages_;
    const Requests requests_;
    const Addresses addresses_;
    const net::TlsClientContext* const tls_;
    const Nanoseconds patience_for_limit_;
    const bool waits_, tells_;
    int tries_ = 0;
    std::optional<Poco::Net::SocketAddress> from_;
    Deaf deaf_;
    std::vector<std::vector<std::unique_ptr<Seat>>> lines_;  // by endpoint
    Answers answers_;
    TimePoint begin_{};
    std::size_t stage_ = 0, sent_ = 0, turn_ = 0, turns_ = 1, under_way_ = 0;
    Task<void> waiting_;
};

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
    const TimePoint begin = Clock::now() + before_begin;
    for (auto& of_drive : askers)
        for (auto& asker : of_drive) asker->begin(begin);
    loop.run();
    interrupted = conductor.interrupted();
    std::vector<Driven> driven(wave.size());
    for (std::size_t i = 0; i < wave.size(); ++i)
        for (auto& asker : askers[i]) driven[i].by_identity.push_back(asker->take());
    return driven;
}

}  // namespace tollgate::loadtest::verify
