// core/config/difference.cpp - pairing what two configurations declare, and telling what differs.
#include "config/difference.h"

#include "config/outline.h"
#include "plugins/plugin_host.h"
#include "snapshot/snapshot.h"
#include "support/text.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace tollgate::config {

namespace {

using Kind = Change::Kind;
using Part = Outline::Part;
using Settings = std::vector<Outline::Setting>;

class Comparison {
public:
    Comparison(const Outline& before, const Outline& after)
        : before_{before}, after_{after}, used_before_(before.uses.size(), -1), used_after_(after.uses.size(), -1) {}

    std::vector<Change> changes() {
        pair_uses();
        const auto old = by_name(before_), now = by_name(after_);
        for (const auto& [key, part] : now)
            if (!old.contains(key)) add(Kind::added, *part);
        for (const auto& [key, part] : old)
            if (!now.contains(key)) add(Kind::removed, *part);
        std::vector<std::pair<const Part*, const Part*>> both;
        for (const auto& [key, part] : now)
            if (const auto found = old.find(key); found != old.end()) both.emplace_back(found->second, part);
        for (const auto& [was, is] : both) compare_parts(*was, *is);
        compare_uses();
        find_moved(std::move(both));
        return std::move(changes_);
    }

private:
    // Routes of the same name are told apart by which one of them it is.
    using Key = std::tuple<std::string, std::string, int>;
    static std::map<Key, const Part*> by_name(const Outline& outline) {
        std::map<Key, const Part*> parts;
        std::map<std::pair<std::string, std::string>, int> count;
        for (const Part& part : outline.parts)
            parts.emplace(Key{part.kind, part.name, count[{part.kind, part.name}]++}, &part);
        return parts;
    }

    void add(Kind kind, const Part& part) { changes_.push_back({kind, part.what(), part.where}); }

    void compare_settings(const std::string& what, const std::string& where, const Settings& was, const Settings& is) {
        const auto find = [](const Settings& settings, const std::string& name) {
            return std::find_if(settings.begin(), settings.end(), [&](const auto& s) { return s.name == name; });
        };
        for (const auto& setting : is) {
            const auto old = find(was, setting.name);
            if (old == was.end() || !(*old == setting))
                changes_.push_back({Kind::changed, what, where, setting.name,
                                    old == was.end() ? std::string{} : old->shown, setting.shown});
        }
        for (const auto& setting : was)
            if (find(is, setting.name) == is.end())
                changes_.push_back({Kind::changed, what, where, setting.name, setting.shown, ""});
    }

    void compare_parts(const Part& was, const Part& is) {
        compare_settings(is.what(), is.where, was.settings, is.settings);
        std::vector<int> pairs_of_was;
        for (const int use : was.uses) pairs_of_was.push_back(used_before_[std::size_t(use)]);
        if (pairs_of_was == is.uses) return;
        changes_.push_back(
            {Kind::changed, is.what(), is.where, "plugins", names(before_, was.uses), names(after_, is.uses)});
    }

    static std::string name_of(const Outline::Use& use) { return use.plugin + " (" + use.where + ')'; }
    static std::string names(const Outline& outline, const std::vector<int>& uses) {
        std::vector<std::string> all;
        for (const int use : uses) all.push_back(name_of(outline.uses[std::size_t(use)]));
        return all.empty() ? "" : text::join(all);
    }

    // Uses have no names: those that say the same are the same, the others of a plugin are paired in their order.
    void pair_uses() {
        pair_uses_by([](const Outline::Use& use) {
            std::string key = use.plugin;
            for (const auto& setting : use.settings) key += '\n' + setting.name + '=' + std::to_string(setting.digest);
            return key;
        });
        pair_uses_by([](const Outline::Use& use) { return use.plugin; });
    }

