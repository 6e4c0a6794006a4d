// core/gateway/engine.cpp - how loops, listeners and snapshots begin, change and end.
#include "gateway/engine.h"

#include "gateway/upstream_figures.h"
#include "store/stored_requests.h"
#include "support/aside.h"
#include "support/log.h"

#include <Poco/Exception.h>
#include <Poco/Util/TimerTaskAdapter.h>

#include <pthread.h>

#include <algorithm>
#include <cstdlib>
#include <latch>
#include <numeric>

namespace tollgate {

namespace {

constexpr std::chrono::seconds longest_farewell{2};     // of idle connections at the end of a drain
constexpr std::chrono::seconds longest_last_export{2};  // of spans, once nothing is served any more

}  // namespace

Gateway::Engine::Engine(Options options, http::Handler& handler, plugins::Catalogue& catalogue,
                        plugins::Metrics& metrics, plugins::NamedStates& states, plugins::Pages& pages)
    : options_{std::move(options)}, handler_{handler}, catalogue_{catalogue}, metrics_{metrics}, states_{states},
      pages_{pages},
      refused_connections_{metrics.counter("tollgate_connections_refused_total",
                                           "Client connections refused because there were too many.", {})},
      reload_figures_{metrics}, loops_{shares_, loop_count(options_.loops), blocking_},
      key_stores_{loops_.loop_count()} {
    for (std::size_t number = 0; number < loops_.loop_count(); ++number)
        shares_.push_back(std::make_unique<LoopShare>(number, handler_, lookups_, metrics_));
}

Gateway::Engine::~Engine() {
    if (running_) {
        stop_now();
        drain(http::WhileIdle::close);
    }
    timer_.cancel(true);
    watched_.clear();
    watched_targets_.clear();
    watched_spans_.clear();
    blocking_.finish();  // its work ends on the loops
    lookups_.finish();   // likewise
    exporter_.reset();
    key_stores_.finish();
    ledgers_.finish();
    feed_.stop();
    shares_.clear();  // leases, pools, what was spawned
    retired_.clear();
    current_.reset();
}

// `making_plugins` as in config::Surroundings.
config::Loaded Gateway::Engine::load(std::function<void(const std::function<void()>&)> making_plugins) {
    auto loaded = config::load(
        options_.file,
        {catalogue_, loops_.loop_count(),
         [this](const Descriptor& descriptor, const Snapshot& made) { return host_for(descriptor, made); },
         [this](const std::string& upstream) { return upstream_states_.of(upstream); },
         [](const char* name) -> const char* { return std::getenv(name); }, std::move(making_plugins), tickets_,
         tls_contexts_});
    if (loaded.snapshot) {
        const auto makes_keys = [](const Route& route) { return route.registration != nullptr; };
        const auto& routes = loaded.snapshot->routes;
        if (std::any_of(routes.begin(), routes.end(), makes_keys))
            loaded.snapshot->keys = key_stores_.of(*loaded.snapshot->database);
    }
    const std::lock_guard lock{mutex_};
    files_ = loaded.files;
    return loaded;
}

// For a use of a plugin, in a configuration that is being made.
std::unique_ptr<Host> Gateway::Engine::host_for(const Descriptor& descriptor, const Snapshot& made) {
    plugins::Lent lent{loops_, metrics_, states_, pages_, {}};
    if (const auto& database = made.database) {
        lent.keys = [this, database] { return key_stores_.of(*database); };
        lent.keeper = [this, database](std::string_view plugin, std::string_view name) {
            return ledgers_.of(*database)->page({std::string{plugin}, std::string{name}});
        };
        lent.request_table = [database] { return std::make_shared<store::StoredRequests>(*database); };
    }
    lent.tiers_have_quotas = std::any_of(made.tiers.begin(), made.tiers.end(),
                                         [](const auto& tier) { return tier.second.quota_.has_value(); });
    return std::make_unique<plugins::PluginHost>(descriptor.name, std::move(lent));
}

// Those that are open already stay, with TLS as the file says now; the others are opened. All or nothing.
std::vector<http::Listener> Gateway::Engine::open_listeners(const Snapshot& snapshot,
                                                            std::vector<config::Problem>& problems) const {
    const auto open = server_ ? server_->listeners() : std::vector<http::Listener>{};
    std::vector<http::Listener> listeners;
    const auto trusted = std::make_shared<const std::vector<net::Range>>(snapshot.trusted_proxies);
    for (const auto& listen : snapshot.listens) {
        const net::Address& address = listen.address;
        const auto refuse = [&](const std::string& why) {
            problems.push_back({options_.file.filename().string(),
                                "listen \"" + address.text() + "\": cannot listen: " + why});
        };
        const auto same = std::find_if(open.begin(), open.end(),
                                       [&](const auto& listener) { return listener.address.text() == address.text(); });
        try {
            auto listener = same != open.end() ? *same : http::Listener::open(address, options_.given);
            listener.tls = listen.tls;
            listener.proxies = listen.proxy_protocol ? trusted : nullptr;
            // A socket that is lent can be had by two words for its address; of one that is bound the kernel says no.
            const auto other = std::find_if(listeners.begin(), listeners.end(),
                                            [&](const auto& one) { return one.bound() == listener.bound(); });
            if (other == listeners.end()) listeners.push_back(std::move(listener));
            else refuse("listen \"" + other->address.text() + "\" has this address already");
        } catch (const Poco::Exception& problem) {
            refuse(problem.displayText());
        }
    }
    return listeners;
}

Gateway::Started Gateway::Engine::start() {
    auto loaded = load();
    if (!loaded.problems.empty()) return {std::move(loaded.problems), true};
    auto listeners = open_listeners(*loaded.snapshot, loaded.problems);
    if (!loaded.problems.empty()) return {std::move(loaded.problems), false};
    current_ = std::move(loaded.snapshot);
    std::vector<http::Lane*> lanes;
    watched_targets_ = follow_upstreams(metrics_, current_);
    export_spans(*current_);
    for (auto& share : shares_) {
        if (exporter_) share->spans = &exporter_->of_loop(share->loop.number());
        share->adopt(current_);
        share->begin_checks(shares_.size());
        share->loop.on_spawned_failure([](std::exception_ptr failure) {
            try {
                std::rethrow_exception(failure);
            } catch (const std::exception& problem) {
                log::error("gateway", std::string("a spawned task failed: ") + problem.what());
            }
        });
        lanes.push_back(&share->lane);
    }
    server_ = std::make_unique<http::Server>(std::move(lanes), std::move(listeners));
    set_limits(current_->limits);
    server_->on_refused([this] { refused_connections_.add(); });
    watched_ = watch_loops(metrics_, shares_, *server_);
    reload_figures_.loaded();
    loops_.set_running(true);
    for (auto& share : shares_) share->thread = std::thread{[this, &share = *share] { run_loop(share); }};
    std::vector<history::Outlet*> outlets;
    for (auto& share : shares_) outlets.push_back(&share->outlet);
    feed_.start(std::move(outlets));
    running_ = true;
    for (const auto& use : current_->uses) plugins::serve(use->host.get());
    timer_.schedule(new Poco::Util::TimerTaskAdapter<Engine>(*this, &Engine::prune), 1000, 1000);
    return {};
}

void Gateway::Engine::run_loop(LoopShare& share) {
    pthread_setname_np(pthread_self(), ("loop " + std::to_string(share.loop.number())).c_str());
    plugins::Metrics::this_thread_is_loop(share.loop.number());
    share.loop.run();
}

// Spans of configurations that send theirs nowhere any more still go where they would have gone.
void Gateway::Engine::export_spans(const Snapshot& snapshot) {
    if (!snapshot.tracing || !snapshot.tracing->destination) return;
    if (!exporter_) {
        exporter_ = std::make_unique<tracing::Exporter>(lookups_, shares_.size());
        watched_spans_ = watch_spans(metrics_, *exporter_);
    }
    exporter_->go_to(snapshot.tracing->destination);
}

// Runs the job on every loop and returns when all have.
void Gateway::Engine::on_every_loop(const std::function<void(LoopShare&)>& job) {
    std::latch done{static_cast<std::ptrdiff_t>(shares_.size())};
    for (auto& share : shares_)
        share->loop.post([&job, &done, &share = *share] {
            job(share);
            done.count_down();
        });
    done.wait();
}

Gateway::Reloaded Gateway::Engine::reload() {
    const std::lock_guard one_at_a_time{reloading_};
    if (!running_) return {false, {}, "the gateway is not running"};
    config::Loaded loaded;
    config::Difference difference;
    aside([&](Waiting& waiting) {
        loaded = load([&](const auto& making) { waiting.do_part(making); });
        if (loaded.snapshot) difference = config::compare(*current(), *loaded.snapshot);
    });
    std::vector<http::Listener> listeners;
    if (loaded.problems.empty()) listeners = open_listeners(*loaded.snapshot, loaded.problems);
    if (loaded.problems.empty() && options_.object) options_.object(*loaded.snapshot, listeners, loaded.problems);
    if (!loaded.problems.empty()) {
        reload_figures_.refused();
        return {false, std::move(loaded.problems), "still serving the configuration from before"};
    }
    std::shared_ptr<const Snapshot> snapshot = std::move(loaded.snapshot);
    loops_.renew_trust();
    watched_targets_.clear();  // a figure is watched once
    watched_targets_ = follow_upstreams(metrics_, snapshot);
    export_spans(*snapshot);
    on_every_loop([&](LoopShare& share) {
        if (exporter_) share.spans = &exporter_->of_loop(share.loop.number());
        share.adopt(snapshot);
        share.begin_checks(shares_.size());
    });
    server_->set_listeners(std::move(listeners));
    set_limits(snapshot->limits);
    for (const auto& use : snapshot->uses) plugins::serve(use->host.get());
    reload_figures_.reloaded();
    std::string summary = std::to_string(snapshot->routes.size()) +
                          (snapshot->routes.size() == 1 ? " route, " : " routes, ") +
                          std::to_string(snapshot->upstreams.size()) +
                          (snapshot->upstreams.size() == 1 ? " upstream" : " upstreams");
    const std::lock_guard lock{mutex_};
    retired_.push_back(std::exchange(current_, std::move(snapshot)));
    summary += "; " + difference.summary();
    return {true, {}, std::move(summary), std::move(difference)};
}

// [timer] How many requests ended since it was asked last.
void Gateway::Engine::measure_pace() {
    const auto so_far = feed_.results_so_far();
    const auto ended = std::accumulate(so_far.begin(), so_far.end(), std::uint64_t{0});
    const auto now = net::Clock::now();
    const std::chrono::duration<double> time = now - paced_at_;
    if (paced_at_ != net::TimePoint{} && time.count() > 0)
        per_second_.store(double(ended - ended_) / time.count(), std::memory_order_relaxed);
    paced_at_ = now;
    ended_ = ended;
}

// Snapshots nobody leases any more are destroyed here: never on a loop, nor in its way. Ejections that no request has
// found to be over end here.
void Gateway::Engine::prune() {
    for (const auto& upstream : current()->upstreams) upstream->state->roster.end_ejections(net::Clock::now());
    std::vector<std::shared_ptr<const Snapshot>> unused;
    {
        const std::lock_guard lock{mutex_};
        const auto in_use =
            std::partition(retired_.begin(), retired_.end(), [](const auto& s) { return s.use_count() > 1; });
        unused.assign(std::move_iterator{in_use}, std::move_iterator{retired_.end()});
        retired_.erase(in_use, retired_.end());
    }
    if (!unused.empty()) aside([&](Waiting&) { unused.clear(); });
}

// True once none is left, or a drain is to end early.
bool Gateway::Engine::drained(http::WhileIdle idle, std::chrono::nanoseconds longest) {
    on_every_loop([this, idle](LoopShare& share) {
        const auto empty = [this] {
            const std::lock_guard lock{mutex_};
            changed_.notify_all();
        };
        share.lane.drain(empty, idle);
    });
    std::unique_lock lock{mutex_};
    const auto over = [this] { return stop_now_ || server_->connections() == 0; };
    changed_.wait_for(lock, longest, [&] { return over() || (hurried_ && idle == http::WhileIdle::serve); });
    return over();
}

void Gateway::Engine::drain(http::WhileIdle idle) {
    const std::lock_guard no_reload{reloading_};
    if (!running_) return;
    server_->stop_accepting();
    const auto longest = current()->limits.drain;
    // Who is idle to the end is closed well before the rest is cut.
    const auto end = net::Clock::now() + longest;
    const auto farewell = std::min<std::chrono::nanoseconds>(longest / 4, longest_farewell);
    if (idle == http::WhileIdle::close || !drained(idle, longest - farewell))
        drained(http::WhileIdle::close, end - net::Clock::now());
    server_->finish();
    if (const auto left = server_->connections(); left > 0)
        log::warning("gateway", std::to_string(left) + " connections were still open and are cut");
    on_every_loop([](LoopShare& share) {
        share.checker.reset();
        share.lane.cut_all();
        share.loop.cancel_spawned();
        share.pool.close_all();
    });
    // What plugins spawned ends while the loops still are: it waits in their timers and connections.
    std::vector<std::shared_ptr<const Snapshot>> snapshots;
    {
        const std::lock_guard lock{mutex_};
        snapshots = retired_;
        snapshots.push_back(current_);
    }
    for (const auto& snapshot : snapshots)
        for (const auto& use : snapshot->uses) plugins::retire(use->host.get());
    loops_.set_running(false);
    for (auto& share : shares_) share->loop.stop();
    for (auto& share : shares_) share->thread.join();
    if (exporter_) exporter_->finish(longest_last_export);
    running_ = false;
}

void Gateway::Engine::set(bool& word) noexcept {
    const std::lock_guard lock{mutex_};
    word = true;
    changed_.notify_all();
}

std::shared_ptr<const Snapshot> Gateway::Engine::current() const {
    const std::lock_guard lock{mutex_};
    return current_;
}

std::vector<std::string> Gateway::Engine::listening() const {
    std::vector<std::string> shown;
    for (const auto& listener : listeners()) shown.push_back(listener.shown());
    return shown;
}

Moment Gateway::Engine::moment() const {
    Moment moment;
    for (const auto& share : shares_) moment.in_flight += share->figures.in_flight();
    if (server_) moment.connections = server_->connections();
    moment.per_second = per_second_.load(std::memory_order_relaxed);
    return moment;
}

TargetTally::Reading Gateway::Engine::target(const std::string& upstream, std::string_view address) const {
    TargetTally::Reading all;
    for (const auto& share : shares_) all.add(share->figures.target(upstream, address, net::Clock::now()));
    return all;
}

std::vector<std::filesystem::path> Gateway::Engine::files() const {
    const std::lock_guard lock{mutex_};
    return files_;
}

}  // namespace tollgate
