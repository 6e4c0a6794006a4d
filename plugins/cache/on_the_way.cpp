// plugins/cache/on_the_way.cpp - each journey knows under which keys it stands, so that it can end without a search.
#include "on_the_way.h"

#include <utility>

namespace tollgate::cache {

OnTheWay::Joined OnTheWay::join(const std::string& key, std::string_view url, std::size_t largest, Bringing bringing) {
    const std::lock_guard lock{mutex_};
    if (const auto found = by_key_.find(key); found != by_key_.end()) {
        const auto& arriving = journeys_.at(found->second).arriving;
        return {arriving, false, Arriving::Coming{arriving}};
    }
    if (bringing == Bringing::a_body && held_->full()) return {};
    auto arriving = begin(key, url, largest);
    return {arriving, true, Arriving::Coming{arriving}};
}

std::shared_ptr<Arriving> OnTheWay::lead(const std::string& key, std::string_view url, std::size_t largest) {
    const std::lock_guard lock{mutex_};
    return by_key_.contains(key) ? nullptr : begin(key, url, largest);
}

std::shared_ptr<Arriving> OnTheWay::begin(const std::string& key, std::string_view url, std::size_t largest) {
    auto arriving = std::make_shared<Arriving>(largest, held_);
    const auto of_url = by_url_.try_emplace(std::string{url}).first;
    journeys_.emplace(arriving.get(), Journey{arriving, of_url->first, {key}});
    by_key_.emplace(key, arriving.get());
    of_url->second.insert(arriving.get());
    return arriving;
}

void OnTheWay::also(const std::string& key, const Arriving& arriving) {
    const std::lock_guard lock{mutex_};
    const auto journey = journeys_.find(&arriving);
    if (journey != journeys_.end() && by_key_.try_emplace(key, &arriving).second) journey->second.keys.push_back(key);
}

void OnTheWay::leave(const Arriving& arriving) {
    const std::lock_guard lock{mutex_};
    const auto journey = journeys_.find(&arriving);
    if (journey == journeys_.end()) return;
    const auto of_url = by_url_.find(journey->second.url);
    of_url->second.erase(&arriving);
    end(journey);
    if (of_url->second.empty()) by_url_.erase(of_url);
}

void OnTheWay::end(Journeys::iterator journey) {
    for (const std::string& key : journey->second.keys) by_key_.erase(key);
    journeys_.erase(journey);
}

void OnTheWay::forget(std::string_view url) {
    const std::lock_guard lock{mutex_};
    const auto of_url = by_url_.find(url);
    if (of_url == by_url_.end()) return;
    for (const Arriving* arriving : of_url->second) end(journeys_.find(arriving));
    by_url_.erase(of_url);
}

void OnTheWay::forget_all() {
    const std::lock_guard lock{mutex_};
    by_key_.clear();
    journeys_.clear();
    by_url_.clear();
}

}  // namespace tollgate::cache
