// core/commands/container.h - whether a process can be replaced by another one, or its container ends with it.
#pragma once

#include <sys/types.h>

#include <string>
#include <string_view>

namespace tollgate::commands {

// Why the end of a process is its container's, or "". `parent`: who has started it; `first`: what process 1 is called.
std::string tie_to_container(pid_t process, pid_t parent, std::string_view first);

// As the kernel calls it; "" where it cannot be known.
std::string name_of(pid_t process);

}  // namespace tollgate::commands
