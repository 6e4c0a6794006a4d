// plugins/ratelimit/regions/round.h - Round: what a Redis is asked once in every interval, and its reply: which counts
// are new to it, and which it has that are new here.
//
// It holds for each key and node of a window the greatest count that it was told, in the order in which they became so:
// a reader goes on where it was, however long it was away. All of it expires with the windows. One that has lost its
// memory says so by another epoch, or, where it came back as it was some time before, by a number that is lower, and is
// told and read again from the beginning.
#pragma once

#include "regions/ledger.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tollgate::ratelimit::regions {

// How far somebody is with a Redis.
struct Progress {
    std::string epoch;         // "": nothing yet
    std::string cursor = "0";  // all counts up to here are known
};

struct Question {
    std::string_view head;  // what the names of its keys begin with
    std::string_view node;
    const Progress& progress;
    const std::vector<Count>& said;
    std::size_t most;  // counts in the reply
    bool slides;       // windows count once more in the next one
};
// Adds the command: EVALSHA, or EVAL with the whole text for a Redis that does not know it yet.
void ask(std::string& out, const Question& question, bool whole_text);

struct Heard {
    struct Said {
        std::string_view node;
        Count count;
    };
    Progress progress{};
    bool more = false;         // there is more than fits in a reply: ask again
    std::vector<Said> counts{};  // of other nodes; the views are of the reply
};
// Whether it has lost something since it had been so far.
bool forgot(const Progress& before, const Progress& now) noexcept;
// False: it is no such reply, and `heard` is of no use.
bool read(std::string_view reply, Heard& heard);

}  // namespace tollgate::ratelimit::regions
