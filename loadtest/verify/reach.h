// loadtest/verify/reach.h - beyond_reach(): why a limit cannot be driven with the time and requests that there are.
#pragma once

#include "loadtest/verify/limit.h"
#include "loadtest/verify/settings.h"

#include <string>

namespace tollgate::loadtest::verify {

// "": it can. `times`: so many keys of it are driven, identities and gateways that count by themselves.
std::string beyond_reach(const Limit& limit, double times, const VerifySettings& settings);

}  // namespace tollgate::loadtest::verify
