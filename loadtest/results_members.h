// loadtest/results_members.h - which members Results and its parts have in JSON: one list, for writing and for reading.
//
// Members<T>::of(way, value) tells `way` each of them:
//   way(name, member)           any value, also of types that have Members of their own
//   way.microseconds(name, ns)  shown in microseconds
//   way.classes(counts)         a member for each status class
//   way.nonzero(name, count)    no member where it is 0
//   way.inner(name, list)       list(way) tells the members of an object by that name
//   way.derived(name, value)    value() is for whoever reads the JSON; it is written and not read
#pragma once

#include "loadtest/report_words.h"
#include "loadtest/results.h"

namespace tollgate::loadtest {

template <class T>
struct Members;

template <>
struct Members<Ledger> {
    static void of(auto& way, auto& ledger) {
        way("planned", ledger.planned);
        way("never_sent", ledger.never_sent);
        way("sent", ledger.sent);
        way("answered", ledger.answered);
        way("conn_error", ledger.connection_errors);
        way("timeout", ledger.timeouts);
        way("aborted", ledger.aborted);
        way.derived("balanced", [&] { return ledger.balanced(); });
    }
};

template <>
struct Members<Latencies> {
    static void of(auto& way, auto& latencies) {
        way("response_us", latencies.response);
        way("service_us", latencies.service);
        way("in_time", latencies.in_time);
    }
};

template <>
struct Members<TargetResults> {
    static void of(auto& way, auto& target) {
        way("target", target.name);
        way("codes", target.codes);
        way("unanswered", target.unanswered);
        way("response_us", target.response);
    }
};

template <>
struct Members<KeyResults> {
    static void of(auto& way, auto& key) {
        // There can be a million of them.
        way("key", key.name);
        for (std::size_t i = 0; i < status_classes; ++i) way.nonzero(status_class_names[i], key.classes[i]);
        way.nonzero("unanswered", key.unanswered);
        way.derived("p99_us", [&] {
            return key.response ? std::optional{static_cast<double>(key.response->percentile(99)) / 1e3} : std::nullopt;
        });
        way("response_us", key.response);
    }
};

template <>
struct Members<Interval> {
    static void of(auto& way, auto& interval) {
        way.classes(interval.classes);
        way("unanswered", interval.unanswered);
        way.derived("p99_us", [&] { return static_cast<double>(answered_in(interval).percentile(99)) / 1e3; });
        way.inner("response_us", [&](auto& inner) {
            for (std::size_t i = 0; i < status_classes; ++i) inner(status_class_names[i], interval.response[i]);
        });
    }
};

template <>
struct Members<SlowRequest> {
    static void of(auto& way, auto& request) {
        way("id", request.id);
        way.microseconds("us", request.response);
        way.microseconds("service_us", request.service);
        way("target", request.target);
        way("key", request.key);
        way("status", request.status);
        way("problem", request.problem);
        way("planned_at_s", request.planned_at);
    }
};

template <>
struct Members<Warmup> {
    static void of(auto& way, auto& warmup) {
        way("ledger", warmup.ledger);
        way("codes", warmup.codes);
        way("unanswered", warmup.unanswered);
    }
};

template <>
struct Members<ReconciledRow> {
    static void of(auto& way, auto& row) {
        way("route", row.route);
        way("code", row.status);
        way("client", row.answered);
        way("client_most", row.most);
        way("server", row.counted);
        way("ok", row.holds);
    }
};

template <>
struct Members<GatewayView::RouteLatency> {
    static void of(auto& way, auto& latency) {
        way("route", latency.route);
        way("count", latency.count);
        way("mean_s", latency.mean);
        way("p50_s", latency.p50);
        way("p90_s", latency.p90);
        way("p99_s", latency.p99);
        way("bound_s", latency.bound);
    }
};

template <>
struct Members<GatewayView> {
    static void of(auto& way, auto& view) {
        way("url", view.url);
        way("problem", view.problem);
        way("compared", view.compared);
        way("reconciled", view.reconciled);
        way("residual", view.residual);
        way("cause", view.cause);
        way("deltas", view.rows);
        way("latencies", view.latencies);
        way("codes", view.codes);
        way("limited_by_plugin", view.limited_by_plugin);
        way("notes", view.notes);
    }
};

template <>
struct Members<ThresholdResult> {
    static void of(auto& way, auto& threshold) {
        way("expr", threshold.expression);
        way("value", threshold.value);
        way("unit", threshold.unit);
        way("shown", threshold.shown);
        way("ok", threshold.holds);
        way("aborted_run", threshold.aborted_run);
    }
};

template <>
struct Members<Results> {
    static void of(auto& way, auto& results) {
        way.inner("run", [&](auto& inner) { run(inner, results); });
        way.inner("valid", [&](auto& inner) { valid(inner, results); });
        way("ledger", results.ledger);
        way.derived("status", [&] { return ByClass{results}; });
        way.derived("codes", [&] {
            std::map<int, std::uint64_t> counts;
            for (const auto& [status, latencies] : results.codes) counts[status] = latencies.response.count();
            return counts;
        });
        way("latencies", results.codes);
        way("errors", results.errors);
        way("bytes_received", results.bytes_received);
        way("bytes_sent", results.bytes_sent);
        way("connections_opened", results.connections_opened);
        way("connecting_us", results.connecting);
        way("targets", results.targets);
        way("keys", results.keys);
        way.derived("jain", [&] { return results.jain_index(); });
        way("server", results.gateway);
        way("thresholds", results.thresholds);
        way("expected", results.expected);
        way("unexpected", results.unexpected);
        way("interval_s", results.interval_seconds);
        way("timeline", results.timeline);
        way("slowest", results.slowest);
        way("failed", results.failed);
        way("warmup", results.warmup);
        way("verdict", results.verdict);
        way("exit", results.exit_code);
    }

