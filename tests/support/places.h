// tests/support/places.h - where the tree under test and what was built of it are.
//
// The only file that is compiled with these paths is places.cpp: every other object is the same in any clone.
#pragma once

#include <string>

namespace tollgate::test {

std::string source_folder();  // of the repository, without a slash at its end
std::string build_folder();   // "build/dev" of it: bin/, lib/

}  // namespace tollgate::test
