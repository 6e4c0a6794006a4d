// loadtest/verify/asker.cpp - an open loop of one identity, with connections of its own.
#include "loadtest/verify/asker.h"

#include "net/pause.h"

#include <algorithm>

namespace tollgate::loadtest::verify {

namespace {

constexpr std::size_t least_lines = 64;  // connections of an identity to each gateway, and one for each who is inside
constexpr Nanoseconds patience = std::chrono::seconds{10};
constexpr int rounds_of_waiting = 2;
constexpr Nanoseconds late_enough = std::chrono::milliseconds{5};  // past Retry-After: the gateway's clock may lag

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

}  // namespace

Asker::Asker(net::EventLoop& loop, const VerifyPlan& plan, const Drive& drive, std::size_t number,
             const VerifySettings& settings, const net::TlsClientContext* tls)
    : loop_{loop}, requests_{options_of(plan, drive, drive.identities[number], settings)},
      addresses_{resolve(requests_)}, tls_{tls}, patience_for_limit_{settings.longest / 4},
      tells_{drive.tells}, waits_{drive.alone}, most_lines_{least_lines}, gateways_{plan.urls.size()},
      patience_{patience} {
    const Identity& identity = drive.identities[number];
    for (const Stage& stage : drive.stages)
        if (stage.takes(number)) stages_.push_back(stage);
    for (const AppliedLimit& one : drive.limits) {
        if (!one.problem.empty()) continue;
        tries_ = std::max(tries_, static_cast<int>(std::max(one.limit.burst, one.limit.count)));
        // Who waits for a token, or is under way, has a connection meanwhile.
        if (one.limit.algorithm != Algorithm::concurrency && one.limit.longest_delay == Nanoseconds::zero()) continue;
        most_lines_ = std::max(most_lines_, least_lines + static_cast<std::size_t>(one.limit.most()));
        patience_ = std::max(patience_, patience + one.limit.longest_delay);
        waits_ = false;  // one after the other they are not refused
    }
    if (!identity.address.empty()) from_.emplace(identity.address, std::uint16_t{0});
    lines_.resize(addresses_.size());
    turns_ = drive.targets.size() * gateways_;
}

void Asker::begin(TimePoint at) {
    begin_ = at;
    enter(0);
}

bool Asker::over() const noexcept {
    return stage_ == stages_.size() && !armed() && under_way_ == 0 && waiting_.done();
}

void Asker::stop() {
    disarm();
    stage_ = stages_.size();
    waiting_ = {};
    for (auto& endpoint : lines_)
        for (auto& seat : endpoint) seat->asking = {};
}

void Asker::enter(std::size_t stage) {
    stage_ = stage;
    sent_ = 0;
    if (stage_ < stages_.size()) return loop_.arm(*this, due());
    if (waits_) loop_.arm(*this, begin_ + stages_.back().to);  // the last request may have been before
}

TimePoint Asker::due() const {
    const Stage& stage = stages_[stage_];
    return begin_ + stage.from +
           Nanoseconds{static_cast<std::int64_t>(1e9 * static_cast<double>(sent_) / stage.rate)};
}

void Asker::on_timer() {
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

void Asker::send() {
    const auto number = static_cast<std::uint32_t>(turn_++ % turns_);
    const RenderedRequest& request = requests_.of(number, 0);
    Seat* const seat = free_seat(request.endpoint);
    if (!seat) return void(++answers_.held_back);
    seat->busy = true;
    ++under_way_;
    seat->asking = ask(*seat, request, number, false);
    seat->asking.start();
}

Task<void> Asker::wait_as_told() {
    for (int round = 0; round < rounds_of_waiting; ++round) {
        std::int32_t told = -1;
        const auto number = static_cast<std::uint32_t>(round) % static_cast<std::uint32_t>(turns_);
        for (int tries = 0; tries < 2 * tries_ + 10 && told < 0; ++tries) {
            co_await ask_alone(number, false);
            const Answer& answer = answers_.all.back();
            if (answer.record.outcome == Outcome::unclear) co_return;
            if (answer.status == 429 && (told = answer.told.retry_after) < 0) co_return;
        }
        const Nanoseconds time = std::chrono::seconds{told};
        if (told < 0 || time > patience_for_limit_) co_return;
        co_await net::Pause{loop_, time + late_enough};
        co_await ask_alone(number, true);
    }
}

Task<void> Asker::ask_alone(std::uint32_t number, bool waited) {
    while (under_way_ > 0) co_await net::Pause{loop_, std::chrono::milliseconds{1}};
    const RenderedRequest& request = requests_.of(number, 0);
    Seat& seat = *free_seat(request.endpoint);
    seat.busy = true;
    ++under_way_;
    co_await ask(seat, request, number, waited);
}

Asker::Seat* Asker::free_seat(std::uint32_t endpoint) {
    auto& seats = lines_[endpoint];
    for (auto& seat : seats)
        if (!seat->busy) return seat.get();
    if (seats.size() == most_lines_) return nullptr;
    const Way way{requests_.endpoints()[endpoint], addresses_[endpoint], tls_, from_};
    seats.push_back(std::make_unique<Seat>());
    seats.back()->line = std::make_unique<Line>(loop_, way, deaf_);
    return seats.back().get();
}

Task<void> Asker::ask(Seat& seat, const RenderedRequest& request, std::uint32_t number, bool waited) {
    Answer answer;
    answer.gateway = static_cast<std::uint16_t>(number % gateways_);
    answer.waited = waited;
    const TimePoint sent = Clock::now();
    bool keep = false;
    try {
        answer.status =
            static_cast<std::int16_t>(co_await seat.line->exchange(request, request.head, sent + patience_));
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

void Asker::note(std::string_view problem) {
    if (answers_.problem.empty()) answers_.problem = problem;
}

}  // namespace tollgate::loadtest::verify
