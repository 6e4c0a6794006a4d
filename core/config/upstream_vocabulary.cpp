// core/config/upstream_vocabulary.cpp - what upstreams, splits and mirrors can be told, as vocabulary.h has it.
#include "config/vocabulary.h"
#include "config/vocabulary_bounds.h"

namespace tollgate::config {

namespace {

constexpr Special upstream_specials[] = {
    {"targets", "tollgate.target|(string|tollgate.target)[]",
     "addresses that serve the same: \"host:port\", \"[ipv6]:port\", \"https://host:port\", \"unix:/path\", or "
     "{ \"host:port\", weight = 2 }",
     "", true},
    {"tls", "tollgate.upstream_tls", "whom https targets have to be, and what they are shown",
     "what the system trusts, made out to the target's host"},
    {"balance", "tollgate.use", "plugin that chooses a target", "the first target that is available"},
    {"plugins", "tollgate.uses", "more plugins for every route that goes here; they come last", "none"},
    {"health", "string|tollgate.health", "how targets are asked whether they work; a text is the path of it",
     "they are not asked"},
    {"eject", "tollgate.eject", "when a target that fails requests goes out for a while", "never"},
    {"retry", "tollgate.retry|false", "what is tried again, how often and when; false: nothing", "once, at another target"},
    {"breaker", "tollgate.breaker", "when what fails requests is not asked for a while, then tried by few", "never"},
};
// By the names of upstream::Upstream, which has the same defaults (a test compares them).
constexpr Field upstream_fields[] = {
    {.name = "timeout", .type = Type::duration, .doc = "request sent to the whole head of the answer",
     .fallback = "30 * seconds", .min = 0.001, .max = day},
    {.name = "connect_timeout", .type = Type::duration, .doc = "time for a connection", .fallback = "2 * seconds",
     .min = 0.001, .max = day},
    {.name = "idle_timeout", .type = Type::duration, .doc = "between two pieces of the answer's body",
     .fallback = "30 * seconds", .min = 0.001, .max = day},
    {.name = "deadline", .type = Type::duration,
     .doc = "for a request as a whole: waiting, attempts and the pauses between them, to the end of the answer; unset: none",
     .min = 0.001, .max = day},
    {.name = "keep_alive", .type = Type::integer, .doc = "idle connections kept per event loop and target",
     .fallback = "512", .min = 0, .max = 100'000},
    {.name = "keep_alive_time", .type = Type::duration, .doc = "how long an idle connection is kept",
     .fallback = "60 * seconds", .min = 0.001, .max = day},
    {.name = "preserve_host", .type = Type::boolean,
     .doc = "whether the client's Host goes on; if not, the target's address does", .fallback = "true"},
    {.name = "concurrency", .type = Type::integer, .doc = "requests under way there at a time; unset: however many", .min = 1,
     .max = 1e6},
    {.name = "queue", .type = Type::integer, .doc = "requests that may wait for one of those to end; beyond them 503",
     .fallback = "0", .min = 0, .max = 1e6},
    {.name = "queue_time", .type = Type::duration, .doc = "how long one may wait, then 503", .fallback = "1 * seconds",
     .min = 0.001, .max = day},
    {.name = "slow_start", .type = Type::duration,
     .doc = "in which a target that came in gets its whole share of the requests again", .fallback = "0 * seconds",
     .min = 0, .max = day},
    {.name = "panic", .type = Type::number,
     .doc = "where a smaller share of the targets is in, all are taken for being in; 0: never", .fallback = "0", .min = 0,
     .max = 1},
};

constexpr Field upstream_tls_fields[] = {
    {.name = "authorities", .type = Type::path, .doc = "file of those whose certificates are trusted, in PEM; unset: the system's"},
    {.name = "name", .type = Type::text,
     .doc = "whom certificates have to be made out to, and what is asked for by SNI; unset: the target's host"},
    {.name = "verify", .type = Type::boolean, .doc = "whether certificates are looked at; without, whoever answers is believed",
     .fallback = "true"},
    {.name = "certificate", .type = Type::path,
     .doc = "file of the certificate that targets are shown where they ask for one, in PEM"},
    {.name = "key", .type = Type::path, .doc = "file of its private key, in PEM, without a password"},
    {.name = "minimum_version", .type = Type::choice, .doc = "the oldest TLS that is spoken", .fallback = "\"1.2\"",
     .choices = tls_versions},
};

constexpr Special target_specials[] = {{"[1]", "string", "its address", "", true}};
constexpr Field target_fields[] = {
    {.name = "weight", .type = Type::integer, .doc = "its share of the requests", .fallback = "1", .min = 1,
     .max = 65'535},
};

constexpr Special split_specials[] = {
    {"[1]", "tollgate.branch|tollgate.upstream_handle|string",
     "the upstreams, each as { orders, weight = 95 }, or by itself with a weight of 1", "", true},
};
constexpr Field split_fields[] = {
    {.name = "by", .type = Type::value,
     .doc = "what stays with its upstream; without it, or where it is absent, every request is drawn for itself"},
};

constexpr Special branch_specials[] = {
    {"[1]", "tollgate.upstream_handle|string", "what `upstream` returned, or its name", "", true}};
constexpr Field branch_fields[] = {
    {.name = "weight", .type = Type::number, .doc = "its share, compared with the others'; 0: it gets none",
     .fallback = "1", .min = 0, .max = 1e6},
};

constexpr Special mirror_specials[] = {
    {"upstream", "tollgate.upstream_handle|string", "where the copies go: what `upstream` returned, or its name", "",
     true},
};
// By the names of tollgate::Mirror, which has the same defaults (a test compares them).
constexpr Field mirror_fields[] = {
    {.name = "share", .type = Type::number, .doc = "share of the requests that are copied", .fallback = "1", .min = 0,
     .max = 1},
    {.name = "body", .type = Type::size, .doc = "largest body of a request that is copied",
     .fallback = "64 * kilobytes", .min = 0, .max = 16 << 20},
    {.name = "most", .type = Type::integer, .doc = "copies under way at that upstream; beyond them none are made",
     .fallback = "100", .min = 1, .max = 100'000},
    {.name = "memory", .type = Type::size,
     .doc = "heads and bodies kept for copies there, together; beyond it none are made", .fallback = "64 * megabytes",
     .min = 64 << 10, .max = 16.0 * gigabyte},
    {.name = "timeout", .type = Type::duration, .doc = "from sending a copy to the end of its answer",
     .fallback = "5 * seconds", .min = 0.001, .max = day},
};

}  // namespace

const Shape branch_shape{"branch", branch_specials, branch_fields};
const Shape mirror_shape{"mirror", mirror_specials, mirror_fields};
const Shape split_shape{"split", split_specials, split_fields};
const Shape target_shape{"target", target_specials, target_fields};
const Shape upstream_shape{"upstream", upstream_specials, upstream_fields};
const Shape upstream_tls_shape{"upstream_tls", {}, upstream_tls_fields};

}  // namespace tollgate::config
