// loadtest/client.h - Client: one of a worker's clients, which has at most one request under way at any time.
#pragma once

#include "http/parser.h"
#include "http/wire.h"
#include "loadtest/plan.h"
#include "loadtest/tally.h"

#include <tollgate/task.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tollgate::loadtest {

class Worker;

// Lives and runs on its worker's loop. It has a connection to each endpoint, so that requests to several do not close
// each other's.
class Client {
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
    struct Line final : net::Stream::Owner {
        http::Wire wire{nullptr};
        std::uint64_t kept_in_turn = 0;  // of the loop, when its last request ended
        void close() noexcept;
        // The connection ended while nothing was under way, or something came that nobody asked for: the next request
        // opens another.
        void on_unawaited(bool) override { close(); }
    };

    Task<void> ask();
    Task<int> exchange(const RenderedRequest& request, Line& line);
    Task<void> connect(std::uint32_t endpoint);
    Task<std::unique_ptr<net::Stream>> open(std::uint32_t endpoint);
    Task<void> upload(net::Stream& stream, std::string_view body);
    Task<bool> read_head(http::Wire& wire, bool head_only);
    Task<void> read_body(http::Wire& wire);
    Task<net::IoResult> receive(http::Wire& wire);
    bool reusable(const http::Wire& wire) const noexcept;
    net::Duration time_left() const noexcept;

    Worker& worker_;
    const Plan& plan_;
    Tally& tally_;
    std::vector<std::unique_ptr<Line>> lines_;  // by endpoint
    std::optional<Sample> sample_;
    net::TimePoint due_{};         // when the request under way has timed out
    std::string out_;              // the request, with its id in it
    http::ParsedHead head_;
    std::optional<http::ResponseParser> parser_;
    bool connect_failed_ = false;
    bool sent_whole_ = false;      // head and body of the request
    Task<void> uploading_, running_;
};

}  // namespace tollgate::loadtest
