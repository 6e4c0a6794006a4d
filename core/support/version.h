// core/support/version.h - which Tollgate this is.
#pragma once

namespace tollgate {

// "0.1.0", as CMakeLists.txt says.
const char* version() noexcept;

}  // namespace tollgate
