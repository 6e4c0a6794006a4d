// plugins/cache/fields.cpp - the table of settings; rules.cpp checks how they go together.
#include "fields.h"

namespace tollgate::cache {

namespace {

constexpr const char* orders[] = {"exact", "sorted", "ignored"};
constexpr const char* obediences[] = {"obey", "ignore"};
constexpr double year = 366 * 86400.0;

constexpr Field all[] = {
    {.name = "ttl",
     .type = Type::duration,
     .doc = "how long answers are fresh, whatever they say of it themselves; never against no-store, no-cache and "
            "private; not for 404, 405, 410, 414 and 501",
     .min = 0.001,
     .max = year},
    {.name = "default_ttl",
     .type = Type::duration,
     .doc = "how long those are fresh that do not say; unset: a tenth of the time since Last-Modified, a day at the "
            "most",
     .min = 0.001,
     .max = year},
    {.name = "negative_ttl",
     .type = Type::duration,
     .doc = "the same of 404, 405, 410, 414 and 501",
     .min = 0.001,
     .max = year},
    {.name = "stale_while_revalidate",
     .type = Type::duration,
     .doc = "how long after that an answer is still used while another is sent for, where it does not say",
     .max = year},
    {.name = "stale_if_error",
     .type = Type::duration,
     .doc = "how long after that it is still used where the upstream fails, where it does not say",
     .max = year},
    {.name = "by",
     .type = Type::values,
     .doc = "whose copies are apart from whose: \"everyone\", caller, or what else tells people apart; unset: each "
            "caller has his own, unless the answer says that it is for everyone"},
    {.name = "key",
     .type = Type::values,
     .doc = "what tells one answer from another; unset: scheme, host, path, and of the query what the next settings "
            "say"},
    {.name = "query",
     .type = Type::choice,
     .doc = "whether the query tells answers apart: as it is written, whatever the order of its parameters, or not at "
            "all",
     .fallback = "\"exact\"",
     .choices = orders},
    {.name = "parameters", .type = Type::texts, .doc = "parameters of the query that count, and no others do"},
    {.name = "ignored_parameters",
     .type = Type::texts,
     .doc = "parameters of the query that do not count: \"gclid\", \"utm_*\""},
    {.name = "statuses",
     .type = Type::texts,
     .doc = "statuses that may be kept, as \"200\" or \"2xx\"; unset: all that RFC 9111 allows"},
    {.name = "bypass", .type = Type::value, .doc = "requests for which this is not empty pass by the cache"},
    {.name = "set_cookie",
     .type = Type::boolean,
     .doc = "whether answers that set a cookie are kept, cookie and all",
     .fallback = "false"},
    {.name = "cookies",
     .type = Type::boolean,
     .doc = "whether requests with cookies share answers that do not say themselves that they are fresh",
     .fallback = "false"},
    {.name = "client_directives",
     .type = Type::choice,
     .doc = "whether Cache-Control of requests is obeyed",
     .fallback = "\"obey\"",
     .choices = obediences},
    {.name = "targeted",
     .type = Type::texts,
     .doc = "fields that are for caches like this one, and then hold instead of Cache-Control and Expires",
     .fallback = "\"CDN-Cache-Control\""},
    {.name = "tags",
     .type = Type::texts,
     .doc = "lines of answers whose words are tags, by which they can be purged",
     .fallback = "{ \"Cache-Tag\", \"Surrogate-Key\" }"},
    {.name = "wait",
     .type = Type::duration,
     .doc = "how long a request waits for an answer that another one has sent for, before it goes by itself",
     .fallback = "5 * seconds",
     .min = 0.001,
     .max = 3600},
    {.name = "headers",
     .type = Type::boolean,
     .doc = "whether clients are told: X-Cache, Cache-Status",
     .fallback = "true"},
    {.name = "largest",
     .type = Type::size,
     .doc = "the longest body that is kept",
     .fallback = "1 * megabyte",
     .min = 1,
     .max = 4e9},
    {.name = "memory",
     .type = Type::size,
     .doc = "what all that is kept takes, with its keys and lines; of uses that share it what the last one says; "
            "unset: 64 megabytes",
     .min = 1e6,
     .max = 1e12},
    {.name = "store",
     .type = Type::text,
     .doc = "where answers are kept: \"memory\", or in memory and a Redis that gateways share, \"redis\" (as redis_url "
            "says) or its URL",
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
     .doc = "how long a request for what memory lacks waits for the Redis",
     .fallback = "20 * milliseconds",
     .min = 0.001,
     .max = 60},
    {.name = "redis_prefix", .type = Type::text, .doc = "what keys in the Redis begin with", .fallback = "\"cache:\""},
    {.name = "name",
     .type = Type::text,
     .doc = "name of what is kept, to share it among uses; unset: uses share the memory, and nothing that is in it"},
};

}  // namespace

constinit const std::span<const Field> fields{all};

}  // namespace tollgate::cache
