// plugins/auth/password_checks.cpp - waiting for a place, for an equal check, and for the answer.
#include "password_checks.h"

#include <utility>

namespace tollgate::auth {

namespace {

constexpr std::chrono::nanoseconds longest_wait = std::chrono::seconds{5};

}  // namespace

// One check, from its beginning to its answer. Where it is destroyed without one (the client left, and nobody else has
// begun to work) those who wait for it are told so, and one of them begins anew.
class PasswordChecks::Run {
public:
    Run(std::shared_ptr<PasswordChecks> checks, const Digest& name, std::shared_ptr<Check> check) noexcept
        : checks_{std::move(checks)}, name_{name}, check_{std::move(check)} {}
    ~Run() {
        if (!answered_) answer(State::gone);
        if (has_place) checks_->leave_place();
    }
    Run(const Run&) = delete;
    Run& operator=(const Run&) = delete;

    void answer(State state) {
        answered_ = true;
        checks_->end(name_);
        check_->state.store(state, std::memory_order_release);
        check_->bells.ring_all();
    }

    bool has_place = false;

private:
    const std::shared_ptr<PasswordChecks> checks_;
    const Digest name_;
    const std::shared_ptr<Check> check_;
    bool answered_ = false;
};

Task<PasswordChecks::Answer> PasswordChecks::check(std::shared_ptr<PasswordChecks> checks, Host& host, Digest name,
                                                   std::function<bool()> work) {
    const auto end = host.now() + longest_wait;
    for (;;) {
        bool mine = false;
        const auto check = checks->join(name, mine);
        if (mine) {
            auto run = std::make_shared<Run>(checks, name, check);
            if (!co_await checks->place_for(run, host, end)) co_return Answer::busy;
            // The work holds its place until it ends, also where the request that asked for it is gone.
            const bool right = co_await host.run_blocking([run = std::move(run), work = std::move(work)] {
                const bool is_right = work();
                run->answer(is_right ? State::right : State::wrong);
                return is_right;
            });
            co_return right ? Answer::right : Answer::wrong;
        }
        const auto bell = check->bells.hang();
        if (!bell) co_return Answer::busy;
        if (check->state.load(std::memory_order_acquire) == State::pending)
            co_await bell->heard(host, std::max(end - host.now(), std::chrono::steady_clock::duration::zero()));
        switch (check->state.load(std::memory_order_acquire)) {
            case State::right: co_return Answer::right;
            case State::wrong: co_return Answer::wrong;
            case State::pending: co_return Answer::busy;  // for too long
            case State::gone: break;
        }
    }
}

std::shared_ptr<PasswordChecks::Check> PasswordChecks::join(const Digest& name, bool& mine) {
    const std::lock_guard lock{mutex_};
    auto& check = under_way_[name];
    mine = check == nullptr;
    if (mine) check = std::make_shared<Check>();
    return check;
}

Task<bool> PasswordChecks::place_for(std::shared_ptr<Run> run, Host& host,
                                     std::chrono::steady_clock::time_point end) {
    for (;;) {
        if (take_place()) break;
        const auto bell = freed_.hang();
        if (!bell) co_return false;
        if (take_place()) break;  // it came free just now
        const auto left = end - host.now();
        if (left <= left.zero() || !co_await bell->heard(host, left)) co_return false;
    }
    run->has_place = true;
    co_return true;
}

bool PasswordChecks::take_place() {
    const std::lock_guard lock{mutex_};
    if (running_ == most) return false;
    ++running_;
    return true;
}

void PasswordChecks::leave_place() {
    {
        const std::lock_guard lock{mutex_};
        --running_;
    }
    freed_.ring_all();
}

void PasswordChecks::end(const Digest& name) {
    const std::lock_guard lock{mutex_};
    under_way_.erase(name);
}

}  // namespace tollgate::auth