    // All answers of a class together: what most who read the JSON look for.
    struct OfClass {
        std::uint64_t count;
        double ratio;
        Latencies latencies;
    };
    struct ByClass {
        const Results& results;
    };

private:
    static void run(auto& way, auto& results) {
        way("id", results.run_id);
        way("version", results.version);
        way("start", results.started);
        way("command", results.command);
        way("shape", results.shape);
        way("url", results.url);
        way("open_loop", results.open_loop);
        way("planned_rate", results.planned_rate);
        way("seed", results.seed);
        way("interrupted", results.interrupted);
        way("duration_s", results.seconds);
        way("drained_s", results.drained_seconds);
        way("answered_in_time", results.answered_in_time);
        way.derived("throughput", [&] { return results.throughput(); });
        way("config", results.configuration);
    }

    static void valid(auto& way, auto& results) {
        auto& generator = results.generator;
        way.derived("ok", [&] { return !generator.bottleneck && results.ledger.balanced(); });
        way.derived("achieved_ratio", [&] { return share_of(results.ledger.sent, results.ledger.planned); });
        way.derived("client_cpu", [&] {
            const double available = results.seconds * generator.threads;
            return available > 0 ? generator.cpu_seconds / available : 0;
        });
        way("bottleneck", generator.bottleneck);
        way("problems", generator.problems);
        way("threads", generator.threads);
        way("cpu_s", generator.cpu_seconds);
        way("busiest_share", generator.busiest_share);
        way("involuntary_switches", generator.involuntary_switches);
        way("kept_waiting_share", generator.kept_waiting_share);
        way("stolen_share", generator.stolen_share);
        way("waited_for_connection", generator.waited_for_connection);
        way("send_lag_us", generator.send_lag);
        way("release_lag_us", generator.release_lag);
    }
};

template <>
struct Members<Members<Results>::OfClass> {
    static void of(auto& way, auto& all) {
        way("count", all.count);
        way("ratio", all.ratio);
        if (all.count == 0) return;
        way("response_us", all.latencies.response);
        way("service_us", all.latencies.service);
    }
};

template <>
struct Members<Members<Results>::ByClass> {
    static void of(auto& way, auto& by_class) {
        const ClassCounts counts = by_class.results.class_counts();
        for (std::size_t i = 0; i < status_classes; ++i) {
            const Members<Results>::OfClass all{counts[i], share_of(counts[i], by_class.results.ledger.sent),
                                                by_class.results.of_class(static_cast<StatusClass>(i))};
            way(status_class_names[i], all);
        }
    }
};

}  // namespace tollgate::loadtest
