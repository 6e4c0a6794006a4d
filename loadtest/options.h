// loadtest/options.h - Options: what one run is told, checked and complete; URLs and targets.
#pragma once

#include "loadtest/quantities.h"

#include <cstdint>
#include <exception>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace tollgate::loadtest {

// Something wrong with what the user said. `what()` has a line for each mistake, as CONTRIBUTING has them:
// where: expected, got. main() tells them all and exits with exit_usage.
class UsageError : public std::exception {
public:
    explicit UsageError(std::string message) : message_{std::move(message)} {}
    const char* what() const noexcept override { return message_.c_str(); }

private:
    std::string message_;
};

using HeaderLines = std::vector<std::pair<std::string, std::string>>;

// Where a request goes: the address that is connected to, and what the request says.
struct Url {
    bool secure = false;
    std::string host;         // "127.0.0.1", "::1", "api.example": no brackets
    std::uint16_t port = 80;
    std::string authority;    // for the Host header: "[::1]:8080"; without the port that the scheme implies
    std::string path = "/";   // with the query, as sent
};
// Of "http://...", "https://..."; without a scheme it is http. Throws UsageError: user and fragment, control bytes,
// blanks.
Url parse_url(std::string_view text);

struct Target {
    std::string method = "GET";
    Url url;
    HeaderLines headers;      // its own; they replace general ones of the same name
    std::string body;
    double weight = 1;
    std::string name() const;  // "GET http://127.0.0.1:8080/orders"; "..." for secrets in the query
};

// Whom a request comes from: the value of the key header.
struct Key {
    std::string value;
    std::string name;         // in reports, where the value is a secret: "key-0001", or what the file calls it
    double weight = 1;        // by --key-mix
};

struct Stage {
    Nanoseconds duration;     // 0: at once
    double rate;              // requests a second at its end, reached along a straight line
};

enum class Arrival : std::uint8_t { constant, poisson };
enum class Format : std::uint8_t { text, json, csv, html, hgrm, hlog, svg, summary };
enum class Reconcile : std::uint8_t { off, report, strict };

struct Output {
    Format format;
    std::string path;
    bool append = false;  // at its end, and in a folder that is made if need be
};

struct Options {
    // Load. A closed loop where there is neither a rate nor stages.
    unsigned threads = 1;
    unsigned connections = 10;             // opened at the start, over all threads
    unsigned most_in_flight = 10;          // open loop: connections opened at need, at least `connections`
    std::optional<Nanoseconds> duration;   // of planning; without one and without `requests`: 10 s; not with stages
    std::optional<std::uint64_t> requests;
    double rate = 0;                       // requests a second over all threads
    std::vector<Stage> stages;
    Arrival arrival = Arrival::constant;
    Nanoseconds warmup{0};                 // before `duration`; not in the results
    Nanoseconds drain{0};                  // for answers after the end; by default as long as `timeout`
    std::uint64_t seed = 1;
    bool open_loop() const noexcept { return rate > 0 || !stages.empty(); }

    // Requests.
    std::vector<Target> targets;           // one at least
    HeaderLines headers;                   // of all targets
    Nanoseconds timeout = std::chrono::seconds{10};  // from sending to the last byte, connecting included
    bool keep_alive = true;
    bool insecure = false;                 // https: any certificate will do
    std::string authorities;               // https: a file of certificates to trust; "": the system's
    std::string unix_socket;               // connect there, whatever the URL's host
    std::string request_id = "X-Request-Id";  // header that carries it; "": none

    // Identities.
    std::vector<Key> keys;                 // none: requests have no key
    std::string key_header = "X-API-Key";

    // The gateway's view.
    std::string metrics_url;               // "": not asked for; its query may hold a secret
    std::string metrics_token;             // Authorization: Bearer
    Reconcile reconcile = Reconcile::strict;

    // Verdict.
    std::vector<std::string> thresholds;   // as written; verified when parsed
    std::vector<std::string> expected;     // "2xx", "429", "204"; empty: anything

    // Output.
    Format format = Format::text;          // of stdout
    std::vector<Output> outputs;           // files beside it
    unsigned slowest = 10;
    bool quiet = false;                    // no live view
    std::string shown_command;             // what was asked for, with keys left out, for reports
};

}  // namespace tollgate::loadtest
