// loadtest/upstream/upstream.cpp - the life of loops, listeners and instances.
#include "loadtest/upstream/upstream.h"

#include "http/server.h"
#include "loadtest/upstream/responder.h"
#include "support/log.h"

#include <Poco/Exception.h>

#include <pthread.h>

#include <algorithm>
#include <condition_variable>
#include <filesystem>
#include <functional>
#include <latch>
#include <limits>
#include <mutex>
#include <stdexcept>
#include <thread>

namespace tollgate::loadtest {

namespace {

constexpr std::chrono::seconds drain_time{5};

// An upstream is not the one that loses patience: a load tester or a gateway may open connections long before it uses
// them, and keep them as long as it likes.
http::Limits patient() {
    constexpr std::chrono::hours long_time{24};
    http::Limits limits;
    limits.body = std::numeric_limits<std::uint64_t>::max();
    limits.header_time = limits.body_time = limits.send_time = limits.idle = long_time;
    return limits;
}

std::string id_of(const Upstream::Place& place, const http::Listener& listener) {
    if (!place.id.empty()) return place.id;
    if (place.address.is_unix()) return std::filesystem::path{place.address.path()}.filename().string();
    return std::to_string(listener.socket->address().port());
}

// One loop and what requests on it share.
struct Loop {
    Loop(std::size_t number, Record* record) : loop{number}, pauses{loop} {
        if (record) lines.emplace(loop, *record);
    }
    net::EventLoop loop;
    Pauses pauses;
    std::optional<RecordLines> lines;
    std::thread thread;
};

// An instance's part of one loop.
struct Part {
    Part(Loop& of, Instance& instance)
        : responder{instance, of.pauses, of.lines ? &*of.lines : nullptr}, lane{of.loop, responder} {
        lane.set_limits(patient());
    }
    Responder responder;
    http::Lane lane;
};

// One address: its listener, and its part of every loop.
struct Service {
    Service(const Upstream::Place& place, unsigned number, const Behaviour& behaviour,
            std::vector<std::unique_ptr<Loop>>& loops)
        : Service{place, number, behaviour, loops, http::Listener::open(place.address)} {}
    Service(const Upstream::Place& place, unsigned number, const Behaviour& behaviour,
            std::vector<std::unique_ptr<Loop>>& loops, http::Listener listener)
        : address{listener.shown()}, instance{id_of(place, listener), behaviour, number} {
        std::vector<http::Lane*> lanes;
        for (auto& loop : loops) lanes.push_back(&parts.emplace_back(std::make_unique<Part>(*loop, instance))->lane);
        server = std::make_unique<http::Server>(std::move(lanes), std::vector{std::move(listener)});
        server->set_most_connections(std::numeric_limits<std::size_t>::max());
    }
    const std::string address;  // with the port the kernel chose
    Instance instance;
    std::vector<std::unique_ptr<Part>> parts;  // by loop
    std::unique_ptr<http::Server> server;
};

}  // namespace

class Upstream::Engine {
public:
    explicit Engine(Told told) : told_{std::move(told)} {
        try {
            if (!told_.record.empty()) record_ = std::make_unique<Record>(told_.record);
        } catch (const std::system_error& problem) {
            throw std::runtime_error(told_.record + ": " + problem.code().message());
        }
        for (unsigned number = 0; number < told_.threads; ++number)
            loops_.push_back(std::make_unique<Loop>(number, record_.get()));
        for (const Place& place : told_.places) open(place);
        for (auto& loop : loops_)
            loop->thread = std::thread{[&loop = loop->loop] {
                pthread_setname_np(pthread_self(), ("loop " + std::to_string(loop.number())).c_str());
                loop.run();
            }};
        for (auto& service : services_) service->server->start();
    }

    Report stop() {
        for (auto& service : services_) service->server->stop_accepting();
        on_every_loop([this](std::size_t number) {
            // In this order: answers that are released then say that their connection closes.
            for (auto& service : services_) service->parts[number]->lane.drain([this] { wake(); });
            loops_[number]->pauses.release();
        });
        {
            std::unique_lock lock{mutex_};
            changed_.wait_for(lock, drain_time, [this] { return connections() == 0; });
        }
        for (auto& service : services_) service->server->finish();
        on_every_loop([this](std::size_t number) {
            for (auto& service : services_) service->parts[number]->lane.cut_all();
            if (auto& lines = loops_[number]->lines) lines->flush();
        });
        for (auto& loop : loops_) loop->loop.stop();
        for (auto& loop : loops_) loop->thread.join();
        return report();
    }

    std::vector<Listening> listening_;

private:
    void open(const Place& place) {
        try {
            auto& service = services_.emplace_back(std::make_unique<Service>(
                place, static_cast<unsigned>(services_.size()), told_.behaviour, loops_));
            listening_.push_back({service->address, service->instance.id});
        } catch (const Poco::Exception& problem) {
            throw std::runtime_error(place.address.text() + ": cannot listen: " + problem.displayText());
        }
    }

    std::size_t connections() const noexcept {
        std::size_t sum = 0;
        for (const auto& service : services_) sum += service->server->connections();
        return sum;
    }

    void wake() {
        const std::lock_guard lock{mutex_};
        changed_.notify_all();
    }

    void on_every_loop(const std::function<void(std::size_t)>& job) {
        std::latch done{static_cast<std::ptrdiff_t>(loops_.size())};
        for (auto& loop : loops_)
            loop->loop.post([&job, &done, number = loop->loop.number()] {
                job(number);
                done.count_down();
            });
        done.wait();
    }

    Report report() const {
        Report report;
        for (const auto& service : services_) {
            Outcomes& sum = report.outcomes.emplace_back();
            for (const auto& part : service->parts) sum.add(part->responder.outcomes());
        }
        if (record_ && (report.lost_records = record_->lost()) > 0) report.problem = record_->problem();
        return report;
    }

    const Told told_;
    std::unique_ptr<Record> record_;
    std::vector<std::unique_ptr<Loop>> loops_;
    std::vector<std::unique_ptr<Service>> services_;
    std::mutex mutex_;
    std::condition_variable changed_;
};

Upstream::Upstream(Told told) : engine_{std::make_unique<Engine>(std::move(told))} {}

Upstream::~Upstream() {
    if (engine_) stop();
}

const std::vector<Upstream::Listening>& Upstream::listening() const noexcept { return engine_->listening_; }

Upstream::Report Upstream::stop() {
    Report report = engine_->stop();
    engine_.reset();
    return report;
}

}  // namespace tollgate::loadtest
