// loadtest/verify/asker.h - Asker: asks for one identity, as its stages say, and records each answer.
#pragma once

#include "loadtest/line.h"
#include "loadtest/run.h"
#include "loadtest/verify/driver.h"
#include "net/event_loop.h"

#include <memory>
#include <optional>

namespace tollgate::loadtest::verify {

struct Deaf final : Meter {
    void wrote(std::size_t) override {}
    void received(std::size_t) override {}
    void connected(Nanoseconds) override {}
};

// Lives and runs on one loop, in the time that it is told the drive begins at.
class Asker final : private net::Timer {
public:
    Asker(net::EventLoop& loop, const VerifyPlan& plan, const Drive& drive, std::size_t number,
          const VerifySettings& settings, const net::TlsClientContext* tls);

    void begin(TimePoint at);
    bool over() const noexcept;
    void stop();
    Answers take() { return std::move(answers_); }

private:
    struct Seat {
        std::unique_ptr<Line> line;
        Task<void> asking;
        bool busy = false;
    };

    void enter(std::size_t stage);
    TimePoint due() const;
    void on_timer() override;

    void send();
    // Until refused; then after the time that the refusal told. Alone: nothing else is under way.
    Task<void> wait_as_told();
    Task<void> ask_alone(std::uint32_t number, bool waited);
    Seat* free_seat(std::uint32_t endpoint);
    Task<void> ask(Seat& seat, const RenderedRequest& request, std::uint32_t number, bool waited);

    void note(std::string_view problem);

    net::EventLoop& loop_;
    std::vector<Stage> stages_;
    const Requests requests_;
    const Addresses addresses_;
    const net::TlsClientContext* const tls_;
    const Nanoseconds patience_for_limit_;
    const bool tells_;
    bool waits_;  // at the end, as it is told
    int tries_ = 0;
    std::size_t most_lines_, gateways_;
    Nanoseconds patience_;
    std::optional<Poco::Net::SocketAddress> from_;
    Deaf deaf_;
    std::vector<std::vector<std::unique_ptr<Seat>>> lines_;  // by endpoint
    Answers answers_;
    TimePoint begin_{};
    std::size_t stage_ = 0, sent_ = 0, turn_ = 0, turns_ = 1, under_way_ = 0;
    Task<void> waiting_;
};

}  // namespace tollgate::loadtest::verify
