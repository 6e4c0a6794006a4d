// tests/loadtest/sample_run.h - results of a run that never was, with something in every member.
#pragma once

#include "loadtest/results.h"

#include <cmath>
#include <random>
#include <string>

namespace tollgate::loadtest {

// Few samples with times that can be followed by hand: a closed loop that passed.
inline Results small_run() {
    Results run;
    run.run_id = "00c0ffee";
    run.version = "0.1.0";
    run.started = "2026-11-21T09:00:00.123Z";
    run.shape = "closed loop, 2 s, 1 thread, 2 connections";
    run.url = "http://127.0.0.1:8080/";
    run.command = "loadtester http://127.0.0.1:8080/ -t1 -c2 -d2s";
    run.seconds = 2;
    run.bytes_received = 4096;
    run.timeline.resize(2);
    for (const std::uint64_t ms : {1, 2, 3, 4}) {
        run.codes[200].response.record(ms * 1'000'000, 1);
        run.codes[200].service.record(ms * 1'000'000, 1);
        ++run.codes[200].in_time;
        run.timeline[ms / 4].response[1].record(ms * 1'000'000, 1);
        ++run.timeline[ms / 4].classes[1];
    }
    run.codes[429].response.record(500'000, 1);
    run.codes[429].service.record(500'000, 1);
    ++run.codes[429].in_time;
    run.timeline[0].response[4].record(500'000, 1);
    ++run.timeline[0].classes[4];
    run.ledger = {
        .planned = 5, .never_sent = 0, .sent = 5, .answered = 5, .connection_errors = 0, .timeouts = 0, .aborted = 0};
    run.answered_in_time = 5;
    run.generator.threads = 1;
    run.generator.cpu_seconds = 0.5;
    run.generator.busiest_share = 0.25;
    run.targets.resize(1);
    run.targets[0].name = "GET http://127.0.0.1:8080/";
    run.targets[0].codes = {{200, 4}, {429, 1}};
    run.targets[0].response.record(2'000'000, 5);
    return run;
}

// 2xx around 600 us, 429 around 180 us, 5xx around 20 ms, over `seconds` intervals; `slower` stretches the times.
inline Results sample_run(unsigned seed = 1, int seconds = 30, double slower = 1) {
    std::mt19937_64 random{seed};
    std::lognormal_distribution<double> spread{0, 0.4};
    Results run;
    run.run_id = "7f3a90c1";
    run.version = "0.1.0";
    run.started = "2026-11-21T09:00:00.123Z";
    run.command = "loadtester http://127.0.0.1:8080/orders -R 400 -d 30s --keys 2";
    run.shape = "open loop 400/s constant, 30 s, 2 threads, 64 connections, 2 keys";
    run.url = "http://127.0.0.1:8080/orders";
    run.open_loop = true;
    run.planned_rate = 400;
    run.seed = 18'446'744'073'709'551'615u;
    run.configuration = {{"connections", "64"}, {"rate", "400"}, {"url", "http://127.0.0.1:8080/orders"}};
    run.interrupted = true;
    run.seconds = seconds;
    run.drained_seconds = 0.25;
    run.errors = {{"refused", 3}, {"timeout", 2}};
    run.bytes_received = 12'345'678;
    run.bytes_sent = 1'234'567;
    run.connections_opened = 66;
    run.connecting.record(123'456, 66);
    run.targets.resize(2);
    run.targets[0].name = "GET http://127.0.0.1:8080/orders";
    run.targets[1].name = "POST http://127.0.0.1:8080/orders";
    run.keys.resize(2);
    run.keys[0].name = "key-1";
    run.keys[1].name = "key-2";
    run.keys[0].response.emplace(2);
    run.interval_seconds = 1;
    for (int second = 0; second < seconds; ++second) {
        Interval interval;
        for (int i = 0; i < 400; ++i) {
            const int status = i % 100 == 99 ? 503 : i % 20 == 7 ? 201 : i % 3 == 0 ? 200 : 429;
            const double usual = status == 503 ? 20e6 : status == 429 ? 180e3 : 600e3;
            const auto service = static_cast<std::uint64_t>(usual * slower * spread(random));
            const std::uint64_t response = service + static_cast<std::uint64_t>(i % 5) * 1000;
            run.codes[status].response.record(response, 1);
            run.codes[status].service.record(service, 1);
            ++run.codes[status].in_time;
            const auto which = static_cast<std::size_t>(class_of(status));
            ++interval.classes[which];
            interval.response[which].record(response, 1);
            TargetResults& target = run.targets[static_cast<std::size_t>(i % 4 == 0)];
            ++target.codes[status];
            target.response.record(response, 1);
            KeyResults& key = run.keys[static_cast<std::size_t>(i % 2)];
            ++key.classes[which];
            if (key.response) key.response->record(response, 1);
            run.generator.send_lag.record(static_cast<std::uint64_t>(i % 5) * 1000, 1);
            run.generator.release_lag.record(static_cast<std::uint64_t>(i % 3) * 300, 1);
        }
        interval.unanswered = second == 4 ? 5 : 0;
        run.timeline.push_back(interval);
    }
    run.targets[1].unanswered = 5;
    run.keys[1].unanswered = 5;
    const auto answered = static_cast<std::uint64_t>(seconds) * 400;
    run.answered_in_time = answered - 2;
    run.ledger = {.planned = answered + 6, .never_sent = 1, .sent = answered + 5, .answered = answered,
                  .connection_errors = 3, .timeouts = 1, .aborted = 1};
    run.slowest = {{.id = "7f3a90c1-001-0000008812", .target = "GET http://127.0.0.1:8080/orders", .key = "key-1",
                    .status = 503, .problem = "", .planned_at = 12.5, .response = 61'234'567, .service = 61'200'001}};
    run.failed = {{.id = "7f3a90c1-000-0000000007",
                   .target = "POST http://127.0.0.1:8080/orders",
                   .key = "key-2",
                   .status = 0,
                   .problem = "timeout",
                   .planned_at = 4.25,
                   .response = 10'000'000'000,
                   .service = 9'999'999'999}};
    run.generator.threads = 2;
    run.generator.cpu_seconds = 18.6;
    run.generator.busiest_share = 0.35;
    run.generator.involuntary_switches = 12;
    run.generator.kept_waiting_share = 0.02;
    run.generator.stolen_share = 0.01;
    run.generator.waited_for_connection = 17;
    run.generator.bottleneck = true;
    run.generator.problems = {"generator: send lag p99 12.0 ms: requests left late"};
    run.warmup = {.ledger = {.planned = 800, .never_sent = 0, .sent = 800, .answered = 799, .timeouts = 1},
                  .codes = {{{200, 600}, {429, 100}}, {{200, 99}}},
                  .unanswered = {1, 0}};
    GatewayView& view = run.gateway.emplace();
    view.url = "http://127.0.0.1:9180/metrics";
    view.rows = {
        {.route = "GET /orders", .status = 200, .answered = 4000, .most = 4006, .counted = 4001, .holds = true},
        {.route = "GET /orders", .status = 429, .answered = 8000, .most = 8006, .counted = 8107, .holds = false}};
    view.residual = 101;
    view.compared = true;
    view.cause = "foreign traffic";
    view.latencies = {
        {.route = "GET /orders", .count = 12'108, .mean = 0.00055, .p50 = 0.0005, .p90 = 0.0009, .p99 = 0.0021,
         .bound = 0.00025}};
    view.codes = {{200, 4001}, {429, 8107}};
    view.limited_by_plugin = 8107;
    view.notes = {"its histogram of GET /orders cannot be right"};
    run.thresholds = {
        {.expression = "p99{2xx}<50ms", .value = 2'100'000, .unit = "ns", .shown = "2.10 ms", .holds = true},
        {.expression = "abort:rate(5xx)<0.1%", .value = 0.01, .unit = "ratio", .shown = "1.00%", .aborted_run = true}};
    run.expected = {"2xx", "429"};
    run.unexpected = 125;
    run.exit_code = 4;
    run.verdict = {"the generator could not keep its schedule", "threshold rate(5xx)<0.1%: 1.00%"};
    return run;
}

}  // namespace tollgate::loadtest
