// plugins/cache/making.cpp - lines chosen, a date added, a key found.
#include "making.h"

#include <algorithm>

namespace tollgate::cache {

namespace {

// Where it is found: by its URL alone, or also by what answers of it vary by.
std::string key_of(const Site& site, const Asked& asked, const Terms& terms, Lines answer) {
    const std::string& primary = asked.key_of(terms);
    const auto there = site.zone.find(primary);
    const Variants none{primary, {}, {}, {}};
    const Variants& known = there && there->variants() ? *there->variants() : none;
    if (&known == &none && telling_apart(answer).empty()) return primary;
    const auto more = known.with(answer);
    return (more ? *more : known).key_for(asked.lines);
}

}  // namespace

Seconds wall_clock(const Host& host) {
    return std::chrono::floor<std::chrono::seconds>(host.wall_clock().time_since_epoch()).count();
}

std::vector<std::string> tags_in(Lines lines, const std::vector<std::string>& names) {
    std::vector<std::string> tags;
    for (const std::string& name : names)
        for (const Line& line : lines) {
            if (!same(line.name, name)) continue;
            for (std::size_t at = 0; at < line.value.size();) {
                const std::size_t end = std::min(line.value.find_first_of(" ,\t", at), line.value.size());
                if (end > at) tags.emplace_back(line.value.substr(at, end - at));
                at = end + 1;
            }
        }
    return tags;
}

std::shared_ptr<const Kept> made(const Site& site, const Asked& asked, Instant asked_at, Lines answer, int status,
                                 Terms terms) {
    const Instant now = site.host.now();
    const Seconds date = wall_clock(site.host);
    std::vector<Line> lines;
    for (const Line& line : answer)
        if (is_kept(line.name, terms)) lines.push_back(line);
    const std::string made_at = written_date(date);
    if (!has(lines, "Date")) lines.push_back({"Date", made_at});  // RFC 9110 section 6.6.1
    const bool for_everyone = terms.for_everyone && asked.may_be_for_everyone;
    const auto delay = std::chrono::duration_cast<Milliseconds>(now - asked_at);
    std::string key = key_of(site, asked, terms, answer);
    return std::make_shared<const Kept>(Kept::Parts{.key = std::move(key),
                                                    .url = asked.url,
                                                    .tags = tags_in(answer, site.rules.tags),
                                                    .status = status,
                                                    .head = Head{lines},
                                                    .body = nullptr,
                                                    .terms = std::move(terms),
                                                    .arrived = now,
                                                    .age = age_at_arrival(answer, date, delay),
                                                    .who = for_everyone ? std::string{} : asked.who});
}

Refreshed refreshed(const Site& site, const Asked& asked, Instant asked_at, const Kept& kept, Lines newer) {
    const auto ours = kept.head().lines();
    const auto lines = updated(ours, newer, updates);
    auto judgement = judge(asked.asking, kept.status(), lines, site.rules.policy, wall_clock(site.host));
    const bool keeps = judgement.terms.has_value();
    const auto head = made(site, asked, asked_at, lines, kept.status(), std::move(judgement.terms).value_or(Terms{}));
    return {head->with_body(kept.body()), keeps, judgement.why_not};
}

}  // namespace tollgate::cache
