// loadtest/verify/findings.h - Findings: what one `loadtester verify` has found out; Finding: of one limit and tier.
#pragma once

#include "loadtest/verify/declared.h"
#include "loadtest/verify/driver.h"
#include "loadtest/verify/plan.h"
#include "loadtest/verify/record.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace tollgate::loadtest::verify {

// An offence, and whose key it was.
struct Wrong {
    Offence offence;
    std::string identity;
};

// What others noticed of one who asked for ten times his limit.
struct Disturbed {
    std::uint64_t sent = 0, refused = 0;  // by the others, who stayed below their limits; refused without a reason
    Nanoseconds p99_before{0}, p99_meanwhile{0};  // of their answers
};

struct Finding {
    std::string limit, by, where, tier;  // "token bucket 100/s burst 20", "by caller", "routes.lua:24"
    std::vector<std::string> routes;
    std::vector<std::string> identities;
    std::uint64_t sent = 0, admitted = 0, refused = 0, unclear = 0, lost = 0;  // unclear: such as 502, 401
    std::optional<Wrong> over, under;    // the worst interval of each
    double seen_from = 1;                // the share from which on an error is sure to be found
    double jain = 1;                     // of the identities' admitted requests
    bool told = false;                   // answers said something of the limit, and it was looked at
    std::vector<std::string> lies;       // what of that cannot be true
    std::optional<Disturbed> disturbed;
    std::string unproven;                // why nothing is proven; "": it is
    std::vector<std::string> notes;

    bool conforms() const noexcept { return !over && !under && lies.empty(); }
    std::string_view verdict() const noexcept;  // "conforms", "TOO MUCH", "TOO LITTLE", "WRONG", "LIES"
};

struct Findings {
    std::string version, started, command, file;
    std::vector<std::string> urls;
    double seconds = 0;
    double precision = 0;
    std::vector<Finding> limits;
    std::vector<NotVerified> not_verified;
    bool interrupted = false;
    int exit_code = 0;
    std::vector<std::string> verdict;    // why the exit code is not 0, worst first
};

// What is proven of each of the drive's limits.
std::vector<Finding> judge(const Declared& declared, const Drive& drive, const Driven& driven);

// Sets exit code and verdict.
void conclude(Findings& findings, bool strict);

// For a terminal; one JSON object. Both end with a line break.
std::string text_of(const Findings& findings, bool colour);
std::string json_of(const Findings& findings);

}  // namespace tollgate::loadtest::verify
