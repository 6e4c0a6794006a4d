// plugins/cache/fields.h - what the cache can be told.
#pragma once

#include <tollgate/settings.h>

#include <span>

namespace tollgate::cache {

extern const std::span<const Field> fields;

}  // namespace tollgate::cache
