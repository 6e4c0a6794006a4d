// loadtest/run.cpp - starts the workers, waits for them, for signals and for seconds, and adds up.
#include "loadtest/run.h"

#include "loadtest/generator.h"
#include "loadtest/introduction.h"
#include "loadtest/worker.h"
#include "net/address.h"
#include "support/descriptors.h"
#include "support/log.h"
#include "support/text.h"

#include <Poco/Exception.h>

#include <poll.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <condition_variable>
#include <mutex>
#include <random>
#include <system_error>
#include <thread>
#include <utility>

namespace tollgate::loadtest {

namespace {

using namespace std::chrono_literals;
constexpr std::chrono::milliseconds tick = 1s;
constexpr auto before_begin = 5ms;  // so that no thread hears of the begin after it

struct Descriptor {
    explicit Descriptor(int number) : number{number} {
        if (number < 0) throw std::system_error{errno, std::generic_category(), "a descriptor for waiting"};
    }
    ~Descriptor() { close(number); }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    const int number;
};

Descriptor signals() {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    return Descriptor{signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC)};
}

std::string random_run_id() {
    static constexpr char digits[] = "0123456789abcdef";
    std::random_device random;
    std::string id(8, '0');
    for (char& digit : id) digit = digits[random() & 15];
    return id;
}

Poco::Net::SocketAddress resolve(const Endpoint& endpoint) {
    if (!endpoint.unix_path.empty()) return {Poco::Net::SocketAddress::UNIX_LOCAL, endpoint.unix_path};
    std::string problem;
    const auto address = net::Address::parse(endpoint.shown(), problem);
    if (!address) throw UsageError{"url: " + problem};
    try {
        return address->resolve();
    } catch (const Poco::Exception& failure) {
        throw Unreachable{"there is no address for " + text::quote(endpoint.host) + ": " + failure.displayText()};
    }
}

// Every connection is a descriptor, and the run needs a few more.
void make_room_for(std::size_t connections) {
    constexpr rlim_t others = 64;
    raise_descriptor_limit();
    rlimit limit{};
    getrlimit(RLIMIT_NOFILE, &limit);
    const rlim_t wanted = connections + others;
    if (limit.rlim_cur < wanted)
        throw UsageError{"--connections: " + text::count(connections, "connection") + " need " +
                         std::to_string(wanted) + " open files, and this process may have " +
                         std::to_string(limit.rlim_cur) + " (ulimit -Hn)"};
}

class Run {
public:
    Run(const Options& options, const Requests& requests, Addresses addresses, Spectator& spectator)
        : options_{options}, spectator_{spectator}, signals_{signals()}, ended_{eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)},
          plan_{options, requests, std::move(addresses), {}, {}, random_run_id()} {
        make_room_for(std::max(options.connections, options.most_in_flight) * requests.endpoints().size());
        if (options.open_loop()) plan_.schedule.emplace(options);
        trust();
        for (unsigned i = 0; i < options.threads; ++i) workers_.push_back(std::make_unique<Worker>(plan_, i));
    }

    ~Run() {
        for (auto& worker : workers_) worker->abort();
        for (auto& thread : threads_) thread.join();
    }

    Results execute() {
        running_ = workers_.size();
        for (auto& worker : workers_)
            threads_.emplace_back([this, &worker = *worker] {
                worker.run();
                running_.fetch_sub(1);
                eventfd_write(ended_.number, 1);
            });
        started_at_ = std::chrono::system_clock::now();
        connect();
        begin_ = Clock::now() + before_begin;
        for (auto& worker : workers_) worker->begin(begin_);
        begin_ += options_.warmup;
        wait();
        for (auto& thread : threads_) thread.join();
        threads_.clear();
        return add_up();
    }

private:
    void trust() {
        const auto& endpoints = plan_.requests.endpoints();
        const auto secure = [](const Endpoint& endpoint) { return endpoint.secure; };
        if (std::none_of(endpoints.begin(), endpoints.end(), secure)) return;
        try {
            plan_.tls.emplace(net::TlsClientContext::Options{.authorities = options_.authorities, .insecure = options_.insecure});
        } catch (const std::runtime_error& failure) {
            throw UsageError{"--cacert: " + text::quote(options_.authorities) + ' ' + failure.what()};
        }
    }

    void connect() {
        std::vector<std::future<std::string>> connected;
        for (auto& worker : workers_) connected.push_back(worker->connect());
        std::string problem;
        for (auto& future : connected) {
            while (future.wait_for(50ms) != std::future_status::ready) take_signals();
            if (std::string trouble = future.get(); !trouble.empty()) problem = std::move(trouble);
        }
        if (interrupted_ > 0) throw Interrupted{"interrupted before the first request"};
        const auto opened = [](const auto& worker) { return worker->tally().opened() > 0; };
        if (!problem.empty() && std::none_of(workers_.begin(), workers_.end(), opened)) throw Unreachable{problem};
    }