    template <class KeyOf>
    void pair_uses_by(KeyOf key_of) {
        std::map<std::string, std::vector<std::size_t>> waiting;  // the first last
        for (std::size_t k = before_.uses.size(); k-- > 0;)
            if (used_before_[k] < 0) waiting[key_of(before_.uses[k])].push_back(k);
        for (std::size_t i = 0; i < after_.uses.size(); ++i) {
            if (used_after_[i] >= 0) continue;
            const auto found = waiting.find(key_of(after_.uses[i]));
            if (found == waiting.end() || found->second.empty()) continue;
            used_before_[found->second.back()] = int(i);
            used_after_[i] = int(found->second.back());
            found->second.pop_back();
        }
    }

    void compare_uses() {
        for (std::size_t i = 0; i < after_.uses.size(); ++i) {
            const auto& use = after_.uses[i];
            if (used_after_[i] < 0) changes_.push_back({Kind::added, "plugin " + use.plugin, use.where});
            else
                compare_settings("plugin " + use.plugin, use.where,
                                 before_.uses[std::size_t(used_after_[i])].settings, use.settings);
        }
        for (std::size_t i = 0; i < before_.uses.size(); ++i)
            if (used_before_[i] < 0)
                changes_.push_back({Kind::removed, "plugin " + before_.uses[i].plugin, before_.uses[i].where});
    }

    // Of the routes in both, as few as would have to move to get from one order to the other: all that are not part of
    // the longest sequence that kept its order. The first route that matches wins, so their order matters.
    void find_moved(std::vector<std::pair<const Part*, const Part*>> both) {
        std::erase_if(both, [](const auto& pair) { return pair.first->kind != "route"; });
        std::sort(both.begin(), both.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
        std::vector<std::size_t> ends, before(both.size(), SIZE_MAX);  // of sequences by length; by whom each is preceded
        for (std::size_t i = 0; i < both.size(); ++i) {
            const auto at = std::lower_bound(ends.begin(), ends.end(), i, [&](std::size_t a, std::size_t b) {
                return both[a].first < both[b].first;
            });
            if (at != ends.begin()) before[i] = *std::prev(at);
            if (at == ends.end()) ends.push_back(i);
            else *at = i;
        }
        std::set<std::size_t> stayed;
        for (std::size_t i = ends.empty() ? SIZE_MAX : ends.back(); i != SIZE_MAX; i = before[i]) stayed.insert(i);
        for (std::size_t i = 0; i < both.size(); ++i) {
            if (stayed.contains(i)) continue;
            const std::string place = i == 0 ? "the first" : "after " + both[i - 1].second->what();
            changes_.push_back({Kind::moved, both[i].second->what(), both[i].second->where, "", "", place});
        }
    }

    const Outline &before_, &after_;
    std::vector<int> used_before_, used_after_;  // by use: its pair in the other; -1: none
    std::vector<Change> changes_;
};

// What of a configuration is kept beyond it, by name.
std::set<std::string> live_state(const Snapshot& snapshot) {
    std::set<std::string> names;
    for (const auto& upstream : snapshot.upstreams)
        for (const auto& target : upstream->targets)
            names.insert("target " + std::string{target->address()} + " of " + upstream->name);
    for (const auto& use : snapshot.uses)
        for (const auto& state : plugins::states_of(use->host.get()))
            names.insert(std::string{use->descriptor->name} + ": " + state);
    return names;
}

}  // namespace

Difference compare(const Snapshot& before, const Snapshot& after) {
    Difference difference;
    if (before.outline && after.outline) difference.changes = Comparison{*before.outline, *after.outline}.changes();
    const auto old = live_state(before), now = live_state(after);
    std::set_intersection(old.begin(), old.end(), now.begin(), now.end(), std::back_inserter(difference.kept));
    std::set_difference(old.begin(), old.end(), now.begin(), now.end(), std::back_inserter(difference.forgotten));
    std::set_difference(now.begin(), now.end(), old.begin(), old.end(), std::back_inserter(difference.fresh));
    return difference;
}

}  // namespace tollgate::config
