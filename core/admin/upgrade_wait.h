// core/admin/upgrade_wait.h - how long an upgrade waits for the new process, for the API, the command and the gateway.
#pragma once

#include <chrono>

namespace tollgate::admin {

// Until it serves: where nothing is said, and what may be said, from one second on.
inline constexpr std::chrono::seconds usual_upgrade_wait{60}, longest_upgrade_wait{240};

}  // namespace tollgate::admin
