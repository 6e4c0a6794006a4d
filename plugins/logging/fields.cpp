// plugins/logging/fields.cpp - the table of settings; log.cpp and writers.cpp check how they go together.
#include "fields.h"

#include "line.h"
#include "syslog.h"

namespace tollgate::logging {

namespace {

constexpr const char* formats[] = {"json", "text", "combined"};
constexpr const char* kinds[] = {"errors", "refusals", "slow"};
constexpr const char* of_a_log[] = {
    "to", "syslog", "database", "format", "template", "fields", "query", "request_headers", "response_headers", "redact",
    "only", "slow", "sample", "rotate_size", "rotate_every", "rotate_keep", "rotate_age", "facility", "severity",
    "application", "spool", "spool_size", "keep", "keep_rows", "ring"};
// Any one line fits an empty ring.
constexpr double smallest_ring = Line::longest;

constexpr Field all[] = {
    {.name = "to", .type = Type::path,
     .doc = "\"stdout\", \"stderr\" or a file that is appended to; unset: \"stdout\", where neither `syslog` nor "
            "`database` is said"},
    {.name = "syslog", .type = Type::text,
     .doc = "instead, a syslog daemon: \"/dev/log\", \"udp://192.0.2.9:514\", \"tcp://logs.example.com:601\""},
    {.name = "database", .type = Type::boolean,
     .doc = "instead, the table `request_log` of the gateway's database", .fallback = "false"},
    {.name = "logs", .type = Type::tables,
     .doc = "several logs, each with its own `to`, `syslog` or `database = true`, and what else of these settings differs",
     .choices = of_a_log},
    {.name = "format", .type = Type::choice, .doc = "form of a line; unset: \"json\"", .choices = formats},
    {.name = "template", .type = Type::text,
     .doc = "a line in your words: \"{client_ip} {method} {path} {status}\"; with format = \"json\" they are JSON"},
    {.name = "fields", .type = Type::texts,
     .doc = "members of a line; unset: all but query, gateway_ms and protocol"},
    {.name = "query", .type = Type::boolean, .doc = "whether a line has the query, secrets hidden", .fallback = "false"},
    {.name = "request_headers", .type = Type::texts, .doc = "header lines of the request that a line has too"},
    {.name = "response_headers", .type = Type::texts, .doc = "header lines of the answer that a line has too"},
    {.name = "redact", .type = Type::texts,
     .doc = "headers and query parameters that are secrets, beside those whose names say so"},
    {.name = "only", .type = Type::texts,
     .doc = "which requests: answers of 500 and above or cut short (errors), 400 to 499 (refusals), slow ones; unset: all",
     .choices = kinds},
    {.name = "slow", .type = Type::duration, .doc = "from when on a request is slow", .min = 1e-6},
    {.name = "sample", .type = Type::number,
     .doc = "how many of the requests that are neither errors nor slow: 0.1 is one in ten", .fallback = "1", .min = 0, .max = 1},
    {.name = "rotate_size", .type = Type::size, .doc = "a file of that size makes room for a new one", .min = 4096},
    {.name = "rotate_every", .type = Type::duration,
     .doc = "so does a file at each multiple of that, by the clock (UTC)", .min = 1},
    {.name = "rotate_keep", .type = Type::integer, .doc = "how many older files there are", .fallback = "7", .min = 1, .max = 1000},
    {.name = "rotate_age", .type = Type::duration, .doc = "at a rotation, older files that were written to last before that go too", .min = 1},
    {.name = "facility", .type = Type::choice, .doc = "of syslog", .fallback = "\"local0\"", .choices = SyslogHead::facilities},
    {.name = "severity", .type = Type::choice, .doc = "of syslog", .fallback = "\"info\"", .choices = SyslogHead::severities},
    {.name = "application", .type = Type::text, .doc = "what syslog calls the gateway", .fallback = "\"tollgate\""},
    {.name = "spool", .type = Type::path, .doc = "folder of what waits for the database",
     .fallback = "\"request_log.spool\""},
    {.name = "spool_size", .type = Type::size, .doc = "what may wait there at a time",
     .fallback = "256 * megabytes", .min = 8 << 20, .max = 1099511627776.0},
    {.name = "keep", .type = Type::duration, .doc = "older requests leave the database; unset: none", .min = 1},
    {.name = "keep_rows", .type = Type::integer, .doc = "all but so many of the newest leave the database; unset: none",
     .min = 1, .max = 1e12},
    {.name = "ring", .type = Type::size, .doc = "bytes of lines per event loop that may wait",
     .fallback = "1 * megabytes", .min = smallest_ring, .max = 1 << 30},
};

}  // namespace

std::span<const Field> fields() { return all; }

}  // namespace tollgate::logging
