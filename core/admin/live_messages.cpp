// core/admin/live_messages.cpp - composing them.
#include "admin/live_messages.h"

#include "snapshot/snapshot.h"
#include "support/json_text.h"
#include "support/version.h"

#include <algorithm>
#include <chrono>
#include <cstdio>

namespace tollgate::admin {

namespace {

using history::Result;

constexpr std::size_t most_upstreams = 200;

// "12.345": three digits after the point.
std::string decimal(double number) {
    char text[64];
    const int length = std::snprintf(text, sizeof text, "%.3f", number);
    return {text, static_cast<std::size_t>(std::clamp(length, 0, int(sizeof text) - 1))};
}

// null where there was nothing to take any time.
std::string percentile(const history::LatencyCounts& counts, double share, double unit_ns) {
    return counts.total() == 0 ? "null" : decimal(double(counts.percentile(share).count()) / unit_ns);
}

class Members {
public:
    explicit Members(std::string& out) : out_{out} {}
    void raw(const char* name, const std::string& value) { ((((out_ += ",\"") += name) += "\":") += value); }
    void text(const char* name, std::string_view value) { raw(name, text::json_quoted(value)); }
    void count(const char* name, std::uint64_t value) { raw(name, std::to_string(value)); }

private:
    std::string& out_;
};

}  // namespace

std::string hello_message(const std::string& instance, std::size_t recent) {
    std::string out = R"({"type":"hello")";
    Members members{out};
    members.text("version", version());
    members.text("instance", instance);
    members.text("time", history::time_text(std::chrono::system_clock::now()));
    members.count("interval_ms", 1000);
    members.count("recent", recent);
    return out += '}';
}

std::string request_message(const history::Record& record) {
    std::string out = R"({"type":"request",)";
    history::append_members(out, record);
    return out += '}';
}

std::string second_message(const history::Second& second, const std::string& moment) {
    constexpr double ms = 1e6, us = 1e3;
    const auto& happened = second.happened;
    const auto of = [&](Result result) { return happened.by_result[std::size_t(result)]; };
    std::string out = R"({"type":"second")";
    Members members{out};
    members.text("time", history::time_text(second.time));
    members.count("requests", happened.requests());
    members.raw("per_second", decimal(double(happened.requests()) * 1e9 / double(std::max<std::int64_t>(second.length.count(), 1))));
    members.count("ok", of(Result::ok));
    members.count("limited", of(Result::limited));
    members.count("refused", of(Result::refused));
    members.count("failed", of(Result::failed));
    (out += ',') += moment;
    members.raw("p50_ms", percentile(happened.durations, 0.5, ms));
    members.raw("p95_ms", percentile(happened.durations, 0.95, ms));
    members.raw("p99_ms", percentile(happened.durations, 0.99, ms));
    members.raw("gateway_p50_us", percentile(happened.own, 0.5, us));
    members.raw("gateway_p99_us", percentile(happened.own, 0.99, us));
    members.count("bytes_in", happened.received);
    members.count("bytes_out", happened.sent);
    return out;
}

std::string moment_members(const Moment& moment, const Snapshot& snapshot) {
    std::string out = "\"in_flight\":" + std::to_string(std::max(moment.in_flight, 0)) +
                      ",\"connections\":" + std::to_string(moment.connections) + ",\"upstreams\":{";
    std::size_t told = 0;
    for (const auto& upstream : snapshot.upstreams) {
        if (told == most_upstreams) break;
        const auto& targets = upstream->targets;
        const auto up = std::count_if(targets.begin(), targets.end(),
                                      [](const auto& target) { return target->state().health.out() == 0; });
        if (told++ > 0) out += ',';
        out += text::json_quoted(upstream->name) + ":{\"up\":" + std::to_string(up) +
               ",\"total\":" + std::to_string(targets.size()) + '}';
    }
    return out += '}';
}

}  // namespace tollgate::admin
