// loadtest/manual.h - what loadtester(1) says besides the commands and options.
#pragma once

#include "command_line/manual.h"

namespace tollgate::loadtest {

command_line::Manual manual();

}  // namespace tollgate::loadtest
