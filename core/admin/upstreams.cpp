// core/admin/upstreams.cpp - GET /upstreams: what is known of each target; GET /upstreams/NAME/next: which one is
// chosen next; POST /upstreams/NAME/drain?target=ADDRESS and /undrain: no new requests for it, or again.
#include "admin/bodies.h"
#include "snapshot/snapshot.h"
#include "support/log.h"
#include "support/text.h"

#include <Poco/JSON/Array.h>
#include <Poco/JSON/Object.h>

#include <algorithm>
#include <cmath>

namespace tollgate::admin {

namespace {

using Poco::JSON::Array;
using Poco::JSON::Object;
using upstream::Health;
using upstream::Upstream;
using upstream::UpstreamTarget;

double seconds(net::Duration time) { return std::round(std::chrono::duration<double>(time).count() * 1000) / 1000; }

std::string wall_clock(net::TimePoint when) {
    const auto ago = std::chrono::duration_cast<std::chrono::system_clock::duration>(net::Clock::now() - when);
    return log::timestamp(std::chrono::system_clock::now() - ago);
}

std::string state_of(const UpstreamTarget& target) {
    const auto out = target.state().health.out();
    if (out & Health::drained) return "drained";
    if (out & Health::down) return "down";
    if (out & Health::ejected) return "ejected";
    return target.warmth() < 1 ? "warming" : "in";
}

Object::Ptr checks_of(const Health::Facts& facts) {
    Object::Ptr json = new_object();
    json->set("passed", facts.passed);
    json->set("failed", facts.failed);
    if (facts.passed + facts.failed == 0) return json;
    json->set("last", facts.found);
    json->set("in_a_row", facts.in_a_row);
    json->set("passing", facts.checked != Health::Checked::failing);
    return json;
}

Object::Ptr as_json(const upstream::Breaker& breaker) {
    const auto view = breaker.view();
    Object::Ptr json = new_object();
    json->set("state", std::string{name_of(view.state)});
    if (view.since != net::TimePoint{}) json->set("since", wall_clock(view.since));
    if (view.state == upstream::Breaker::State::open)
        json->set("open_for_seconds", std::max(0.0, seconds(view.until - net::Clock::now())));
    json->set("opened", view.opened);
    return json;
}

// To three digits after the point: buckets say no more.
double milliseconds(std::chrono::nanoseconds time) { return std::round(double(time.count()) / 1000) / 1000; }

// Times to the first byte of answers, of the last one to two minutes.
Object::Ptr latency_of(const TargetTally::Reading& tally) {
    Object::Ptr json = new_object();
    json->set("answers", tally.answered);
    if (tally.answered == 0) return json;
    json->set("mean_ms", milliseconds(tally.waited / std::int64_t(tally.answered)));
    json->set("p50_ms", milliseconds(tally.times.percentile(0.5)));
    json->set("p95_ms", milliseconds(tally.times.percentile(0.95)));
    json->set("p99_ms", milliseconds(tally.times.percentile(0.99)));
    return json;
}

void add_figures(Object& json, const TargetTally::Reading& tally) {
    json.set("requests", tally.attempts);
    json.set("failures", tally.failures);
    json.set("recent_requests", tally.lately);
    json.set("recent_failures", tally.failed_lately);
    json.set("latency", latency_of(tally));
}

TargetTally::Reading tally_of(const UpstreamTarget& target, const Controls& controls) {
    return controls.target ? controls.target(target.upstream().name, target.address()) : TargetTally::Reading{};
}

Object::Ptr as_json(const UpstreamTarget& target, const TargetTally::Reading& tally) {
    const auto facts = target.upstream().state->roster.facts(target.state());
    const auto now = net::Clock::now();
    Object::Ptr json = new_object();
    json->set("address", std::string{target.address()});
    json->set("weight", target.weight());
    json->set("state", state_of(target));
    json->set("available", target.available());
    if (!facts.why_out.empty()) json->set("reason", facts.why_out);
    json->set("since", wall_clock(facts.since));
    json->set("for_seconds", seconds(now - facts.since));
    json->set("in_flight", target.in_flight());
    add_figures(*json, tally);
    json->set("warmth", std::round(target.warmth() * 1000) / 1000);
    if (target.upstream().health) json->set("checks", checks_of(facts));
    if (facts.checked == Health::Checked::failing) json->set("last_check_error", facts.found);
    json->set("ejections", facts.ejections);
    if (target.state().health.out() & Health::ejected)
        json->set("ejected_for_seconds", std::max(0.0, seconds(facts.ejected_until - now)));
    const auto& breaker = target.upstream().breaker;
    if (breaker && breaker->of_target) json->set("breaker", as_json(target.state().breaker));
    return json;
}

Object::Ptr as_json(const Upstream& upstream, const Controls& controls) {
    upstream.state->roster.end_ejections(net::Clock::now());
    Object::Ptr json = new_object();
    json->set("name", upstream.name);
    json->set("where", upstream.where);
    json->set("panic", upstream.state->roster.panicking());
    if (upstream.breaker && upstream.breaker->of_upstream) json->set("breaker", as_json(upstream.state->breaker));
    if (upstream.concurrency > 0) {
        const auto view = upstream.state->gate.view();
        json->set("in_flight", view.inside);
        json->set("waiting", view.waiting);
    }
    Array::Ptr targets = new Array;
    TargetTally::Reading all;
    for (const auto& target : upstream.targets) {
        const auto tally = tally_of(*target, controls);
        targets->add(as_json(*target, tally));
        all.add(tally);
    }
    add_figures(*json, all);
    json->set("targets", targets);
    return json;
}

// The value of `target=` in a query; "" where there is none.
std::string target_in(const std::string& query) {
    for (const auto& [name, value] : parameters_of(query))
        if (name == "target") return value;
    return {};
}

Answer no_upstream(const std::string& name, const Snapshot& snapshot) {
    std::vector<std::string_view> known;
    for (const auto& upstream : snapshot.upstreams) known.emplace_back(upstream->name);
    return refused(404, "there is no upstream " + text::quote(name) + text::did_you_mean(name, known));
}

Answer drain(const Call& call, const Controls& controls, bool out) {
    const std::string &name = call.parts[0], address = target_in(call.query);
    if (address.empty()) return refused(400, "expected ?target=<address>, got none");
    const auto snapshot = controls.current();
    const auto upstream = std::find_if(snapshot->upstreams.begin(), snapshot->upstreams.end(),
                                       [&](const auto& one) { return one->name == name; });
    if (upstream == snapshot->upstreams.end()) return no_upstream(name, *snapshot);
    const auto& targets = (*upstream)->targets;
    if (!(*upstream)->state->roster.drain(address, out, net::Clock::now())) {
        std::vector<std::string_view> addresses;
        for (const auto& target : targets) addresses.push_back(target->address());
        return refused(404, "upstream " + text::quote(name) + " has no target " + text::quote(address) + "; it has " +
                                text::join(addresses) + text::did_you_mean(address, addresses));
    }
    const auto target =
        std::find_if(targets.begin(), targets.end(), [&](const auto& t) { return t->address() == address; });
    Object json{Poco::JSON_PRESERVE_KEY_ORDER};
    json.set("ok", true);
    json.set("upstream", name);
    json.set("target", as_json(**target, tally_of(**target, controls)));
    Answer answer = as_answer(200, json);
    answer.what = (out ? "drained " : "undrained ") + address + " of " + name;
    return answer;
}

}  // namespace

Answer show_upstreams(const Call&, const Controls& controls) {
    const auto snapshot = controls.current();
    Array::Ptr all = new Array;
    for (const auto& upstream : snapshot->upstreams) all->add(as_json(*upstream, controls));
    Object json{Poco::JSON_PRESERVE_KEY_ORDER};
    json.set("upstreams", all);
    return as_answer(200, json);
}

Answer show_next_target(const Call& call, const Controls& controls) {
    const std::string& name = call.parts[0];
    const NextTarget next = controls.next_target(name);
    if (next.found == NextTarget::Found::no_upstream) return no_upstream(name, *controls.current());
    if (next.found == NextTarget::Found::no_target)
        return refused(503, next.why.starts_with(name + ": ") ? next.why : name + ": " + next.why);
    Object json{Poco::JSON_PRESERVE_KEY_ORDER};
    json.set("upstream", name);
    json.set("target", next.target);
    json.set("url", next.url);
    return as_answer(200, json);
}

Answer drain_target(const Call& call, const Controls& controls) { return drain(call, controls, true); }
Answer undrain_target(const Call& call, const Controls& controls) { return drain(call, controls, false); }

}  // namespace tollgate::admin
