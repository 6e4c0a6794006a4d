// loadtest/verify/plan.h - Plan: which limits are driven, by whom, how fast and how long; and which are not, and why.
#pragma once

#include "loadtest/verify/declared.h"
#include "loadtest/verify/settings.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace tollgate::loadtest::verify {

// A limit as it holds for the identities of one drive.
struct AppliedLimit {
    std::size_t use = 0;     // of Declared::uses
    std::size_t number = 0;  // in it
    Limit limit;
    std::vector<By> by;
    std::string problem{};   // why it is not verified; "": it is. Then it is there for what it may have refused
    bool by_gateway = false;  // each of several counts in its own memory
};

// A stretch of time, from the begin of the drive.
struct Stage {
    enum class Who : std::uint8_t { all, first, others };  // of the drive's identities
    Nanoseconds from, to;
    double rate;  // requests a second of each of them, evenly
    Who who = Who::all;
    bool takes(std::size_t identity) const noexcept {
        return who == Who::all || (who == Who::first) == (identity == 0);
    }
};

// The others ask for half of their limit all along; from `noisy` on the first asks for ten times his.
struct Isolation {
    Nanoseconds from, noisy, to;
};

// Identities of one tier that ask for routes which are limited by the same uses.
struct Drive {
    std::vector<std::size_t> routes;  // of Declared::routes
    std::vector<Target> targets;      // asked in turn
    std::string tier;                 // "": none; with the owner of a key that has a rate of its own, and that
    std::vector<Identity> identities;
    std::vector<AppliedLimit> limits;
    bool tells = false;               // one use limits it, and says so in header lines
    bool unknown_limit = false;       // there is one more, which may refuse at any time
    std::vector<Stage> stages;
    std::optional<Isolation> isolation;
    bool alone = false;               // no two identities share a key: who waits is disturbed by nobody
    Nanoseconds duration{0};
    bool drives(Algorithm algorithm) const;
    bool nobody_shares() const;        // a key of some limit with another of the identities
    bool counts_all_together() const;  // in some limit: also with identities of other drives
    std::string key_of(const AppliedLimit& limit, const Identity& identity) const;
};

struct NotVerified {
    std::string what, where, why;
};

struct VerifyPlan {
    std::vector<Url> urls;
    bool here = false;  // all of them are on this machine: they have its clock
    std::vector<std::vector<Drive>> waves;  // one after the other; the drives of one share nothing that is limited
    std::vector<NotVerified> not_verified;
    Nanoseconds duration{0};
};

// Throws UsageError: no route of that name, no address to ask.
VerifyPlan make_plan(const Declared& declared, const VerifySettings& settings);

// Empties the bucket, goes on asking for more than there is, lets it fill again, and empties it once more. A quota is
// used up, and asked again when its next day begins, if that is soon: `now` is the wall clock's time.
void set_stages(Drive& drive, std::size_t gateways, const VerifySettings& settings, std::int64_t now);
// How long until the end of the day, week or month, and how often to ask meanwhile: what set_stages() makes of a quota.
struct QuotaPlan {
    Nanoseconds to_spend, to_end;  // to_end: 0 where it is further than --longest
    double rate;
};
QuotaPlan quota_plan(const Drive& drive, const VerifySettings& settings, std::int64_t now);
// How long a limit has to be saturated, so that what is wrong by `precision` is seen.
Nanoseconds saturation_for(const Limit& limit, double precision);
// The least share by which a limit may be wrong and is sure to be seen, where answers came after `latency` at most.
double seen_from(const Limit& limit, Nanoseconds saturated, Nanoseconds latency);

}  // namespace tollgate::loadtest::verify
