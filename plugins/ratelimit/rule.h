// plugins/ratelimit/rule.h - Rule: one limit of a use in routes.lua: on whom, how much, and where it is counted.
#pragma once

#include "address_prefix.h"
#include "regions/regional_counters.h"
#include "shared_name.h"
#include "store.h"

#include <tollgate/plugin.h>

#include <array>
#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tollgate::ratelimit {

struct Inquiry;

// A quota of this length: of 30 days it is the month that the calendar has, of 7 days the week from Monday.
Calendar calendar_of(std::chrono::nanoseconds per) noexcept;

// "caller, route": what these values are called, and how state is found again after a reload. A function describes
// itself by its line, which the next edit moves: "function" is all that lasts.
std::string describe(const std::vector<Value>& by);

// Shared by all loops, immutable but for its figures.
class Rule {
public:
    enum class Kind : std::uint8_t { rate, quota, concurrency };

    // `own` is the table that says it, `use` all that its use says, for what `own` leaves out; they may be the same.
    // `told` says which table this is, in errors: "" or "limits: 2: ". Throws ConfigError.
    Rule(Kind kind, const Settings& own, const Settings& use, const std::string& told, std::string name, Host& host);

    Kind kind() const noexcept { return kind_; }
    Algorithm algorithm() const noexcept { return algorithm_; }
    const std::string& name() const noexcept { return name_; }
    const std::vector<Value>& by() const noexcept { return by_; }
    const std::string& quoted() const noexcept { return quoted_; }  // for header lines
    Counters& counters() const noexcept { return *counters_; }
    // Null where they are this gateway's alone.
    const std::shared_ptr<regions::RegionalCounters>& regional() const noexcept { return regional_; }
    std::string name_of_counters() const;
    const std::optional<Limit>& own() const noexcept { return own_; }
    bool goes_by_wall_clock() const noexcept {
        return algorithm_ == Algorithm::sliding_window || algorithm_ == Algorithm::fixed_window || kind_ == Kind::quota;
    }

    // What holds for this request: its own, its caller's tier's, the default; nullopt if nobody says.
    std::optional<Limit> limit_of(const Context& ctx) const;
    // The same for an operator; of the tiers those are known that somebody has come of. Throws std::invalid_argument.
    std::optional<Limit> limit_of(const Inquiry& inquiry) const;
    const std::string& limit_in_words() const noexcept { return in_words_; }
    // On whose account the request is; "" where it does not say. The view holds until `scratch` or the request changes.
    std::string_view key_of(const Context& ctx, std::string& scratch) const;
    std::string key_of(const Inquiry& inquiry) const;  // of as many values as by(); among those whom its limit holds
    // The same among those whom the same limit holds. The view holds as long as that of `key`.
    std::string_view key_under_limit(const Context& ctx, std::string_view key, std::string& scratch) const;
    // nullopt: what the client says is no cost. Throws what a function in routes.lua throws.
    std::optional<double> cost_of(const Context& ctx) const;
    bool key_is_public() const noexcept { return key_is_public_; }  // may be read by whoever runs the gateway

    // The words of its decision, for `tollgate explain`.
    void explain(Context& ctx, const Claim& claim) const;

    struct Figures {
        Counter &admitted, &refused, &shadow_refused, &delayed, &forgotten;
        Gauge &keys, &bytes;
    };
    const Figures& figures() const noexcept { return figures_; }
    void measure() const noexcept;  // how many keys are held now, in how much memory, for operators

private:
    const Tier* tier_of(const Context& ctx) const;
    Limit limit_of(const Tier& tier) const;
    void note(const Tier& tier) const noexcept;
    bool has_limit_of_key(const Context& ctx) const;
    std::optional<Limit> own_limit(const Settings& own, const std::string& told) const;
    void check_words(const Settings& own, const std::string& told) const;
    Limit limit_for(const Rate& rate, std::optional<std::int64_t> burst) const;
    Limit windowed(const Rate& rate) const;
    std::string whose_limit(const Context& ctx) const;  // in words
    Limit checked(const Rate& rate, std::optional<std::int64_t> burst, const std::string& field) const;
    std::shared_ptr<Counters> counters_of(const Settings& use, const std::string& told, Host& host);
    static Figures figures_of(const std::string& name, Host& host);

    Kind kind_;
    std::string name_, quoted_;
    std::vector<Value> by_;
    Value cost_;  // empty where every request costs 1
    Algorithm algorithm_ = Algorithm::token_bucket;
    Align align_ = Align::clock;
    Prefixes prefixes_;
    std::optional<std::int64_t> burst_;
    std::optional<Limit> own_;    // where no tier has a say
    std::optional<Limit> other_;  // where no tier says anything
    bool by_caller_;              // whoever asks, it is one caller
    bool key_is_public_;          // may stand in a trace as it is
    std::string in_words_;        // own_ and other_
    mutable std::array<std::atomic<const Tier*>, 16> tiers_{};  // that somebody has come of, for operators
    std::shared_ptr<const SharedName> shared_name_;
    std::shared_ptr<regions::RegionalCounters> regional_;
    std::shared_ptr<Counters> counters_;
    Figures figures_;
};

// All limits of a use. Throws ConfigError.
std::vector<std::unique_ptr<const Rule>> rules_of(const Settings& settings, Host& host);

// Those that are counted together with other gateways, by name.
std::vector<std::pair<std::string, std::shared_ptr<regions::RegionalCounters>>> regional_of(
    const std::vector<std::unique_ptr<const Rule>>& rules);

}  // namespace tollgate::ratelimit
