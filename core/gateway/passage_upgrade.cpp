// core/gateway/passage_upgrade.cpp - the step of the corridor that leaves HTTP: Upgrade, and what follows a 101.
#include "gateway/loop_share.h"
#include "gateway/passage.h"
#include "gateway/tunnel.h"
#include "http/layout.h"
#include "http/upgrade.h"

namespace tollgate {

using Upgrades = Figures::Upgrades;

// What the client offers and the route allows, unless a plugin has taken the line away.
void Passage::offer_upgrade() {
    upgrade_.clear();
    if (Headers::Layout::find(exchange_.request.headers(), http::Known::upgrade))
        upgrade_ = http::allowed_protocols(exchange_.upgrade, route_->upgrade);
    attempt_->call.upgrade = upgrade_;
}

// The answer is a 101, of the attempt's upstream: no plugin can make one (nor hand one on from another request).
Task<void> Passage::go_over() {
    if (!attempt_ || !attempt_->call.upgraded)
        throw Failure{Culprit::gateway, 500, "plugin_failed", "the gateway could not serve this request",
                      "a plugin answered with a 101 that is not of this request"};
    upstream::Call& call = attempt_->call;
    exchange_.begin_upgraded(response_, call.upgrade);
    co_await exchange_.send({}, false);
    note_answering();
    response_.layout().taps.end(BodyEnd::complete);

    // Also where the connection is destroyed meanwhile.
    struct Open {
        Passage& passage;
        Tunnel tunnel;
        explicit Open(Passage& of)
            : passage{of},
              tunnel{of.exchange_, std::move(of.attempt_->call.upgraded), of.snapshot_.limits.upgrade_idle} {
            Upgrades::add(passage.share_.figures.upgrades.taken);
            Upgrades::add(passage.share_.figures.upgrades.open);
        }
        ~Open() {
            Upgrades::add(passage.share_.figures.upgrades.open, std::uint64_t(-1));
            const bool well = tunnel.end() == Tunnel::End::closed || tunnel.end() == Tunnel::End::idle;
            passage.end_attempt(well                                             ? Outcome::answered
                                : tunnel.end() == Tunnel::End::upstream_cut ? Outcome::cut
                                                                            : Outcome::abandoned);
            passage.place_.give_up();
        }
    } open{*this};
    co_await open.tunnel.run();
    if (open.tunnel.end() == Tunnel::End::upstream_cut)
        throw Failure{Culprit::upstream, 502, "upstream_cut", "the upstream's connection broke",
                      std::string(call.target.address()) + ": " + open.tunnel.detail()};
    if (open.tunnel.end() == Tunnel::End::idle)  // closed in order; the log says why
        failure_.emplace(Culprit::client, 408, "upgrade_idle", "nothing moved for too long");
}

}  // namespace tollgate
