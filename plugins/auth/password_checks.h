// plugins/auth/password_checks.h - PasswordChecks: so many checks of passwords at a time, and equal ones once.
#pragma once

#include "bells.h"
#include "credentials.h"

#include <tollgate/host.h>

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>

namespace tollgate::auth {

// One for all uses: a hash costs a thread some 100 ms, and who sends wrong passwords by the thousand must not have all
// threads. Whoever comes meanwhile waits, so many and so long.
class PasswordChecks {
public:
    static constexpr int most = 4;                  // checks at a time
    static constexpr std::size_t most_waiting = 100;  // for one of them to end; and as many for each that is under way

    enum class Answer : std::uint8_t { right, wrong, busy };
    // [loop] What `work` says, called on a thread that may block; or what it says for another who asks the same
    // (`name`) at the same time.
    static Task<Answer> check(std::shared_ptr<PasswordChecks> checks, Host& host, Digest name,
                              std::function<bool()> work);

private:
    enum class State : std::uint8_t { pending, right, wrong, gone };
    struct Check {
        std::atomic<State> state{State::pending};
        Bells bells{most_waiting};
    };
    class Run;

    std::shared_ptr<Check> join(const Digest& name, bool& mine);
    Task<bool> place_for(std::shared_ptr<Run> run, Host& host, std::chrono::steady_clock::time_point end);
    bool take_place();
    void leave_place();
    void end(const Digest& name);

    std::mutex mutex_;  // of the next two
    int running_ = 0;
    std::map<Digest, std::shared_ptr<Check>> under_way_;
    Bells freed_{most_waiting};
};

}  // namespace tollgate::auth
