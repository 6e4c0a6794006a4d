// core/plugins/named_states.h - NamedStates: what plugins keep beyond a reload, by name; behind Host::state().
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>

namespace tollgate::plugins {

// Holds states weakly: one lives as long as some configuration's plugin does. Any thread.
class NamedStates {
public:
    // The living state of that plugin and name, or a new one from `make`, which runs once however many ask at the same
    // time; it may ask for other states. If it throws, so does this, and the next who asks tries again. Throws
    // std::logic_error if the living one was made with another `type`, if `make` returns null or asks for itself.
    std::shared_ptr<void> get(std::string_view plugin, std::string_view name, std::string_view type,
                              const std::function<std::shared_ptr<void>()>& make);

    std::size_t living() const;  // how many states something still holds; waits for those being made

private:
    struct State {
        std::recursive_mutex mutex;  // recursive only to tell a state that asks for itself from one that waits
        bool making = false;
        std::string type;
        std::weak_ptr<void> value;
    };
    using Key = std::pair<std::string, std::string>;  // plugin, name

    std::shared_ptr<State> slot(Key key);

    mutable std::mutex mutex_;
    std::map<Key, std::shared_ptr<State>> states_;
};

}  // namespace tollgate::plugins
