// plugins/ratelimit/fields.cpp - the table of settings; rule.cpp checks how they go together.
#include "fields.h"

namespace tollgate::ratelimit {

namespace {

constexpr const char* absents[] = {"share", "skip", "refuse"};
constexpr const char* algorithms[] = {"token_bucket", "sliding_window", "sliding_log", "fixed_window"};
constexpr const char* aligns[] = {"clock", "first_use"};
constexpr const char* modes[] = {"enforce", "shadow", "delay"};
constexpr const char* on_errors[] = {"local", "open", "closed"};
constexpr const char* header_sets[] = {"ietf", "classic"};
constexpr const char* of_a_limit[] = {"by",    "rate",        "burst", "algorithm",   "align", "concurrency",
                                      "quota", "ipv4_prefix", "cost",  "ipv6_prefix", "name"};
constexpr Field all[] = {
    {.name = "by", .type = Type::values, .doc = "on whose account a request counts", .fallback = "caller"},
    {.name = "rate",
     .type = Type::rate,
     .doc = "how many are admitted in a time; unset: the rate of the caller's tier",
     .min = 3e-8,
     .max = 1e6},
    {.name = "burst",
     .type = Type::integer,
     .doc = "token bucket: its size; unset: the tier's, else the rate's count",
     .min = 1,
     .max = 1e9},
    {.name = "algorithm",
     .type = Type::choice,
     .doc = "how a rate is held",
     .fallback = "\"token_bucket\"",
     .choices = algorithms},
    {.name = "align",
     .type = Type::choice,
     .doc = "where windows begin: at the clock's (UTC) or at a key's first request; unset: \"clock\"",
     .choices = aligns},
    {.name = "concurrency",
     .type = Type::integer,
     .doc = "requests of one key under way at a time",
     .min = 1,
     .max = 1e9},
    {.name = "quota",
     .type = Type::rate,
     .doc = "how many in a day, a week from Monday or a month, by the calendar in UTC; unset: the quota of the "
            "caller's tier",
     .min = 3e-8,
     .max = 1e6},
    {.name = "limits",
     .type = Type::tables,
     .doc = "further limits, each with its own `rate`, `quota` or `concurrency`, `by` and so on; a request is admitted "
            "by all "
            "or counts at none",
     .choices = of_a_limit},
    {.name = "ipv4_prefix",
     .type = Type::integer,
     .doc = "bits of a client_ip that count",
     .fallback = "32",
     .min = 1,
     .max = 32},
    {.name = "ipv6_prefix", .type = Type::integer, .doc = "the same of IPv6", .fallback = "64", .min = 1, .max = 128},
    {.name = "cost", .type = Type::value, .doc = "what a request counts; unset: 1"},
    {.name = "default_rate",
     .type = Type::rate,
     .doc = "rate where neither rate nor the caller's tier says one",
     .min = 3e-8,
     .max = 1e6,
     .environment = "DEFAULT_RATE_LIMIT_RPM MAX_REQUESTS_PER_MINUTE/WINDOW_SECONDS"},
    {.name = "default_burst",
     .type = Type::integer,
     .doc = "burst to default_rate; unset: the rate's count",
     .min = 1,
     .max = 1e9,
     .environment = "DEFAULT_BURST_SIZE"},
    {.name = "mode",
     .type = Type::choice,
     .doc = "what becomes of requests beyond the limit; shadow: they are counted, and pass; delay: "
            "they wait for their turn",
     .fallback = "\"enforce\"",
     .choices = modes},
    {.name = "longest_delay",
     .type = Type::duration,
     .doc = "mode delay: for how long one may wait, beyond it 429; unset: 1 second",
     .min = 0.001,
     .max = 600},
    {.name = "absent",
     .type = Type::choice,
     .doc = "treatment of requests whose key is absent or empty",
     .fallback = "\"share\"",
     .choices = absents},
    {.name = "headers",
     .type = Type::texts,
     .doc = "lines on every answer: RateLimit and RateLimit-Policy (ietf), X-RateLimit-* (classic)",
     .fallback = "true",
     .choices = header_sets},
    {.name = "retry_after",
     .type = Type::boolean,
     .doc = "whether a refusal says when to come back",
     .fallback = "true"},
    {.name = "name", .type = Type::text, .doc = "name of the counters, to share them; unset: by and its ordinal"},
    {.name = "keep",
     .type = Type::boolean,
     .doc = "whether what counts at a quota survives a restart, in the database",
     .fallback = "true"},
    {.name = "keys",
     .type = Type::integer,
     .doc = "keys remembered at once, 40 bytes each",
     .fallback = "250000",
     .min = 1,
     .max = 1e9},
    {.name = "store",
     .type = Type::text,
     .doc = "where requests are counted: \"memory\", \"redis\" (as redis_url says), or a URL of a Redis",
     .fallback = "\"memory\""},
    {.name = "redis_url",
     .type = Type::text,
     .doc = "URL of the store \"redis\": redis://[user:password@]host[:port][/db], rediss://, "
            "redis+unix:///path[?db=0]",
     .environment = "REDIS_URL"},
    {.name = "redis_authorities",
     .type = Type::path,
     .doc = "certificates in PEM that vouch for a rediss:// URL; unset: the system's"},
    {.name = "redis_timeout",
     .type = Type::duration,
     .doc = "how long a request waits for a decision of the Redis",
     .fallback = "20 * milliseconds",
     .min = 0.001,
     .max = 60},
    {.name = "redis_prefix",
     .type = Type::text, .doc = "what keys in the Redis begin with", .fallback = "\"ratelimit:\""},
    {.name = "lease",
     .type = Type::integer,
     .doc = "tokens of a key that this gateway may take from the Redis at once, and hold for a second; unset: "
            "none, which "
            "is exact",
     .min = 2,
     .max = 1e6},
    {.name = "on_error",
     .type = Type::choice,
     .doc = "what holds while the Redis does not decide; local: the same limits, counted in memory; open: none; "
            "closed: "
            "requests are refused with 503",
     .fallback = "\"local\"",
     .choices = on_errors},
};

}  // namespace

constinit const std::span<const Field> fields{all};

}  // namespace tollgate::ratelimit
