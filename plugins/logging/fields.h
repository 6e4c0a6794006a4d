// plugins/logging/fields.h - the settings of the plugin.
#pragma once

#include <tollgate/settings.h>

#include <span>

namespace tollgate::logging {

std::span<const Field> fields();

}  // namespace tollgate::logging
