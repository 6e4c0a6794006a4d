// core/command_line/complete.h - what may stand where the cursor of a shell is: the one answer that the scripts of all
// shells (shells.h) ask for.
#pragma once

#include "command_line/command.h"

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tollgate::command_line {

struct Candidate {
    std::string word, doc;
};

struct Completion {
    enum class Files { none, files, folders };
    std::vector<Candidate> candidates;  // that begin as the word under the cursor does
    Files files = Files::none;          // the shell's own names of files as well
};

// What the program knows of a value that is called so in its help, "UPSTREAM"; nothing of most.
using Known = std::function<std::vector<std::string>(std::string_view kind)>;

// `words`: what was said behind the program's name; the last is under the cursor and may be "". `implied`: the command
// that may be left out, or "".
Completion complete(const Command& program, std::span<const std::string> words, std::string_view implied = {},
                    const Known& known = {});

// For the scripts: "word\tdoc" lines, then a line ":words", ":files" or ":folders".
std::string text_of(const Completion& completion);

}  // namespace tollgate::command_line
