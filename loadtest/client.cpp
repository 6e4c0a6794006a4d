// loadtest/client.cpp - request after request; however one ends, it is counted.
#include "loadtest/client.h"

#include "loadtest/worker.h"
#include "net/pause.h"

namespace tollgate::loadtest {

using namespace std::chrono_literals;

namespace {

constexpr net::Duration pause_after_failure = 10ms;  // in a closed loop, which would ask again at once, and for ever

}  // namespace

Client::Client(Worker& worker) : worker_{worker}, plan_{worker.plan()}, tally_{worker.tally()} {
    const auto& endpoints = plan_.requests.endpoints();
    for (std::size_t i = 0; i < plan_.addresses.size(); ++i) {
        const Way way{endpoints[i], plan_.addresses[i], plan_.tls ? &*plan_.tls : nullptr};
        lines_.push_back(std::make_unique<Line>(worker.loop(), way, *this));
    }
}

void Client::wrote(std::size_t bytes) {
    if (sample_->measured) tally_.wrote(bytes);
}

void Client::received(std::size_t bytes) {
    if (sample_->measured) tally_.received(bytes);
}

Task<void> Client::run() {
    connect_failed_ = false;
    while (const auto planned = co_await worker_.next_turn()) {
        sample_ = worker_.begin_request(*planned);
        co_await ask();
        sample_.reset();
        worker_.end_request();
        // Also in an open loop the thread must get to its other work where connecting fails at once.
        if (std::exchange(connect_failed_, false))
            co_await net::Pause{worker_.loop(), plan_.options.open_loop() ? net::Duration::zero() : pause_after_failure};
    }
    worker_.client_ended();
}

Task<void> Client::connect_all(std::string& problem) {
    for (std::uint32_t endpoint = 0; endpoint < lines_.size(); ++endpoint) {
        try {
            co_await lines_[endpoint]->connect(worker_.loop().now() + plan_.options.timeout);
        } catch (const Lost& failure) {
            problem = plan_.requests.endpoints()[endpoint].shown() + ": " + failure.problem;
        } catch (const std::exception& failure) {
            problem = failure.what();
        }
    }
    worker_.client_connected(problem);
}

Task<void> Client::ask() {
    Sample& sample = *sample_;
    const RenderedRequest& request = plan_.requests.of(sample.target, sample.key);
    Line& line = *lines_[request.endpoint];
    out_.assign(request.head);
    if (request.id_at > 0) write_request_id(out_.data() + request.id_at, plan_.run_id, worker_.number(), sample.number);
    tally_.send(sample);
    bool keep = false;
    try {
        const int status = co_await line.exchange(request, out_, sample.sent + plan_.options.timeout);
        tally_.answer(sample, status, Clock::now());
        keep = plan_.options.keep_alive && line.reusable();
    } catch (const Lost& failure) {
        tally_.fail(sample, failure.ending, failure.problem, Clock::now());
    } catch (const http::Malformed& malformed) {
        tally_.fail(sample, Tally::Ending::connection_error, "malformed answer: " + malformed.message, Clock::now());
    } catch (const std::exception& failure) {  // no memory, no descriptor
        tally_.fail(sample, Tally::Ending::connection_error, failure.what(), Clock::now());
    }
    connect_failed_ = line.connect_failed();
    keep ? line.keep() : line.close();
}

}  // namespace tollgate::loadtest
