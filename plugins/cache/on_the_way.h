// plugins/cache/on_the_way.h - OnTheWay: what was sent for and may be joined, by its keys and its URL.
#pragma once

#include "arriving.h"
#include "held.h"

#include <cstddef>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace tollgate::cache {

// Any thread. Nothing walks through all that is on its way but forget_all().
class OnTheWay {
public:
    explicit OnTheWay(std::size_t bound) : held_{std::make_shared<Held>(bound)} {}

    // What is on its way to that key, or something new: then whoever asked sends for it. Nothing, where what is on its
    // way takes as much memory as may be kept.
    struct Joined {
        std::shared_ptr<Arriving> arriving;
        bool leads = false;
    };
    Joined join(const std::string& key, std::string_view url, std::size_t largest);
    // It is to be found by that key too; not where it was forgotten meanwhile, or another one is.
    void also(const std::string& key, const Arriving& arriving);
    // Nobody joins it any more.
    void leave(const Arriving& arriving);

    // Who comes after a purge does not join what was sent for before it.
    void forget(std::string_view url);
    void forget_all();
    void set_bound(std::size_t bound) noexcept { held_->set_bound(bound); }

private:
    struct Journey {
        std::shared_ptr<Arriving> arriving;
        const std::string url;
        std::vector<std::string> keys;
    };
    using Journeys = std::unordered_map<const Arriving*, Journey>;
    void end(Journeys::iterator journey);

    const std::shared_ptr<Held> held_;
    std::mutex mutex_;  // of what follows
    Journeys journeys_;
    std::unordered_map<std::string, const Arriving*> by_key_;
    std::unordered_multimap<std::string_view, const Arriving*> by_url_;  // the journeys' own texts
};

}  // namespace tollgate::cache
