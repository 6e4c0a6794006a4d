// core/plugins/named_states.cpp - finding or making a plugin's named state.
#include "plugins/named_states.h"

#include "support/text.h"

#include <algorithm>
#include <stdexcept>
#include <vector>

namespace tollgate::plugins {

std::shared_ptr<NamedStates::State> NamedStates::slot(Key key) {
    const std::lock_guard lock{mutex_};
    if (const auto found = states_.find(key); found != states_.end()) return found->second;
    // A new name is a fit moment to forget the dead. One that somebody is about to fill is held by more than the map;
    // of one that nobody else holds the mutex is free, and taking it shows what its last holder wrote. Never waited
    // for: who has it may be waiting for ours.
    std::erase_if(states_, [](const auto& entry) {
        if (entry.second.use_count() != 1) return false;
        const std::unique_lock state{entry.second->mutex, std::try_to_lock};
        return state.owns_lock() && entry.second->value.expired();
    });
    return states_.emplace(std::move(key), std::make_shared<State>()).first->second;
}

std::shared_ptr<void> NamedStates::get(std::string_view plugin, std::string_view name, std::string_view type,
                                       const std::function<std::shared_ptr<void>()>& make) {
    const std::shared_ptr<State> state = slot({std::string{plugin}, std::string{name}});
    const std::string who = "plugin " + text::quote(plugin) + ": state " + text::quote(name);

    const std::lock_guard lock{state->mutex};
    if (state->making) throw std::logic_error{who + ": asks for itself while it is made"};
    if (auto living = state->value.lock()) {
        if (state->type != type)
            throw std::logic_error{who + ": made as " + text::quote(state->type, 300) + ", asked for as " +
                                   text::quote(type, 300)};
        return living;
    }
    struct Making {
        bool& flag;
        explicit Making(bool& f) : flag{f} { flag = true; }
        ~Making() { flag = false; }
    } const making{state->making};
    std::shared_ptr<void> made = make();
    if (!made) throw std::logic_error{who + ": its maker returned nothing"};
    state->type = type;
    state->value = made;
    return made;
}

std::size_t NamedStates::living() const {
    std::vector<std::shared_ptr<State>> states;
    {
        const std::lock_guard lock{mutex_};
        for (const auto& [key, state] : states_) states.push_back(state);
    }
    return static_cast<std::size_t>(std::count_if(states.begin(), states.end(), [](const auto& state) {
        const std::lock_guard lock{state->mutex};
        return !state->value.expired();
    }));
}

}  // namespace tollgate::plugins
