// core/config/failure_items.cpp - words and numbers for how an attempt may end.
#include "config/failure_items.h"

#include "support/text.h"

#include <array>
#include <cmath>
#include <initializer_list>
#include <optional>
#include <vector>

namespace tollgate::config {

namespace {

struct End {
    const char* word;
    std::initializer_list<Outcome> outcomes;
};
const std::array<End, 5> ends{{{"connect", {Outcome::not_connected, Outcome::connect_timeout, Outcome::tls_failed}},
                               {"reset", {Outcome::reset}},
                               {"timeout", {Outcome::timeout}},
                               {"garbage", {Outcome::garbage}},
                               {"cut", {Outcome::cut}}}};

struct Statuses {
    int first, last;
};

// 503, or "5xx" for all of them.
std::optional<Statuses> statuses_of(const Item& item, int lowest) {
    if (item.is(Item::Kind::number)) {
        if (item.number != std::floor(item.number) || item.number < lowest || item.number > 599) return std::nullopt;
        return Statuses{int(item.number), int(item.number)};
    }
    const auto& text = item.text;
    if (!item.is(Item::Kind::text) || text.size() != 3 || !text.ends_with("xx")) return std::nullopt;
    const int first = (text[0] - '0') * 100;
    if (first < lowest || first > 500) return std::nullopt;
    return Statuses{first, first + 99};
}

// One thing, or a list of them.
std::vector<const Item*> members(const Item& item) {
    if (!item.is(Item::Kind::table) || !item.named.empty()) return {&item};
    std::vector<const Item*> members;
    for (const auto& member : item.list) members.push_back(&member);
    return members;
}

// Of nothing nothing comes: a check that no status passes, a breaker that never opens.
void refuse_none(const std::string& owner, const Item& item, const Report& report) {
    if (item.is(Item::Kind::table) && item.list.empty() && item.named.empty())
        report(owner + ": expected at least one, got an empty list");
}

}  // namespace

upstream::FailureSet failure_set(const std::string& owner, const Item& item, const Report& report) {
    upstream::FailureSet set;
    refuse_none(owner, item, report);
    for (const Item* member : members(item)) {
        if (member->is(Item::Kind::mistake)) continue;
        if (const auto range = statuses_of(*member, 400)) {
            set.add_statuses(range->first, range->last);
            continue;
        }
        const End* known = nullptr;
        std::vector<std::string_view> words;
        for (const auto& end : ends) {
            words.emplace_back(end.word);
            if (member->is(Item::Kind::text) && member->text == end.word) known = &end;
        }
        if (known)
            for (const auto outcome : known->outcomes) set.add(outcome);
        else
            report(owner + ": expected \"connect\", \"reset\", \"timeout\", \"garbage\", \"cut\", a status from 400 to 599, \"4xx\" or "
                           "\"5xx\", got " + member->describe() +
                   (member->is(Item::Kind::text) ? text::did_you_mean(member->text, words) : std::string{}));
    }
    return set;
}

upstream::FailureThreshold failure_threshold(const std::string& owner, const CheckedSettings& settings,
                                             const Report& report) {
    const upstream::FailureThreshold threshold{
        std::uint32_t(settings.integer("failures")), settings.number("error_rate"),
        std::uint32_t(settings.integer("minimum")), settings.duration("window")};
    if (threshold.in_a_row == 0 && threshold.rate == 0)
        report(owner + ": failures: expected more than 0 where there is no error_rate, got 0");
    return threshold;
}

std::bitset<600> statuses(const std::string& owner, const Item& item, const Report& report) {
    std::bitset<600> set;
    refuse_none(owner, item, report);
    for (const Item* member : members(item)) {
        if (member->is(Item::Kind::mistake)) continue;
        if (const auto range = statuses_of(*member, 200))
            for (int status = range->first; status <= range->last; ++status) set.set(std::size_t(status));
        else
            report(owner + ": expected a status from 200 to 599, or \"2xx\", got " + member->describe());
    }
    return set;
}

}  // namespace tollgate::config
