// plugins/cache/shared.cpp - settings that go together, and what comes of them.
#include "shared.h"

#include "validators.h"

#include "redis/server_of.h"

#include <algorithm>
#include <string>
#include <utility>

namespace tollgate::cache {

std::unique_ptr<RedisTier> tier_of(const Settings& settings, Host& host, std::string_view zone_name,
                                   const std::shared_ptr<Zone>& zone, const Form& form) {
    if (settings.text("store") == "memory") return nullptr;
    auto server = redis::server_of(settings, host, words_of_copies);
    // What goes by another name is apart there too: its keys, and its purges.
    RedisTier::Options options{.prefix = std::string{settings.text("redis_prefix")}.append(zone_name) + ':',
                               .timeout = settings.duration("redis_timeout")};
    const std::string name = "log " + options.prefix + ' ' + server->address().identity();
    auto log = host.state<PurgeLog>(
        name, [&zone] { return std::make_shared<PurgeLog>([zone](const Purge& purge) { zone->apply(purge); }); });
    zone->add_log(log);
    return std::make_unique<RedisTier>(host, std::move(server), std::move(log), zone->store(), form,
                                       std::move(options));
}

std::chrono::milliseconds worth(const Kept& kept, Instant now) {
    constexpr std::chrono::hours asked_about{1};
    const Terms& terms = kept.terms();
    const auto left = std::max(kept.fresh_for(now), Milliseconds{0});
    const auto stale = std::max(terms.stale_while_revalidate, terms.stale_if_error);
    const bool validates = !validating_lines(kept.head().lines()).empty();
    return left + std::max(stale, validates ? Milliseconds{asked_about} : Milliseconds{0});
}

}  // namespace tollgate::cache
