// core/gateway/rehearsal.cpp - the stage on which requests are rehearsed: a loop, its clock, a client in memory.
#include "gateway/rehearsal.h"

#include "gateway/gateway.h"
#include "gateway/loop_services.h"
#include "gateway/loop_share.h"
#include "http/http1_exchange.h"
#include "http/layout.h"
#include "net/memory_stream.h"
#include "plugins/named_states.h"
#include "plugins/pages.h"

#include <algorithm>
#include <cstdlib>
#include <map>
#include <stdexcept>

namespace tollgate {

namespace {

using std::chrono::steady_clock;
using std::chrono::system_clock;

// Stands still while there is work to do. Where a request waits for a timer and nothing else, that time has come.
class StandingClock final : public net::Timekeeper {
public:
    explicit StandingClock(std::function<void()> nothing_will_come)
        : nothing_will_come_{std::move(nothing_will_come)} {}
    net::TimePoint now() noexcept override { return began_ + passed_; }
    system_clock::time_point wall() const noexcept {
        return wall_began_ + std::chrono::duration_cast<system_clock::duration>(passed_);
    }
    std::chrono::nanoseconds passed() const noexcept { return passed_; }
    void move(std::chrono::nanoseconds time) noexcept { passed_ += time; }
    void work_begins() noexcept { ++work_; }
    void work_ends() noexcept { --work_; }

    int wait(int until_timer) noexcept override {
        if (work_ > 0) return -1;  // on another thread, which tells the loop of its end
        if (until_timer < 0 || waited_ > longest_wait) {
            nothing_will_come_();
            return 0;
        }
        const std::chrono::milliseconds time{until_timer};
        waited_ += time;
        passed_ += time;
        return 0;
    }
    void wait_anew() noexcept { waited_ = {}; }

private:
    static constexpr std::chrono::hours longest_wait{1};
    const net::TimePoint began_ = steady_clock::now();
    const system_clock::time_point wall_began_ = system_clock::now();
    std::chrono::nanoseconds passed_{0}, waited_{0};
    int work_ = 0;
    std::function<void()> nothing_will_come_;
};

// What plugins may do on the stage: wait (in the clock's time) and work, but talk to nobody.
class StageLoops final : public GatewayLoops {
public:
    StageLoops(const std::vector<std::unique_ptr<LoopShare>>& shares, net::Blocking& blocking, StandingClock& clock)
        : GatewayLoops{shares, 1, blocking}, clock_{clock} {}
    steady_clock::time_point now() const override { return clock_.now(); }
    system_clock::time_point wall_clock() const override { return clock_.wall(); }
    Task<bool> ready(int, Interest, std::chrono::nanoseconds) override {
        throw std::runtime_error{"a rehearsal waits for no descriptor: it talks to nobody"};
    }
    Task<Response> fetch(std::string url, tollgate::Request, FetchOptions) override {
        throw FetchError{"a rehearsal talks to nobody, also not to " + url};
    }
    Task<void> blocking(std::function<void()> work) override {
        struct Working {
            explicit Working(StandingClock& c) : clock{c} { clock.work_begins(); }
            ~Working() { clock.work_ends(); }
            StandingClock& clock;
        } working{clock_};
        co_await GatewayLoops::blocking(std::move(work));
    }

private:
    StandingClock& clock_;
};

Task<Response> nobody_is_asked(upstream::Pool& pool, upstream::Call& call) {
    call.began = pool.loop().now();
    call.outcome = Outcome::answered;
    call.status = 200;
    Response response{200};
    response.layout().source.upstream = true;
    co_return response;
}

struct NoHandler final : http::Handler {
    Task<void> serve(http::Exchange&) override { throw std::logic_error{"a rehearsal has no sessions"}; }
};

}  // namespace

class Rehearsal::Stage {
public:
    explicit Stage(plugins::Catalogue& catalogue) : catalogue_{catalogue} {
        shares_.push_back(std::make_unique<LoopShare>(0, no_handler_, lookups_, metrics_, &clock_));
        shares_[0]->call = &nobody_is_asked;
    }
    ~Stage() {
        // What plugins spawned may hold the snapshot by an errand, and ends before what it waits in.
        if (snapshot_)
            for (const auto& use : snapshot_->uses) plugins::retire(use->host.get());
        snapshot_.reset();
        shares_[0]->loop.cancel_spawned();
        blocking_.finish();
        shares_.clear();
    }

