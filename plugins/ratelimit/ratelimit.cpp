// plugins/ratelimit/ratelimit.cpp - the ratelimit plugin: whose bucket a request draws on, and what it is told.
#include "bucket_store.h"

#include <tollgate/plugin.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

using namespace tollgate;

namespace {

using ratelimit::BucketStore;
using ratelimit::Decision;
using ratelimit::Limit;

constexpr std::int64_t second = 1'000'000'000;

enum class Absent : std::uint8_t { share, skip, refuse };

// A whole number as text, without touching the heap.
class Digits {
public:
    explicit Digits(std::int64_t number) noexcept
        : length_{static_cast<std::size_t>(std::to_chars(text_, text_ + sizeof text_, number).ptr - text_)} {}
    operator std::string_view() const noexcept { return {text_, length_}; }  // NOLINT(google-explicit-constructor)

private:
    char text_[24];
    std::size_t length_;
};

constexpr std::int64_t whole_seconds(std::int64_t nanoseconds) {  // rounded up
    return nanoseconds / second + (nanoseconds % second > 0);
}

std::int64_t default_burst(const Rate& rate) {
    const double count = std::ceil(rate.count);
    return count < 1 ? 1 : static_cast<std::int64_t>(std::min(count, 1e15));
}

Absent absent_of(const std::string& word) {
    return word == "skip" ? Absent::skip : word == "refuse" ? Absent::refuse : Absent::share;
}

class RateLimit final : public Plugin {
public:
    RateLimit(const Settings& settings, Host& host);
    Verdict on_request(RequestContext& ctx) const override;

private:
    const Tier* tier_of(const Context& ctx) const;
    std::optional<Limit> limit_of(const Context& ctx) const;
    double cost_of(const Context& ctx) const;
    void tell(RequestContext& ctx, const Limit& limit, const Decision& decision) const;
    void explain(RequestContext& ctx, std::string_view key, double cost, const Limit& limit,
                 const Decision& decision) const;
    static Verdict refusal(const Decision& decision);

