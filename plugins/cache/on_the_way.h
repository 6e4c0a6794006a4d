// plugins/cache/on_the_way.h - OnTheWay: what was sent for and may be joined, by its keys and its URL.
#pragma once

#include "arriving.h"
#include "held.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace tollgate::cache {

// Any thread. Nothing walks through all that is on its way but forget_all(), nor through all of a URL but forget().
class OnTheWay {
public:
    explicit OnTheWay(std::size_t bound) : held_{std::make_shared<Held>(bound)} {}

    // What is on its way to that key, or something new: then whoever asked sends for it. Nothing, where what is on its
    // way takes as much memory as may be kept, and something new would bring a body for certain.
    struct Joined {
        std::shared_ptr<Arriving> arriving;
        bool leads = false;
        Arriving::Coming coming{};  // from the joining on, so that it is not given up in between
    };
    enum class Bringing : std::uint8_t { a_body, perhaps_none };  // none: what is kept is validated
    Joined join(const std::string& key, std::string_view url, std::size_t largest,
                Bringing bringing = Bringing::a_body);
    // Something new for nobody in particular, to validate what is kept; null where something is on its way to that key.
    std::shared_ptr<Arriving> lead(const std::string& key, std::string_view url, std::size_t largest);
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
        const std::string& url;  // by_url_'s
        std::vector<std::string> keys;
    };
    using Journeys = std::unordered_map<const Arriving*, Journey>;
    std::shared_ptr<Arriving> begin(const std::string& key, std::string_view url, std::size_t largest);
    void end(Journeys::iterator journey);  // but for by_url_
    struct Hash : std::hash<std::string_view> {
        using is_transparent = void;
    };

    const std::shared_ptr<Held> held_;
    std::mutex mutex_;  // of what follows
    Journeys journeys_;
    std::unordered_map<std::string, const Arriving*> by_key_;
    std::unordered_map<std::string, std::unordered_set<const Arriving*>, Hash, std::equal_to<>> by_url_;
};

}  // namespace tollgate::cache