    template <class Written>
    std::vector<config::Problem> load(const Written& written) {
        const plugins::Lent lent{loops_, metrics_, states_, pages_, {}};
        auto loaded = config::load(written, {catalogue_, 1,
                                          [lent](const Descriptor& descriptor, const auto&) -> std::unique_ptr<Host> {
                                              return std::make_unique<plugins::PluginHost>(descriptor.name, lent);
                                          },
                                          [this](const std::string& upstream) { return upstreams_.of(upstream); },
                                          [](const char* name) -> const char* { return std::getenv(name); }});
        if (!loaded.problems.empty()) return std::move(loaded.problems);
        snapshot_ = std::move(loaded.snapshot);
        shares_[0]->adopt(snapshot_);
        return {};
    }

    void walk(const Request& request, const Each& each) {
        LoopShare& share = *shares_[0];
        std::exception_ptr failure;
        Task<void> all;
        // From inside the loop: that is where tasks live.
        share.loop.post([&] {
            all = walk_all(request, each, failure);
            all.start();
        });
        loops_.set_running(true);
        share.loop.run();
        loops_.set_running(false);
        all = {};
        if (failure) std::rethrow_exception(failure);
        if (!ended_) throw std::runtime_error{"the request waits for something that does not come"};
    }

private:
    struct NextTurn {
        net::EventLoop& loop;
        bool await_ready() const noexcept { return false; }
        void await_suspend(std::coroutine_handle<> waiter) const {
            loop.post([waiter] { waiter.resume(); });
        }
        void await_resume() const noexcept {}
    };

    Task<void> walk_all(const Request& request, const Each& each, std::exception_ptr& failure) {
        try {
            for (std::size_t number = 1; number <= request.times; ++number) {
                if (number > 1 && request.every.count() > 0) {
                    clock_.move(request.every);
                    co_await NextTurn{shares_[0]->loop};
                }
                clock_.wait_anew();
                co_await walk_once(request, number, each);
            }
        } catch (...) {
            failure = std::current_exception();
        }
        ended_ = true;
        shares_[0]->loop.stop();
    }

    Task<void> walk_once(const Request& request, std::size_t number, const Each& each) {
        LoopShare& share = *shares_[0];
        const auto at = clock_.passed();
        http::Wire wire{std::make_unique<net::MemoryStream>(share.loop, request.bytes)};
        http::Http1Exchange exchange;
        exchange.open(wire, request.client, share.lane.limits());
        exchange.began_at = clock_.wall();
        while (!exchange.read_head()) {
            const auto got = wire.fill();
            if (!got && exchange.refuse_head(got)) break;
        }
        auto trace = std::make_shared<Trace>(exchange.request, std::nullopt);
        co_await Gateway::serve(share, exchange, trace.get());
        const auto& lines = trace->asked().lines;
        const bool given = std::any_of(lines.begin(), lines.end(), [&](const auto& line) {
            return http::same_text(line.name, "X-Request-Id") && line.value == trace->result.request_id;
        });
        if (!given) trace->rename(trace->result.request_id, "(new)");
        each(number, at, trace);
    }

    plugins::Catalogue& catalogue_;
    NoHandler no_handler_;
    plugins::Metrics metrics_{1};
    plugins::NamedStates states_;
    plugins::Pages pages_;
    net::Blocking blocking_{2};
    net::Lookups lookups_;  // of which there are none, since nobody is asked
    upstream::UpstreamStates upstreams_;
    std::vector<std::unique_ptr<LoopShare>> shares_;
    StandingClock clock_{[this] { shares_[0]->loop.stop(); }};
    StageLoops loops_{shares_, blocking_, clock_};
    std::shared_ptr<const Snapshot> snapshot_;
    bool ended_ = false;
};

Rehearsal::Rehearsal(plugins::Catalogue& catalogue) : stage_{std::make_unique<Stage>(catalogue)} {}
Rehearsal::~Rehearsal() = default;
std::vector<config::Problem> Rehearsal::load(const std::filesystem::path& file) { return stage_->load(file); }
std::vector<config::Problem> Rehearsal::load(config::Source source) { return stage_->load(source); }
void Rehearsal::walk(const Request& request, const Each& each) { stage_->walk(request, each); }

}  // namespace tollgate
