// core/gateway/figures.h - Figures: what one loop counts of its requests and attempts. docs/metrics.md has the names.
#pragma once

#include <tollgate/context.h>

#include "config/script.h"
#include "gateway/target_tally.h"
#include "plugins/metrics.h"
#include "snapshot/snapshot.h"

#include <array>
#include <atomic>
#include <chrono>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace tollgate {

// What became of a copy for a mirror: how it ended, by the words of Outcome, or why it was not sent.
enum class CopyEnd : std::uint8_t {
    answered,
    not_connected,
    connect_timeout,
    reset,
    timeout,
    garbage,
    cut,
    abandoned,
    tls_failed,
    too_large,
    too_many,
    incomplete,  // the client's body did not come to its end
    no_target,
};

// What became of an attempt beside another one; refused: the upstream's budget did not allow one.
enum class HedgeEnd : std::uint8_t { won, lost, refused };

// How an upstream and a target are called in labels: bounded, see docs/metrics.md.
std::string upstream_label(plugins::Metrics& metrics, std::string_view name);
std::string target_label(plugins::Metrics& metrics, std::string_view address);

// Counters and histograms are made when first needed and found by an index after that: a request asks no map for a
// name, and takes no lock. One loop only, but for the atomics.
class Figures {
public:
    explicit Figures(plugins::Metrics& metrics);

    class OfRoute {
    public:
        OfRoute(plugins::Metrics& metrics, std::string_view route);

    private:
        friend class Figures;
        Counter& answers(std::string_view method, int status);

        plugins::Metrics& metrics_;
        const std::string route_;
        struct Answers {
            int method, status;
            Counter* counter;
        };
        std::vector<Answers> answers_;  // few: what a route takes and what its upstream says
        Counter* others_ = nullptr;     // of what comes beyond them
        plugins::Histogram& duration_;
        Counter &received_, &sent_;
    };

    class OfUpstream {
    public:
        OfUpstream(plugins::Metrics& metrics, const upstream::Upstream& upstream);

    private:
        friend class Figures;
        const std::string upstream_;
        plugins::Histogram& duration_;
        std::vector<std::array<Counter*, 9>> attempts_;  // by target and Outcome
        std::vector<TargetTally*> tallies_;              // by target
        std::map<std::string, Counter*> retries_;        // by what they followed
        Counter* refused_retries_ = nullptr;
        std::array<Counter*, 3> hedges_{};               // by HedgeEnd
    };

    // The way from the routes and upstreams of one configuration to their figures on this loop.
    struct Table {
        std::vector<OfRoute*> routes;  // by their index; last: none
        std::vector<std::unique_ptr<OfUpstream>> upstreams;
        std::vector<std::array<Counter*, 13>> copies{};  // by upstream and CopyEnd
    };

    struct Ended {
        std::string_view method;
        int status;               // as in the log, 499 where the client left
        std::string_view reason;  // as in the answer's "error" member, "" where none
        std::chrono::nanoseconds duration;
        std::optional<std::chrono::nanoseconds> own;  // nullopt: nothing was answered
        std::uint64_t received, sent;
        const plugins::Exemplar* exemplar = nullptr;  // where it is traced
    };
    void count(Table& table, const Snapshot& snapshot, const Route& route, const Ended& ended);

    struct Attempted {
        std::size_t target;
        Outcome outcome;
        std::chrono::nanoseconds first_byte;  // 0: none came
        const plugins::Exemplar* exemplar = nullptr;  // where its request is traced
        int status = 0;                       // 0: no answer
        net::TimePoint ended{};
    };
    void count(Table& table, const Snapshot& snapshot, const upstream::Upstream& upstream, const Attempted& attempted);
    // Any thread: how attempts at a target went on this loop, whatever configuration it was of.
    TargetTally::Reading target(const std::string& upstream, std::string_view address, net::TimePoint now) const;
    // An attempt begins after another; `reason`: how that ended, as upstream::name_of_end() says it.
    void count_retry(Table& table, const Snapshot& snapshot, const upstream::Upstream& upstream, const std::string& reason);
    // The upstream's budget did not allow one.
    void count_refused_retry(Table& table, const Snapshot& snapshot, const upstream::Upstream& upstream);

    void count_hedge(Table& table, const Snapshot& snapshot, const upstream::Upstream& upstream, HedgeEnd end);

    void count_copy(Table& table, const Snapshot& snapshot, const upstream::Upstream& upstream, CopyEnd end);

    void request_began() noexcept {
        begun_.store(begun() + 1, std::memory_order_relaxed);
        change_in_flight(1);
    }
    void request_ended() noexcept { change_in_flight(-1); }
    // Connections that went over to another protocol, or were to; written by the loop, read by any thread.
    struct Upgrades {
        std::atomic<std::uint64_t> taken{0}, refused{0}, open{0};
        static void add(std::atomic<std::uint64_t>& figure, std::uint64_t n = 1) noexcept {
            figure.store(figure.load(std::memory_order_relaxed) + n, std::memory_order_relaxed);
        }
    } upgrades;
    std::atomic<std::uint64_t> copies{0};  // for mirrors, under way; as the above
    int in_flight() const noexcept { return in_flight_.load(std::memory_order_relaxed); }  // any thread

    std::uint64_t begun() const noexcept { return begun_.load(std::memory_order_relaxed); }    // so far; any thread

    config::ScriptTally script;  // of the functions that this loop has called

private:
    // Reasons are words of the code, not of clients; a plugin that composes them must not make series without end.
    static constexpr std::size_t most_reasons = 100;
    struct Hash : std::hash<std::string_view> {
        using is_transparent = void;
    };

    void change_in_flight(int by) noexcept {
        in_flight_.store(in_flight_.load(std::memory_order_relaxed) + by, std::memory_order_relaxed);
    }
    OfRoute& of_route(Table& table, const Snapshot& snapshot, const Route& route);
    OfUpstream& of_upstream(Table& table, const Snapshot& snapshot, const upstream::Upstream& upstream);
    void count_failure(std::string_view reason);
    TargetTally& tally_of(const std::string& upstream, std::string_view address);

    plugins::Metrics& metrics_;
    plugins::Histogram &own_, &received_, &sent_;
    std::unordered_map<std::string, std::unique_ptr<OfRoute>> by_route_;  // kept beyond configurations
    std::unordered_map<std::string, Counter*, Hash, std::equal_to<>> by_reason_;
    std::atomic<int> in_flight_{0};
    std::atomic<std::uint64_t> begun_{0};
    mutable std::mutex tallies_mutex_;  // the loop takes it for a target that is new to a configuration only
    std::map<std::pair<std::string, std::string>, std::unique_ptr<TargetTally>> tallies_;  // by upstream and address
};

}  // namespace tollgate
