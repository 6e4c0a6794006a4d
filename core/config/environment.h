// core/config/environment.h - what variables of the environment say where routes.lua says nothing.
#pragma once

#include "config/item.h"

#include <tollgate/settings.h>

#include <functional>
#include <optional>
#include <string>

namespace tollgate::config {

// What a field is where nothing was written, and who says so: "its default", or a variable's name.
struct Default {
    Item item{};  // nothing: no default
    std::string says{};
    std::string problem{};  // what is wrong with it; then the item counts for nothing
};

using Variables = std::function<std::optional<std::string>(const std::string&)>;

// By Field::environment: the first of its variables that is set and not empty.
Default environment_default(const Field& field, const Variables& variables);

}  // namespace tollgate::config
