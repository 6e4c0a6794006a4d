// tests/support/places.cpp - the two paths, told by CMake.
#include "support/places.h"

namespace tollgate::test {

std::string source_folder() { return TOLLGATE_SOURCE_DIR; }

std::string build_folder() { return TOLLGATE_BINARY_DIR; }

}  // namespace tollgate::test
