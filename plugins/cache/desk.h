// plugins/cache/desk.h - Desk: answers requests from what is kept, and sends for what is not.
#pragma once

#include "answers.h"
#include "asked.h"
#include "fetch.h"
#include "pages.h"
#include "rules.h"
#include "shared.h"
#include "zone.h"

#include <tollgate/plugin.h>

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tollgate::cache {

// A request that walks on.
struct Passing {
    Told told;
    Instant asked_at;
    bool may_change = false;     // what it is about: an unsafe method
    std::optional<Asked> asked;  // where its answer may teach something of what is kept
};

// What is kept for a request. May be stale; null: nothing that it may have.
using Found = std::shared_ptr<const Kept>;

// Of one use of the plugin, for all loops.
class Desk {
public:
    // `host` outlives it. Throws ConfigError.
    Desk(const Settings& settings, Host& host);

    const Rules& rules() const noexcept { return rules_; }
    Zone& zone() const noexcept { return *zone_; }
    const Site& site() const noexcept { return site_; }
    Seconds wall() const { return wall_clock(host_); }

    // The answer to a GET or HEAD, at once or later, or that it walks on.
    Verdict answer(RequestContext& ctx) const;
    // It walks on; `why` is for whom it may concern.
    Verdict pass(RequestContext& ctx, Way way, std::string_view why, std::optional<Asked> asked = {}) const;
    Found look_up(const Asked& asked) const;

private:
    Recipient recipient(const Context& ctx, const Asked& asked, const Told& told) const;
    Response give(RequestContext& ctx, const Asked& asked, const Kept& kept, Way way) const;
    std::optional<Verdict> answer_at_once(RequestContext& ctx, const Asked& asked, const Found& found) const;
    std::string selected(const Asked& asked, const std::string& key) const;
    std::string where(const Asked& asked, const Found& found, Instant now) const;
    Task<void> bring(const Asked& asked, const Found& found) const;
    Task<bool> bring_of(const Asked& asked, std::string key, Instant until) const;
    Task<Verdict> ask(RequestContext& ctx, Asked asked, Found found) const;
    std::shared_ptr<Handover> send(RequestContext& ctx, const Asked& asked, std::shared_ptr<const Kept> stale,
                                   std::shared_ptr<Arriving> arriving, Task<void>& here) const;
    void refresh(RequestContext& ctx, const Asked& asked, const Found& found) const;
    std::optional<Verdict> take(RequestContext& ctx, const Asked& asked, const Found& found,
                                const std::shared_ptr<Arriving>& arriving, Handover* handover) const;
    Response give_arriving(RequestContext& ctx, const Asked& asked, const std::shared_ptr<Arriving>& arriving,
                           const Kept& head, Way way, bool sent_for) const;
    std::optional<Verdict> take_failure(RequestContext& ctx, const Asked& asked, const Found& found,
                                        const Arriving& arriving, Handover* handover) const;
    std::optional<Verdict> take_handover(RequestContext& ctx, const Asked& asked, const Found& found,
                                         Handover& handover) const;
    Loop& loop() const { return *loops_[host_.this_loop()]; }
    void count(Way way) const { ways_[static_cast<std::size_t>(way)]->add(); }

    Host& host_;
    const Rules rules_;
    const std::shared_ptr<Zone> zone_;
    const Zone::Use use_;
    std::vector<std::unique_ptr<Loop>> loops_;  // the last one is no loop at all: a rehearsal's
    std::array<Counter*, ways> ways_{};
    Counter& coalesced_;
    const KeptForm form_;
    const std::unique_ptr<RedisTier> tier_;  // null: what is kept is kept here
    const Site site_;
};

}  // namespace tollgate::cache
