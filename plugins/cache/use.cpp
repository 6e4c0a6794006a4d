// plugins/cache/use.cpp - the client may ask for fresher than is kept, and for staler only where the answer lets it.
#include "use.h"

namespace tollgate::cache {

namespace {

Milliseconds milliseconds_of(Seconds seconds) noexcept {
    return std::chrono::seconds{std::min(seconds, Directives::longest)};
}

bool may_be_stale(const Kept& kept) noexcept { return !kept.terms().never_stale && !kept.terms().validate_always; }

}  // namespace

Use use_of(const Kept& kept, const Directives& asked, Instant now) {
    if (kept.terms().validate_always || asked.no_cache) return Use::validate;
    const Milliseconds left = kept.fresh_for(now);
    if (asked.max_age && kept.age(now) > milliseconds_of(*asked.max_age)) return Use::validate;
    if (asked.min_fresh && left < milliseconds_of(*asked.min_fresh)) return Use::validate;
    if (left.count() > 0) return Use::fresh;
    if (!may_be_stale(kept)) return Use::validate;
    if (-left < kept.terms().stale_while_revalidate) return Use::stale_and_refresh;
    if (asked.max_stale && -left <= milliseconds_of(*asked.max_stale)) return Use::stale;
    return Use::validate;
}

bool answers_errors(const Kept& kept, const Directives& asked, Instant now) {
    if (!may_be_stale(kept) || asked.no_cache) return false;
    const Milliseconds client = asked.stale_if_error ? milliseconds_of(*asked.stale_if_error) : Milliseconds{0};
    return -kept.fresh_for(now) < std::max(kept.terms().stale_if_error, client);
}

Directives asked_by(Lines request) {
    Directives asked = parse_directives(request);
    if (!asked.present && combined(request, "Pragma").find("no-cache") != std::string::npos) asked.no_cache = true;
    return asked;
}

}  // namespace tollgate::cache
