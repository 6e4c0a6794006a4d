// plugins/cache/on_the_way.cpp - each journey knows under which keys it stands, so that it can end without a search.
#include "on_the_way.h"

#include <utility>

namespace tollgate::cache {

OnTheWay::Joined OnTheWay::join(const std::string& key, std::string_view url, std::size_t largest) {
    const std::lock_guard lock{mutex_};
    if (const auto found = by_key_.find(key); found != by_key_.end())
        return {journeys_.at(found->second).arriving, false};
    if (held_->full()) return {};
    auto arriving = std::make_shared<Arriving>(largest, held_);
    const auto journey =
        journeys_.emplace(arriving.get(), Journey{arriving, std::string{url}, {key}}).first;
    by_key_.emplace(key, arriving.get());
    by_url_.emplace(journey->second.url, arriving.get());
    return {std::move(arriving), true};
}

void OnTheWay::also(const std::string& key, const Arriving& arriving) {
    const std::lock_guard lock{mutex_};
    const auto journey = journeys_.find(&arriving);
    if (journey != journeys_.end() && by_key_.try_emplace(key, &arriving).second) journey->second.keys.push_back(key);
}

void OnTheWay::leave(const Arriving& arriving) {
    const std::lock_guard lock{mutex_};
    if (const auto journey = journeys_.find(&arriving); journey != journeys_.end()) end(journey);
}

void OnTheWay::end(Journeys::iterator journey) {
    for (const std::string& key : journey->second.keys) by_key_.erase(key);
    auto [at, last] = by_url_.equal_range(journey->second.url);
    while (at->second != journey->first) ++at;
    by_url_.erase(at);
    journeys_.erase(journey);
}

void OnTheWay::forget(std::string_view url) {
    const std::lock_guard lock{mutex_};
    for (auto at = by_url_.find(url); at != by_url_.end(); at = by_url_.find(url)) end(journeys_.find(at->second));
}

void OnTheWay::forget_all() {
    const std::lock_guard lock{mutex_};
    by_key_.clear();
    by_url_.clear();
    journeys_.clear();
}

}  // namespace tollgate::cache
