// core/support/instance.h - which running gateway this is, among several.
#pragma once

#include <string>

namespace tollgate {

// "gate-1/4711-6f0e": the machine, the process, and something that differs after each start. Any thread.
const std::string& instance();

}  // namespace tollgate
