// plugins/ratelimit/fields.h - what a use of ratelimit can be told.
#pragma once

#include <tollgate/settings.h>

#include <span>

namespace tollgate::ratelimit {

extern const std::span<const Field> fields;

}  // namespace tollgate::ratelimit
