// core/config/listen_vocabulary.cpp - what `listen` and `limits` can be told, as vocabulary.h has it.
#include "config/vocabulary.h"
#include "config/vocabulary_bounds.h"

namespace tollgate::config {

namespace {

constexpr const char* client_certificates[] = {"required", "optional"};

constexpr Special listen_specials[] = {
    {"[1]", "string", "the address; more of them may follow, for which the same holds", "", true},
    {"tls", "tollgate.tls", "by which certificates it speaks TLS", "none: plain HTTP"},
};
constexpr Field listen_fields[] = {
    {.name = "proxy_protocol", .type = Type::boolean,
     .doc = "whether trusted_proxies, and nobody else, come here, each connection with a header that says whose it is",
     .fallback = "false"},
};

constexpr Special tls_specials[] = {
    {"[1]", "tollgate.certificate",
     "further certificates, each as { certificate = ..., key = ... }: clients get the one made out to the name they ask for"},
};
constexpr Field tls_fields[] = {
    {.name = "certificate", .type = Type::path,
     .doc = "file of the certificate and those between it and its authority, in PEM, also for names that no other is made out to"},
    {.name = "key", .type = Type::path, .doc = "file of its private key, in PEM, without a password"},
    {.name = "minimum_version", .type = Type::choice, .doc = "the oldest TLS that is spoken", .fallback = "\"1.2\"",
     .choices = tls_versions},
    {.name = "client_authorities", .type = Type::path,
     .doc = "file of authorities, in PEM: clients are asked for a certificate of theirs"},
    {.name = "client_certificate", .type = Type::choice, .doc = "whether a client may come without one",
     .fallback = "\"required\"", .choices = client_certificates},
};

constexpr Field certificate_fields[] = {
    {.name = "certificate", .type = Type::path, .doc = "file of the certificate and those between it and its authority, in PEM",
     .required = true},
    {.name = "key", .type = Type::path, .doc = "file of its private key, in PEM, without a password", .required = true},
};

// By the names of http::Limits, which has the same defaults (a test compares them).
constexpr Field limits_fields[] = {
    {.name = "request_line", .type = Type::size, .doc = "longest request line, beyond it 414",
     .fallback = "8 * kilobytes", .min = 256, .max = 1 << 20},
    {.name = "headers", .type = Type::size, .doc = "largest head of a request, beyond it 431",
     .fallback = "32 * kilobytes", .min = 512, .max = 16 << 20},
    {.name = "header_count", .type = Type::integer, .doc = "most header lines, beyond it 431", .fallback = "100",
     .min = 1, .max = 10'000},
    {.name = "body", .type = Type::size, .doc = "largest body of a request, beyond it 413",
     .fallback = "100 * megabytes", .min = 0, .max = 1024 * gigabyte, .environment = "MAX_REQUEST_SIZE"},
    {.name = "header_time", .type = Type::duration, .doc = "from a head's first byte to its last, beyond it 408",
     .fallback = "10 * seconds", .min = 0.01, .max = day},
    {.name = "body_time", .type = Type::duration, .doc = "between two pieces of a body, beyond it 408",
     .fallback = "30 * seconds", .min = 0.01, .max = day},
    {.name = "send_time", .type = Type::duration, .doc = "how long a client may take nothing of its answer before it is cut",
     .fallback = "30 * seconds", .min = 0.01, .max = day},
    {.name = "idle", .type = Type::duration, .doc = "between two requests of a connection, then it is closed",
     .fallback = "60 * seconds", .min = 0.01, .max = day},
    {.name = "upgrade_idle", .type = Type::duration,
     .doc = "nothing moves on an upgraded connection (WebSocket), either way; then it is closed",
     .fallback = "5 * minutes", .min = 0.01, .max = day},
    {.name = "handshake_time", .type = Type::duration, .doc = "for a TLS handshake, beyond it the connection is closed",
     .fallback = "10 * seconds", .min = 0.01, .max = day},
    {.name = "handshakes", .type = Type::integer, .doc = "TLS handshakes at a time, beyond them new ones are closed",
     .fallback = "10000", .min = 1, .max = 10'000'000},
    {.name = "connections", .type = Type::integer, .doc = "connections of clients over all loops, beyond them 503",
     .fallback = "50000", .min = 1, .max = 10'000'000},
    {.name = "drain", .type = Type::duration, .doc = "what a stop grants requests under way",
     .fallback = "30 * seconds", .min = 0, .max = day},
};

constexpr Field route_limits_fields[] = {
    {.name = "body", .type = Type::size, .doc = "largest body of a request here", .min = 0, .max = 1024 * gigabyte},
};

}  // namespace

const Shape certificate_shape{"certificate", {}, certificate_fields};
const Shape limits_shape{"limits", {}, limits_fields};
const Shape listen_shape{"listen", listen_specials, listen_fields};
const Shape route_limits_shape{"route_limits", {}, route_limits_fields};
const Shape tls_shape{"tls", tls_specials, tls_fields};

}  // namespace tollgate::config
