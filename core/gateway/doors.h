// core/gateway/doors.h - what comes out of a plugin's door, made into this request's Failure.
#pragma once

#include <tollgate/plugin.h>

#include "support/failure.h"

namespace tollgate {

struct PluginUse;

// An errand's failure, in the words in which plugins hear of one: thrown on by a door it is that failure again.
class FailedErrand final : public Refusal {
public:
    explicit FailedErrand(Failure failure);
    const Failure failure;
};

Failure failure_of(Refusal refusal);

// Called while an exception of that door is being handled: throws the Failure that it is for the request.
[[noreturn]] void rethrow_from_door(const PluginUse& use, const char* door);

}  // namespace tollgate
