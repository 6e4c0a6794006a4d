// plugins/ratelimit/shared_name.cpp - limits in words that are the same where the limits are.
#include "shared_name.h"

namespace tollgate::ratelimit {

namespace {

std::string words_of(const Limit& limit) {
    const std::string count = in_words(limit.count());
    switch (limit.calendar()) {
        case Calendar::day: return count + " in a day";
        case Calendar::week: return count + " in a week";
        case Calendar::month: return count + " in a month";
        case Calendar::none: break;
    }
    if (limit.algorithm() == Algorithm::concurrency) return count + " at a time";
    std::string words = count + " in " + in_words(double(limit.per().count()) / 1e9) + " s";
    if (limit.algorithm() == Algorithm::token_bucket) words += " with a burst of " + std::to_string(limit.burst());
    if (limit.align() == Align::first_use) words += " from the first use";
    return words;
}

}  // namespace

std::string in_words(const std::optional<Limit>& own, const std::optional<Limit>& other) {
    return (own ? words_of(*own) : "what tiers say") + (other ? " or else " + words_of(*other) : "");
}

std::shared_ptr<const SharedName> agree(const std::string& name, const std::string& state, const std::string& field,
                                        const std::string& limit, const Settings& settings, Host& host) {
    auto shared = host.state<SharedName>("name " + state, [] { return std::make_shared<SharedName>(); });
    // A configuration before this one may hold it too, and may have said otherwise.
    if (settings.ordinal("name " + state) == 1)
        *shared = {limit, settings.where()};
    else if (shared->limit != limit)
        throw ConfigError{field, "expected \"" + name + "\" to be one limit (" + shared->limit + ", as at " +
                                     shared->where + "), since what shares a name is counted together, got " + limit};
    return shared;
}

}  // namespace tollgate::ratelimit
