// loadtest/verify/plan.cpp - from what is declared to who asks what how fast.
#include "loadtest/verify/plan.h"

#include "http/layout.h"
#include "loadtest/mistakes.h"
#include "loadtest/verify/reach.h"
#include "loadtest/verify/sample.h"
#include "net/address.h"
#include "support/text.h"

#include <algorithm>
#include <cmath>
#include <set>

namespace tollgate::loadtest::verify {

namespace {

constexpr std::size_t most_targets = 8;

// "127.0.0.1:8080" as a client reaches it; empty for what cannot be asked.
std::string reachable(const std::string& listen) {
    const bool secure = listen.starts_with("https://");
    std::string problem;
    const auto address = net::Address::parse(secure ? listen.substr(8) : listen, problem);
    if (!address || address->is_unix() || address->port() == 0) return {};
    const std::string port = ":" + std::to_string(address->port()), scheme = secure ? "https://" : "http://";
    const std::string& host = address->host();
    if (host.empty() || host == "*" || host == "0.0.0.0") return scheme + "127.0.0.1" + port;
    if (host == "::") return scheme + "[::1]" + port;
    return scheme + (host.find(':') == host.npos ? host : "[" + host + "]") + port;
}

std::vector<Url> urls_of(const Declared& declared, const VerifySettings& settings) {
    if (!settings.urls.empty()) return settings.urls;
    for (const std::string& listen : declared.listens)
        if (const std::string url = reachable(listen); !url.empty()) return {parse_url(url)};
    throw UsageError{"--url: expected where the gateway is to be asked, as " + settings.file +
                     " has no `listen` for it"};
}

class Planner {
public:
    Planner(const Declared& declared, const VerifySettings& settings)
        : declared_{declared}, settings_{settings}, samples_{declared, settings.requests} {
        plan_.urls = urls_of(declared, settings);
        const auto all = [&](auto holds) { return std::all_of(plan_.urls.begin(), plan_.urls.end(), holds); };
        const auto on_loopback = [](const Url& url) { return url.host.starts_with("127.") || url.host == "localhost"; };
        // Own addresses are to be had on loopback only, where all of 127.0.0.0/8 is this machine.
        addresses_ = all([&](const Url& url) { return !url.secure && on_loopback(url); });
        plan_.here = all([&](const Url& url) { return on_loopback(url) || url.host == "::1"; });
    }

    VerifyPlan plan() {
        check_names();
        for (std::size_t route = 0; route < declared_.routes.size(); ++route) add_route(route);
        for (Group& group : groups_) add_drives(group);
        return std::move(plan_);
    }

private:
    // Routes that are limited by the same uses.
    struct Group {
        std::vector<std::size_t> uses, routes;
        std::vector<Target> targets;
    };

    void check_names() const {
        Mistakes mistakes;
        for (const std::string& name : settings_.routes) {
            text::Guess guess{name};
            bool found = false;
            for (const DeclaredRoute& route : declared_.routes) {
                found = found || route.name == name;
                guess.offer(route.name);
            }
            const std::string hint = guess.best().empty() ? "" : "; did you mean " + text::quote(guess.best()) + "?";
            if (!found) mistakes.add("--route: there is no route " + text::quote(name) + hint);
        }
        mistakes.raise();
    }

    void add_route(std::size_t number) {
        const DeclaredRoute& route = declared_.routes[number];
        const auto& wanted = settings_.routes;
        if (!wanted.empty() && std::find(wanted.begin(), wanted.end(), route.name) == wanted.end()) return;
        if (route.uses.empty()) return;
        std::string why;
        std::optional<Target> target = samples_.of(number, why);
        if (!target) return not_verified("route " + text::quote(route.name), route.where, why);
        const bool by_route = counts_by(route.uses, By::Kind::route);
        const auto alike = [&](const Group& group) {
            const DeclaredRoute& other = declared_.routes[group.routes.front()];
            return !by_route && group.uses == route.uses && other.key_header == route.key_header &&
                   other.wants_caller == route.wants_caller;
        };
        auto group = std::find_if(groups_.begin(), groups_.end(), alike);
        if (group == groups_.end()) group = groups_.insert(groups_.end(), {route.uses, {}, {}});
        group->routes.push_back(number);
        if (group->targets.size() < most_targets) group->targets.push_back(std::move(*target));
    }

    bool counts_by(const std::vector<std::size_t>& uses, By::Kind kind) const {
        for (const std::size_t use : uses)
            for (const DeclaredLimit& limit : declared_.uses[use].limits)
                for (const By& by : limit.by)
                    if (by.kind == kind) return true;
        return false;
    }

