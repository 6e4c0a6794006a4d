// core/commands/successor.h - succeed_by(): starts the program that is to take this process' place, and waits for that.
#pragma once

#include "admin/upgrade_wait.h"
#include "commands/handover.h"

#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace tollgate::commands {

struct Succession {
    std::filesystem::path program;
    std::vector<std::string> arguments;  // with the program's name as the first
    Estate estate;                       // descriptors stay the caller's
    std::chrono::seconds longest = admin::usual_upgrade_wait;  // until it serves
    std::function<void(pid_t)> yield;    // it serves: what only one process may have or do is its from now on
    std::function<void()> take_back;     // after yield(): it has failed all the same
    std::function<bool()> stop;          // asked many times a second; true: it is ended before it serves
};

struct Succeeded {
    bool ok = false;
    pid_t process = -1;
    std::string version;  // of the new program
    std::string problem;  // why it did not, in words
    std::string words;    // what it said meanwhile, which stderr has as well
};

// Waits. Any thread, of a program with many. A process that fails is ended and reaped; one that succeeds is left to
// live. Of this process' descriptors it gets stdin, stdout and what is handed over; the environment without what was
// said to this process alone.
Succeeded succeed_by(const Succession& succession);

// Where this program was started from, as it was said: a link stays one, so that what it leads to later is found.
// `name`: its first argument.
std::filesystem::path own_program(const std::string& name);

}  // namespace tollgate::commands
