// loadtest/main.cpp - the program's command line: which subcommand with which options.
#include "loadtest/exit_codes.h"

#include <iostream>

int main() {
    std::cerr << "loadtester: nothing to do yet\n";
    return tollgate::loadtest::exit_usage;
}