    void not_verified(std::string what, std::string where, std::string why) {
        plan_.not_verified.push_back({std::move(what), std::move(where), std::move(why)});
    }

    void add_drives(const Group& group) {
        const DeclaredRoute& route = declared_.routes[group.routes.front()];
        if (!route.wants_caller) return add_drive(group, "", nobody(group));
        if (settings_.keys.empty())
            return not_verified("route " + text::quote(route.name), route.where,
                                "it wants callers to be known; say --keys");
        std::map<std::string, std::vector<Identity>> by_tier;
        std::map<std::string, unsigned> own;
        std::set<std::string> callers;
        for (const CallerKey& key : settings_.keys) {
            if (key.own && own[key.tier] == settings_.identities) continue;
            if (!key.own && by_tier[key.tier].size() == settings_.identities) continue;
            if (!callers.insert(key.owner).second) continue;
            if (!key.own) by_tier[key.tier].push_back(identity_of(group, key));
            else if (++own[key.tier]) add_drive(group, key.tier, {identity_of(group, key)}, key.own);
        }
        for (auto& [tier, identities] : by_tier)
            if (!identities.empty()) add_drive(group, tier, std::move(identities));
        if (!counts_by(group.uses, By::Kind::caller)) return;
        for (const auto& [tier, declared] : declared_.tiers)
            if (!by_tier.contains(tier))
                not_verified("tier " + text::quote(tier), route.where, "no key of it is in --keys");
    }

    Identity identity_of(const Group& group, const CallerKey& key) {
        Identity identity{key.owner, key.owner, next_address(), {}};
        const DeclaredRoute& route = declared_.routes[group.routes.front()];
        std::string header = settings_.key_header.empty() ? route.key_header : settings_.key_header;
        const std::size_t colon = header.find(": ");
        const std::string scheme = colon == header.npos ? "" : header.substr(colon + 2) + ' ';
        identity.headers.emplace_back(header.substr(0, colon), scheme + key.secret);
        add_headers(group, identity);
        return identity;
    }

    std::vector<Identity> nobody(const Group& group) {
        std::vector<Identity> identities;
        const bool distinct = counts_by(group.uses, By::Kind::header) ||
                              (addresses_ && counts_by(group.uses, By::Kind::client_ip));
        for (unsigned i = 0; i < (distinct ? std::max(settings_.identities, 1u) : 1u); ++i) {
            Identity identity{"", "", next_address(), {}};
            identity.name = identity.address.empty() ? "client " + std::to_string(i + 1) : identity.address;
            add_headers(group, identity);
            identities.push_back(std::move(identity));
        }
        return identities;
    }

    // What tells identities apart where limits count by a header.
    void add_headers(const Group& group, Identity& identity) {
        ++made_;
        std::set<std::string> names;
        for (const std::size_t use : group.uses)
            for (const DeclaredLimit& limit : declared_.uses[use].limits)
                for (const By& by : limit.by)
                    if (by.kind == By::Kind::header) names.insert(by.name);
        for (const std::string& name : names) {
            const auto said = [&](const auto& line) { return http::same_text(line.first, name); };
            const bool there = std::any_of(identity.headers.begin(), identity.headers.end(), said) ||
                               std::any_of(settings_.headers.begin(), settings_.headers.end(), said);
            if (!there) identity.headers.emplace_back(name, "verify-" + std::to_string(made_));
        }
    }

    std::string next_address() {
        if (!addresses_) return {};
        const unsigned number = ++last_address_;
        return "127.0." + std::to_string(number / 250) + '.' + std::to_string(number % 250 + 1);
    }

    void add_drive(const Group& group, const std::string& tier, std::vector<Identity> identities,
                   const std::optional<OwnRate>& own = std::nullopt) {
        Drive drive{group.routes, group.targets, tier, std::move(identities), {}, false, false, {}, {}, false, {}};
        if (own) drive.tier += (tier.empty() ? "" : ", ") + drive.identities[0].name + ' ' + own->text();
        drive.tells = group.uses.size() == 1 && declared_.uses[group.uses.front()].tells_headers;
        const auto found = declared_.tiers.find(tier);
        const DeclaredTier* const declared = found == declared_.tiers.end() ? nullptr : &found->second;
        for (const std::size_t use : group.uses) add_limits(drive, use, declared, own);
        if (std::none_of(drive.limits.begin(), drive.limits.end(), [](const auto& one) { return one.problem.empty(); }))
            return;
        drive.alone = drive.nobody_shares();
        set_stages(drive, plan_.urls.size(), settings_, now_);
        enter_wave(std::move(drive));
    }

