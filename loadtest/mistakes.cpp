// loadtest/mistakes.cpp - how mistakes are told, wherever they were found.
#include "loadtest/mistakes.h"

#include <algorithm>
#include <iostream>

namespace tollgate::loadtest {

void tell_mistakes(std::string_view mistakes) {
    while (!mistakes.empty()) {
        const std::size_t end = std::min(mistakes.find('\n'), mistakes.size());
        std::cerr << "loadtester: " << mistakes.substr(0, end) << '\n';
        mistakes.remove_prefix(std::min(end + 1, mistakes.size()));
    }
}

}  // namespace tollgate::loadtest
