// loadtest/client.h - Client: one of a worker's clients, which has at most one request under way at any time.
#pragma once

#include "loadtest/line.h"
#include "loadtest/plan.h"
#include "loadtest/tally.h"

#include <tollgate/task.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace tollgate::loadtest {

class Worker;

// Lives and runs on its worker's loop. It has a connection to each endpoint, so that requests to several do not close
// each other's.
class Client final : public Meter {
public:
    explicit Client(Worker& worker);

    // Request after request, as the worker assigns them, until it has no more.
    Task<void> run();
    // Connects to every endpoint, so that the first requests find connections. Says in `problem` why that failed.
    Task<void> connect_all(std::string& problem);
    // The request under way, if there is one; for whoever ends it before its time.
    const std::optional<Sample>& under_way() const noexcept { return sample_; }
    void start(Task<void> task) {
        running_ = std::move(task);
        running_.start();
    }
    void cancel() noexcept {
        running_ = {};
        sample_.reset();
    }

private:
    Task<void> ask();
    void wrote(std::size_t bytes) override;
    void received(std::size_t bytes) override;
    void connected(Nanoseconds time) override { tally_.connected(time); }

    Worker& worker_;
    const Plan& plan_;
    Tally& tally_;
    std::vector<std::unique_ptr<Line>> lines_;  // by endpoint
    std::optional<Sample> sample_;
    std::string out_;  // the request, with its id in it
    bool connect_failed_ = false;
    Task<void> running_;
};

}  // namespace tollgate::loadtest
