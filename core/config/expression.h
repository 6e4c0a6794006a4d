// core/config/expression.h - what `header "X"`, `caller`, a text or a function of routes.lua become: Values.
#pragma once

#include "config/item.h"

#include <tollgate/settings.h>

#include <optional>
#include <string>

namespace tollgate::config {

// The Value of an item that can be one: a text, a number, a word like `header "X"`, a function. `files` are
// what describe() calls the places of functions. nullopt for anything else.
std::optional<Value> make_value(const Item& item, const Files& files);

}  // namespace tollgate::config