    Host& host_;
    Value by_, cost_;  // cost_ is empty where every request costs 1
    std::string name_;
    std::optional<Rate> rate_;
    std::optional<std::int64_t> burst_;
    std::optional<Limit> own_;    // where no tier has a say
    std::optional<Limit> other_;  // where no tier says anything
    Absent absent_;
    bool headers_;
    bool key_is_public_;  // may stand in a trace as it is
    std::shared_ptr<BucketStore> buckets_;
    Counter &admitted_, &refused_, &forgotten_;
};

std::string name_of(const Settings& settings) {
    if (settings.has("name")) return settings.text("name");
    // A function describes itself by its line, which the next edit moves: "function" is all that lasts.
    std::string by = settings.value("by").describe();
    if (by.starts_with("function")) by = "function";
    return by + " #" + std::to_string(settings.ordinal(by));
}

// The state's name alone says which buckets: `keys` of the first use that asks for it holds until the next start.
std::shared_ptr<BucketStore> buckets_of(const std::string& name, const Settings& settings, Host& host) {
    const auto keys = static_cast<std::size_t>(settings.integer("keys"));
    auto buckets = host.state<BucketStore>(name, [keys] { return std::make_shared<BucketStore>(keys); });
    if (buckets->keys() != keys)
        host.log(Level::warning, settings.where() + ": keys: " + name + " already holds " +
                                     std::to_string(buckets->keys()) + " keys; " + std::to_string(keys) +
                                     " counts from the next start");
    return buckets;
}

Limit limit_for(const Rate& rate, std::optional<std::int64_t> said, const char* field) {
    const std::int64_t burst = said.value_or(default_burst(rate));
    const Limit limit{rate.count, rate.per, burst};
    if (limit.window() / limit.interval() < static_cast<ratelimit::Ticks>(burst))
        throw ConfigError{field, "expected a bucket that fills within nine years, got " + std::to_string(burst) +
                                     " tokens at that rate"};
    return limit;
}

RateLimit::RateLimit(const Settings& settings, Host& host)
    : host_{host}, by_{settings.value("by")}, name_{name_of(settings)}, absent_{absent_of(settings.text("absent"))},
      headers_{settings.boolean("headers")}, buckets_{buckets_of(name_, settings, host)},
      admitted_{host.counter("admitted_total", "Requests that a limit let pass.", {{"limit", name_}})},
      refused_{host.counter("refused_total", "Requests that a limit refused.", {{"limit", name_}})},
      forgotten_{host.counter("forgotten_total", "Buckets that were not full and had to make room for another key.",
                              {{"limit", name_}})} {
    if (settings.has("cost")) cost_ = settings.value("cost");
    if (settings.has("rate")) rate_ = settings.rate("rate");
    if (settings.has("burst")) burst_ = settings.integer("burst");
    if (rate_) own_ = limit_for(*rate_, burst_, burst_ ? "burst" : "rate");
    if (settings.has("default_rate")) {
        const auto said = settings.has("default_burst") ? std::optional{settings.integer("default_burst")} : burst_;
        other_ = limit_for(settings.rate("default_rate"), burst_ ? burst_ : said, "default_rate");
    }
    const std::string_view by = by_.kind();
    key_is_public_ = by != "header" && by != "query" && by != "cookie" && by != "function";
}

// The tier whose rate counts, or null: the use has its own, nobody said who asks, or the tier has none.
const Tier* RateLimit::tier_of(const Context& ctx) const {
    const Tier* tier = own_ ? nullptr : ctx.tier();
    const auto rate = tier ? tier->rate() : std::nullopt;
    return rate && rate->count > 0 && rate->per.count() > 0 ? tier : nullptr;
}

// The use's own words first, then the caller's tier's, then the default. A burst belongs to the rate it was written
// with.
std::optional<Limit> RateLimit::limit_of(const Context& ctx) const {
    if (own_) return own_;
    const Tier* tier = tier_of(ctx);
    if (!tier) return other_;
    const auto rate = tier->rate();
    const auto burst = burst_ ? burst_ : tier->burst();
    return Limit{rate->count, rate->per, burst ? *burst : default_burst(*rate)};
}

double RateLimit::cost_of(const Context& ctx) const {
    if (!cost_) return 1;
    const double cost = cost_.number_of(ctx);
    if (std::isfinite(cost) && cost >= 0) return cost;
    throw std::runtime_error{"cost: expected a number of at least 0, got " + std::to_string(cost)};
}

Verdict RateLimit::on_request(RequestContext& ctx) const {
    std::string scratch;
    const std::string_view key = by_.of(ctx, scratch);
    if (key.empty() && absent_ != Absent::share) {
        if (ctx.traced()) ctx.trace("limit " + name_ + ": no " + by_.describe() + " in this request");
        if (absent_ == Absent::skip) return {};
        refused_.add();
        return Refusal{400, "limit_key_missing", "this request does not say against whose limit it counts"};
    }
    const auto limit = limit_of(ctx);
    if (!limit) {
        if (ctx.traced()) ctx.trace("limit " + name_ + ": no rate of its own, no tier that has one, no default");
        return Refusal{500, "limit_unknown", "the limit of this request is not known"};
    }
    const double cost = cost_of(ctx);
    const auto [decision, forgot] = buckets_->take(key, cost, ctx.now(), *limit);
    if (forgot) forgotten_.add();
    (decision.admitted ? admitted_ : refused_).add();
    if (ctx.traced()) explain(ctx, key, cost, *limit, decision);
    if (headers_) tell(ctx, *limit, decision);
    if (decision.admitted) return {};
    return refusal(decision);
}

void RateLimit::tell(RequestContext& ctx, const Limit& limit, const Decision& decision) const {
    const auto now = host_.wall_clock().time_since_epoch();
    const auto full = std::chrono::duration_cast<std::chrono::nanoseconds>(now) + decision.reset;
    ctx.add_answer_header("X-RateLimit-Limit", Digits{limit.burst()});
    ctx.add_answer_header("X-RateLimit-Remaining", Digits{decision.remaining});
    ctx.add_answer_header("X-RateLimit-Reset", Digits{whole_seconds(full.count())});
}

// Waiting never helps a request that costs more than a full bucket holds: then nothing is promised.
Verdict RateLimit::refusal(const Decision& decision) {
    if (decision.retry_after == Decision::never)
        return Refusal{429, "rate_limited", "this request costs more than its limit ever allows at once"};
    const Digits seconds{whole_seconds(decision.retry_after.count())};
    std::string message;
    message.reserve(64);
    message += "too many requests; try again in ";
    message += seconds;
    message += decision.retry_after.count() > second ? " seconds" : " second";
    Refusal refusal{429, "rate_limited", std::move(message)};
    refusal.with("Retry-After", seconds);
    return refusal;
}

// Enough of what may be a secret to tell it from another one.
std::string fingerprint(std::string_view key) {
    std::uint32_t hash = 2166136261;  // FNV-1a
    for (const char c : key) hash = (hash ^ static_cast<unsigned char>(c)) * 16777619;
    char digits[16];
    const auto end = std::to_chars(digits, digits + sizeof digits, 0x1000000 | (hash >> 8), 16).ptr;
    return "of " + std::to_string(key.size()) + " bytes, #" + std::string(digits + 1, end);
}

void RateLimit::explain(RequestContext& ctx, std::string_view key, double cost, const Limit& limit,
                        const Decision& decision) const {
    const std::string shown = key_is_public_ ? std::string{key} : fingerprint(key);
    const Tier* tier = tier_of(ctx);
    const std::string whose = own_ ? "" : tier ? " of tier \"" + std::string{tier->name()} + '"' : " by default";
    const std::string left = std::to_string(decision.remaining), burst = std::to_string(limit.burst());
    const std::string reset = std::to_string(whole_seconds(decision.reset.count()));
    char price[32];
    *std::to_chars(price, price + sizeof price - 1, cost).ptr = 0;
    std::string text = "limit " + name_ + whose + ": key " + (key_is_public_ ? '"' + shown + '"' : shown) + " costs " + price + ": ";
    text += decision.admitted ? "admitted" : "refused";
    text += ", " + left + " of " + burst + " left, full again in " + reset + " s";
    ctx.trace(text, {{"limit", name_}, {"key", shown}, {"cost", price}, {"admitted", decision.admitted ? "true" : "false"},
                     {"remaining", left}, {"burst", burst}, {"reset", reset}});
}

constexpr const char* absents[] = {"share", "skip", "refuse"};
constexpr Field fields[] = {
    {.name = "by", .type = Type::value, .doc = "whose bucket a request draws on", .fallback = "caller"},
    {.name = "rate", .type = Type::rate, .doc = "refill of a bucket; unset: the rate of the caller's tier",
     .min = 3e-8, .max = 1e6},
    {.name = "burst", .type = Type::integer, .doc = "size of a bucket; unset: the tier's, else the rate's count",
     .min = 1, .max = 1e9},
    {.name = "cost", .type = Type::value, .doc = "tokens a request takes; unset: 1"},
    {.name = "default_rate", .type = Type::rate, .doc = "rate where neither rate nor the caller's tier says one",
     .min = 3e-8, .max = 1e6, .environment = "DEFAULT_RATE_LIMIT_RPM MAX_REQUESTS_PER_MINUTE/WINDOW_SECONDS"},
    {.name = "default_burst", .type = Type::integer, .doc = "burst to default_rate; unset: the rate's count",
     .min = 1, .max = 1e9, .environment = "DEFAULT_BURST_SIZE"},
    {.name = "absent", .type = Type::choice, .doc = "treatment of requests whose key is absent or empty",
     .fallback = "\"share\"", .choices = absents},
    {.name = "headers", .type = Type::boolean, .doc = "X-RateLimit-* lines on every answer", .fallback = "true"},
    {.name = "name", .type = Type::text, .doc = "name of the buckets, to share them; unset: by and its ordinal"},
    {.name = "keys", .type = Type::integer, .doc = "keys remembered at once, 40 bytes each", .fallback = "250000",
     .min = 1, .max = 1e9},
};

}  // namespace

TOLLGATE_PLUGIN(.name = "ratelimit",
                .summary = "refuses callers who ask more often than their limit allows",
                .fields = fields,
                .create = make<RateLimit>)
