// core/admin/callers.cpp - GET /callers, /metrics/KEY and /keys/ID/usage: what callers were answered.
#include "admin/past.h"
#include "gateway/usage_reports.h"
#include "support/text.h"

#include <Poco/JSON/Array.h>
#include <Poco/JSON/Parser.h>
#include <Poco/URI.h>

#include <algorithm>
#include <cmath>

namespace tollgate::admin {

using history::CallerTotals;
using history::CallerUsage;
using Poco::JSON::Array;
using Poco::JSON::Object;

namespace {

double mean_milliseconds(std::chrono::nanoseconds all, std::uint64_t count) {
    const std::chrono::nanoseconds mean{count > 0 ? all.count() / std::int64_t(count) : 0};
    return milliseconds(mean).convert<double>();
}

Poco::Dynamic::Var or_null(const std::string& name) {
    return name.empty() ? Poco::Dynamic::Var{} : Poco::Dynamic::Var{text::printable(name)};
}

Object::Ptr as_json(const CallerTotals& caller) {
    Object::Ptr json = new_object();
    json->set("id", text::printable(caller.id));
    json->set("owner", or_null(caller.owner));
    json->set("tier", or_null(caller.tier));
    json->set("requests", caller.statuses.total());
    json->set("ok", caller.statuses.ok());
    json->set("limited", caller.statuses.limited);
    json->set("failed", caller.statuses.failed());
    json->set("avg_latency", mean_milliseconds(caller.time, caller.statuses.total()));
    json->set("last_seen", history::time_text(caller.last_seen));
    return json;
}

Object::Ptr ratios_of(const history::Statuses& statuses) {
    const auto part = [all = double(statuses.total())](std::uint64_t count) {
        return std::round(double(count) / all * 10'000) / 10'000;
    };
    Object::Ptr json = new_object();
    json->set("ok", part(statuses.ok()));
    json->set("limited", part(statuses.limited));
    json->set("failed", part(statuses.failed()));
    return json;
}

Object::Ptr as_json(const CallerUsage& usage) {
    Array::Ptr codes = new Array;
    std::size_t limited = 0;
    for (const auto& code : usage.recent) {
        codes->add(code.status);
        limited += code.status == 429;
    }
    const auto percentile = [&](double share) { return milliseconds(usage.latencies.percentile(share)); };
    Object::Ptr json = new_object();
    json->set("key", or_null(usage.id));
    json->set("owner", or_null(usage.owner));
    json->set("tier", or_null(usage.tier));
    json->set("total_requests", usage.statuses.total());
    json->set("avg_latency", mean_milliseconds(usage.time, usage.statuses.total()));
    json->set("p50_ms", percentile(0.5));
    json->set("p95_ms", percentile(0.95));
    json->set("p99_ms", percentile(0.99));
    json->set("recent_rate_limited_request_count", limited);
    json->set("recent_codes", codes);
    json->set("ratios", ratios_of(usage.statuses));
    json->set("status_code_counts", by_class(usage.statuses));
    json->set("last_seen", history::time_text(usage.last_seen));
    return json;
}

// The id of a key's caller, as plugin auth makes it.
std::string of_key(const std::string& id) { return "key-" + id; }

Answer not_seen(const std::string& name) {
    return refused(404, "nobody is remembered by the id or as the owner " + text::quote(name) +
                            "; GET /callers lists those who are");
}

Answer tell_of(const std::vector<CallerTotals>& all, std::size_t from, std::size_t limit) {
    Array::Ptr callers = new Array;
    const std::size_t end = std::min(all.size(), from + limit);
    for (std::size_t i = from; i < end; ++i) callers->add(as_json(all[i]));
    Object json{Poco::JSON_PRESERVE_KEY_ORDER};
    json.set("callers", callers);
    json.set("total", all.size());
    json.set("next", end < all.size() ? Poco::Dynamic::Var{std::to_string(end)} : Poco::Dynamic::Var{});
    return as_answer(200, json);
}

// What a page of the plugin tells; null where that is not in use, or tells nothing of this caller.
Object::Ptr limits_of(const CallerUsage& usage, const Controls& controls) {
    std::string key, tier;
    Poco::URI::encode(usage.id, "&+=#%", key);
    Poco::URI::encode(usage.tier, "&+=#%", tier);
    // Of a limit that goes by anything else, such as the client's address, a caller's id is no key.
    const std::string query = "by=caller&key=" + key + (tier.empty() ? "" : "&tier=" + tier);
    const auto page = controls.pages.page("ratelimit", "limits", {"GET", "limits", query, "", {}});
    if (!page || page->status != 200) return {};
    Poco::JSON::Parser parser;
    return parser.parse(page->body).extract<Object::Ptr>();
}

}  // namespace

// ?limit=100&cursor=N: the next page begins with the Nth, counted from 0; who asks meanwhile may move others.
Answer show_callers(const Call& call, const Controls& controls) {
    std::size_t limit = 100, from = 0;
    for (const auto& [name, value] : parameters_of(call.query)) {
        if (name != "limit" && name != "cursor") return wrong_fields({{name, "expected limit or cursor"}});
        const bool is_limit = name == "limit";
        const auto number = is_limit ? number_of(value, 1, 1000) : number_of(value, 0, 1'000'000);
        if (!number)
            return wrong_fields({{name, (is_limit ? "expected a number from 1 to 1000, got "
                                                  : "expected the `next` of the page before, got ") +
                                            text::quote(value)}});
        (is_limit ? limit : from) = *number;
    }
    return of_the_past([&] { return tell_of(controls.usage->callers(), from, limit); });
}

Answer show_usage(const Call& call, const Controls& controls) {
    return of_the_past([&] {
        auto usage = controls.usage->usage_of(call.parts[0]);
        if (!usage) usage = controls.usage->usage_of(of_key(call.parts[0]));
        return usage ? as_answer(200, *as_json(*usage)) : not_seen(call.parts[0]);
    });
}

// With what the key has spent of its limits, where the plugin that counts them is there to tell.
Answer show_key_usage(const Call& call, const Controls& controls) {
    return of_the_past([&] {
        const auto usage = controls.usage->usage_of(of_key(call.parts[0]));
        if (!usage) return not_seen(call.parts[0]);
        Object::Ptr json = as_json(*usage);
        if (const auto limits = limits_of(*usage, controls)) json->set("limits", limits->get("limits"));
        return as_answer(200, *json);
    });
}

}  // namespace tollgate::admin
