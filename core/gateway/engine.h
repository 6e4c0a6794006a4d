// core/gateway/engine.h - Gateway::Engine: the life of loops, listeners and snapshots around the corridor.
//
// Gateway says what each function does, and which thread may call it.
#pragma once

#include "gateway/gateway.h"
#include "gateway/gateway_figures.h"
#include "gateway/key_store.h"
#include "gateway/loop_pulse.h"
#include "gateway/loop_services.h"
#include "gateway/loop_share.h"
#include "gateway/usage_reports.h"
#include "history/feed.h"
#include "http/server.h"
#include "store/ledger.h"
#include "tracing/exporter.h"

#include <Poco/Util/Timer.h>

#include <atomic>
#include <condition_variable>
#include <mutex>

namespace tollgate {

class Gateway::Engine {
public:
    Engine(Options options, http::Handler& handler, plugins::Catalogue& catalogue, plugins::Metrics& metrics,
           plugins::NamedStates& states, plugins::Pages& pages);
    ~Engine();

    Started start();
    void begin_accepting() { server_->start(); }
    Reloaded reload();
    void drain(http::WhileIdle idle);
    void hurry() noexcept { set(hurried_); }
    void stop_now() noexcept { set(stop_now_); }
    net::TlsTickets& tickets() noexcept { return *tickets_; }
    std::shared_ptr<const Snapshot> current() const;
    std::vector<http::Listener> listeners() const {
        return server_ ? server_->listeners() : std::vector<http::Listener>{};
    }
    std::vector<std::string> listening() const;
    bool loops_turn() { return pulse_.beat(); }
    std::vector<std::filesystem::path> files() const;
    NextTarget next_target(const std::string& upstream) { return ask_for_next_target(loops_, *shares_[0], upstream); }
    bool keys_away() const { return key_stores_.away(); }
    history::Feed& feed() noexcept { return feed_; }
    Moment moment() const;
    const UsageReports& usage() const noexcept { return usage_; }
    TargetTally::Reading target(const std::string& upstream, std::string_view address) const;
    LoopShare& this_share() { return *shares_[net::EventLoop::current()->number()]; }

private:
    config::Loaded load(std::function<void(const std::function<void()>&)> making_plugins = {});
    std::unique_ptr<Host> host_for(const Descriptor& descriptor, const Snapshot& made);
    std::vector<http::Listener> open_listeners(const Snapshot& snapshot, std::vector<config::Problem>& problems) const;
    void set_limits(const http::Limits& limits) noexcept {
        server_->set_most_connections(limits.connections);
        server_->set_most_handshakes(limits.handshakes);
    }
    void run_loop(LoopShare& share);
    bool drained(http::WhileIdle idle, std::chrono::nanoseconds longest);
    void set(bool& word) noexcept;
    void export_spans(const Snapshot& snapshot);
    void on_every_loop(const std::function<void(LoopShare&)>& job);
    void prune(Poco::Util::TimerTask&) {
        measure_pace();
        prune();
    }
    void measure_pace();
    void prune();

    const Options options_;
    http::Handler& handler_;
    plugins::Catalogue& catalogue_;
    plugins::Metrics& metrics_;
    plugins::NamedStates& states_;
    plugins::Pages& pages_;
    Counter& refused_connections_;
    ReloadFigures reload_figures_;

    net::Blocking blocking_{16};
    net::Lookups lookups_;
    std::vector<std::unique_ptr<LoopShare>> shares_;
    history::Feed feed_;  // takes from the outlets of the above
    GatewayLoops loops_;
    LoopPulse pulse_{loops_};
    const UsageReports usage_{loops_, shares_};
    upstream::UpstreamStates upstream_states_;
    std::unique_ptr<tracing::Exporter> exporter_;  // null until a configuration sends spans anywhere; under reloading_
    std::vector<plugins::Metrics::Watch> watched_spans_;
    GatewayKeyStores key_stores_;
    store::Ledgers ledgers_;
    const std::shared_ptr<net::TlsTickets> tickets_ = std::make_shared<net::TlsTickets>();
    const std::shared_ptr<net::TlsClientContexts> tls_contexts_ = std::make_shared<net::TlsClientContexts>();
    std::unique_ptr<http::Server> server_;

    std::mutex reloading_;
    mutable std::mutex mutex_;  // what follows
    std::shared_ptr<const Snapshot> current_;
    std::vector<std::shared_ptr<const Snapshot>> retired_;  // out of force, perhaps still leased
    std::vector<std::filesystem::path> files_;
    std::condition_variable changed_;
    bool stop_now_ = false, hurried_ = false;

    bool running_ = false;  // under reloading_
    std::vector<plugins::Metrics::Watch> watched_, watched_targets_;  // read the above
    std::uint64_t ended_ = 0;      // requests, when the timer looked last
    net::TimePoint paced_at_{};
    std::atomic<double> per_second_{0};

    Poco::Util::Timer timer_;  // last: its thread uses the rest
};

}  // namespace tollgate
