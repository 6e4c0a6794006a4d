// core/support/version.cpp - which Tollgate this is; the only file that a change of version recompiles.
#include "support/version.h"

namespace tollgate {

const char* version() noexcept { return TOLLGATE_VERSION; }

}  // namespace tollgate