    void take_signals() {
        signalfd_siginfo info;
        while (read(signals_.number, &info, sizeof info) == sizeof info) stop();
    }

    // The first time what is under way is awaited, the second time nothing is.
    void stop() {
        ++interrupted_;
        for (auto& worker : workers_) interrupted_ == 1 ? worker->finish() : worker->abort();
    }

    void wait() {
        auto next = Clock::now() + tick;
        pollfd watched[] = {{signals_.number, POLLIN, 0}, {ended_.number, POLLIN, 0}};
        while (running_.load() > 0) {
            const auto left = std::chrono::ceil<std::chrono::milliseconds>(next - Clock::now());
            poll(watched, 2, static_cast<int>(std::max<std::int64_t>(left.count(), 0)));
            take_signals();
            eventfd_t count;
            eventfd_read(ended_.number, &count);
            if (Clock::now() < next || running_.load() == 0) continue;
            next += tick;
            if (spectator_.wants_results() && interrupted_ < 2) show();
        }
    }

    // What has been counted so far. A loop that ends just now does not answer any more: the wait is bounded.
    void show() {
        struct Partial {
            std::mutex mutex;
            std::condition_variable changed;
            Results results;
            std::size_t missing;
        };
        const auto partial = std::make_shared<Partial>();
        partial->results.open_loop = options_.open_loop();
        partial->missing = workers_.size();
        const auto add = [partial](const Tally& tally) {
            const std::lock_guard lock{partial->mutex};
            tally.add_to(partial->results, Tally::Extent::totals);
            if (--partial->missing == 0) partial->changed.notify_one();
        };
        for (auto& worker : workers_) {
            if (worker->ended())
                add(worker->tally());
            else
                worker->peek(add);
        }
        std::unique_lock lock{partial->mutex};
        if (!partial->changed.wait_for(lock, tick / 2, [&] { return partial->missing == 0; })) return;
        const double elapsed = std::chrono::duration<double>{Clock::now() - begin_}.count();
        if (spectator_.watch(partial->results, elapsed) == Spectator::Wish::stop && interrupted_ == 0) stop();
    }

    Results add_up() const {
        Results results = results_before(options_);
        results.run_id = plan_.run_id;
        results.started = log::timestamp(started_at_);
        results.interrupted = interrupted_ > 0;
        TimePoint until{}, last{};
        bool counted = true;
        for (const auto& worker : workers_) {
            worker->tally().add_to(results, Tally::Extent::whole);
            last = std::max(last, worker->tally().last_done());
            until = std::max(until, worker->planned_until());
            counted = counted && worker->ended_by_count();
        }
        // A number of requests takes as long as its last one; a duration is a duration.
        if (counted) until = last;
        results.seconds = std::max(0.0, std::chrono::duration<double>{until - begin_}.count());
        results.drained_seconds = std::max(0.0, std::chrono::duration<double>{last - until}.count());
        if (results.open_loop && results.seconds > 0)
            results.planned_rate = static_cast<double>(results.ledger.planned) / results.seconds;
        Generator& generator = results.generator;
        generator.threads = options_.threads;
        for (const auto& worker : workers_) {
            generator.cpu_seconds += worker->cpu_seconds();
            generator.busiest_share = std::max(generator.busiest_share, worker->busy_share());
            generator.involuntary_switches += worker->involuntary_switches();
            generator.kept_waiting_share = std::max(generator.kept_waiting_share, worker->kept_waiting_share());
        }
        generator.stolen_share = stolen_.share();
        judge(generator, results.open_loop);
        return results;
    }

    const Options& options_;
    Spectator& spectator_;
    const Descriptor signals_, ended_;
    Plan plan_;
    std::vector<std::unique_ptr<Worker>> workers_;
    std::vector<std::thread> threads_;
    std::atomic<std::size_t> running_{0};
    TimePoint begin_{};
    std::chrono::system_clock::time_point started_at_;
    StolenTime stolen_;
    int interrupted_ = 0;
};

}  // namespace

Addresses resolve(const Requests& requests) {
    Addresses addresses;
    for (const Endpoint& endpoint : requests.endpoints()) addresses.push_back(resolve(endpoint));
    return addresses;
}

Results run(const Options& options, const Requests& requests, Addresses addresses, Spectator& spectator) {
    return Run{options, requests, std::move(addresses), spectator}.execute();
}

}  // namespace tollgate::loadtest
