// loadtest/upstream/responder.h - Responder: answers one instance's requests on one loop, well or badly.
#pragma once

#include "http/exchange.h"
#include "loadtest/upstream/instance.h"
#include "loadtest/upstream/pauses.h"
#include "loadtest/upstream/record.h"
#include "loadtest/upstream/steering.h"

#include <map>

namespace tollgate::loadtest {

class Responder final : public http::Handler {
public:
    // All outlive it; `record` is null where nothing is recorded.
    Responder(Instance& instance, Pauses& pauses, RecordLines* record) noexcept;

    Outcomes outcomes() const;  // [loop], or after it has ended

private:
    // What was decided of one request.
    struct Plan {
        const Answer* prepared = nullptr;  // made before; else `answer`
        Answer answer;
        Fate fate;
        Nanoseconds slow{0};
        bool health = false;
        const Answer& chosen() const noexcept { return prepared ? *prepared : answer; }
    };
    class Unsettled;

    Task<void> serve(http::Exchange& exchange) override;
    Task<void> answer(http::Exchange& exchange);
    Task<void> answer_slowly(http::Exchange& exchange, const Plan& plan);
    Task<void> misbehave(http::Exchange& exchange, const Plan& plan);
    Task<void> refuse(http::Exchange& exchange, const Failure& failure);
    void begin(http::Exchange& exchange, const Answer& answer) const;

    bool echoes(std::string_view path) const noexcept;
    Plan plan(http::Exchange& exchange, const std::string& received);
    Plan plan_health();
    Plan set_health(const Request& request);
    const Answer& plain(int status);
    void note(const http::Exchange& exchange, std::string_view outcome);

    Instance& instance_;
    Pauses& pauses_;
    RecordLines* const record_;
    const bool simple_;  // nothing was told that makes one request differ from another
    std::map<int, Answer> plain_;
    Outcomes outcomes_;
    std::uint64_t served_simply_ = 0;
};

}  // namespace tollgate::loadtest