    void add_limits(Drive& drive, std::size_t use, const DeclaredTier* tier, const std::optional<OwnRate>& own) {
        const DeclaredUse& declared = declared_.uses[use];
        for (std::size_t i = 0; i < declared.limits.size(); ++i) {
            const DeclaredLimit& one = declared.limits[i];
            std::string why;
            std::optional<Limit> limit = limit_for(one, tier, own, why);
            if (limit) set_terms(*limit, declared, one);
            const bool by_gateway = declared.in_memory && plan_.urls.size() > 1;
            if (limit && !declared.refuses()) why = "mode is \"" + declared.mode + "\"";
            const std::size_t times = drive.identities.size() * (by_gateway ? plan_.urls.size() : 1);
            if (limit && why.empty() && declared.regional && plan_.urls.size() > 1)
                why = "its gateways tell each other only afterwards what they have counted; ask one of them";
            if (limit && why.empty()) why = beyond_reach(*limit, static_cast<double>(times), settings_);
            const std::string of = drive.tier.empty() ? "" : ", tier " + text::quote(drive.tier);
            if (!limit && why.empty()) continue;  // a quota that the tier does not have
            if (!why.empty())
                not_verified((limit ? limit->text() : "ratelimit") + ' ' + one.text() + of, declared.where, why);
            if (!declared.refuses()) continue;
            if (limit) drive.limits.push_back({use, i, *limit, one.by, why, by_gateway});
            else drive.unknown_limit = true;
        }
    }

    // What the use says of how all its limits are held.
    void set_terms(Limit& limit, const DeclaredUse& declared, const DeclaredLimit& one) const {
        if (limit.algorithm == Algorithm::token_bucket) limit.longest_delay = declared.longest_delay;
        if (limit.algorithm == Algorithm::concurrency) limit.window = settings_.takes.value_or(Nanoseconds::zero());
        // Who waits for a token has asked for it one by one.
        else if (declared.longest_delay == Nanoseconds::zero() && !declared.in_memory)
            limit.leased = declared.lease / one.price() * static_cast<double>(plan_.urls.size());
    }

    bool shares_with(const Drive& drive, const std::vector<Drive>& wave) const {
        const auto same = [&](std::size_t a, std::size_t b) {
            return a == b || (!declared_.uses[a].name.empty() && declared_.uses[a].name == declared_.uses[b].name);
        };
        for (const Drive& other : wave) {
            // Callers of another tier are other ones, but what is common to all would be asked by both.
            const bool apart = !drive.counts_all_together() && !other.counts_all_together();
            const bool others = other.routes == drive.routes && apart;
            if (others) continue;
            for (const AppliedLimit& one : drive.limits)
                for (const AppliedLimit& two : other.limits)
                    if (same(one.use, two.use)) return true;
        }
        return false;
    }
    static double demand_of(const std::vector<Drive>& wave) {
        double sum = 0;
        for (const Drive& drive : wave) {
            double most = 0;
            for (const Stage& stage : drive.stages) most = std::max(most, stage.rate);
            sum += most * static_cast<double>(drive.identities.size());
        }
        return sum;
    }

    void enter_wave(Drive drive) {
        for (auto& wave : plan_.waves) {
            const bool room = demand_of(wave) + demand_of({drive}) <= settings_.most_rate;
            if (!room || shares_with(drive, wave)) continue;
            wave.push_back(std::move(drive));
            return;
        }
        plan_.waves.push_back({});
        plan_.waves.back().push_back(std::move(drive));
    }

    const Declared& declared_;
    const VerifySettings& settings_;
    Samples samples_;
    VerifyPlan plan_;
    std::vector<Group> groups_;
    bool addresses_ = false;
    unsigned last_address_ = 0, made_ = 0;
    const std::int64_t now_ = std::chrono::nanoseconds{std::chrono::system_clock::now().time_since_epoch()}.count();
};

}  // namespace

VerifyPlan make_plan(const Declared& declared, const VerifySettings& settings) {
    VerifyPlan plan = Planner{declared, settings}.plan();
    for (const auto& wave : plan.waves) {
        Nanoseconds longest{0};
        for (const Drive& drive : wave) longest = std::max(longest, drive.duration);
        plan.duration += longest;
    }
    return plan;
}

}  // namespace tollgate::loadtest::verify
