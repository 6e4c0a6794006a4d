// core/config/retry_assembly.cpp - `retry` of an upstream.
#include "config/assembly.h"
#include "config/failure_items.h"
#include "http/layout.h"
#include "support/text.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace tollgate::config {

namespace {

// What a request may be called is for its client to say; but who writes "get" means what is known as GET.
void check_method(const std::string& owner, const std::string& method, const Report& report) {
    constexpr std::array<std::string_view, 9> known{"GET",    "HEAD",  "POST",    "PUT",  "DELETE",
                                                    "OPTIONS", "PATCH", "CONNECT", "TRACE"};
    if (!http::is_token(method)) return report(owner + ": methods: expected methods (\"POST\"), got " + text::quote(method));
    const auto meant = std::find_if(known.begin(), known.end(), [&](auto name) { return http::same_text(name, method); });
    if (meant != known.end() && *meant != method)
        report(owner + ": methods: expected a method in upper case, got " + text::quote(method) + "; did you mean " +
               text::quote(std::string{*meant}) + "?");
}

// A time, or a share of the times that there were.
void set_hedge(const std::string& owner, const Item& item, const Report& report, upstream::RetrySettings& retry) {
    constexpr double millisecond = 1e6, day = 86'400e9;
    const bool time = item.is(Item::Kind::quantity) && item.quantity.kind == Quantity::Kind::duration &&
                      item.quantity.amount >= millisecond && item.quantity.amount <= day;
    const bool share = item.is(Item::Kind::number) && item.number >= 0.5 && item.number <= 0.999;
    if (!time && !share && !item.is(Item::Kind::mistake))
        report(owner + ": hedge: expected a duration (50 * milliseconds) from 1 * millisecond to 1 * day or a share (0.95) "
                       "from 0.5 to 0.999, got " + item.describe());
    if (time) retry.hedge = std::chrono::nanoseconds{std::int64_t(item.quantity.amount)};
    if (share) retry.hedge_quantile = item.number;
    if (retry.attempts < 2)
        report(owner + ": hedge: expected attempts of at least 2 with it, got " + std::to_string(retry.attempts));
}

}  // namespace

void Assembly::set_retry(const Declaration& declaration, const std::string& owner, const Item& item,
                         upstream::RetrySettings& retry) {
    const Report report = report_at(declaration.place);
    if (item.is(Item::Kind::mistake)) return;
    if (item.is(Item::Kind::boolean) && !item.truth) {
        retry.attempts = 1;
        return;
    }
    if (!item.is(Item::Kind::table))
        return report(owner + ": expected { attempts = 3 } or false, got " + item.describe());
    if (const Item* on = item.find("on")) retry.on = failure_set(owner + ": on", *on, report);
    if (retry.on.holds(Outcome::cut, 0))
        report(owner + ": on: expected what comes before an answer, got \"cut\": the client has a part of it by then");
    const auto settings = check(declaration.place, owner, item, retry_shape);
    if (!settings) return;
    retry.only_elsewhere = false;
    retry.attempts = std::uint32_t(settings->integer("attempts"));
    retry.methods = settings->texts("methods");
    retry.backoff = settings->duration("backoff");
    retry.longest_backoff = settings->duration("longest_backoff");
    retry.body = settings->size("body");
    retry.budget = settings->number("budget");
    retry.budget_floor = std::uint32_t(settings->integer("budget_floor"));
    if (const Item* hedge = item.find("hedge")) set_hedge(owner, *hedge, report, retry);
    for (const auto& method : retry.methods) check_method(owner, method, report);
    if (retry.longest_backoff < retry.backoff) {
        if (const Item* given = item.find("longest_backoff"))
            report(owner + ": longest_backoff: expected at least as long as backoff, got " + given->describe());
        retry.longest_backoff = retry.backoff;
    }
}

}  // namespace tollgate::config
