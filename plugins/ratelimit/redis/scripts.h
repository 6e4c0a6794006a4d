// plugins/ratelimit/redis/scripts.h - what a Redis is asked to decide: Lua, one script for each algorithm, and one for
// several claims at once.
//
// A script looks at its keys by the time of that Redis, decides, and counts if all claims are admitted; nothing comes
// in between. Keys expire by themselves once nothing counts any more. Times are whole microseconds, tokens are double
// precision (15 digits), everything else counts in whole thousandths below 2^53.
#pragma once

#include "redis/protocol.h"
#include "store.h"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace tollgate::ratelimit {

struct Script {
    std::string text;
    std::string sha1;
};

// Of one claim by that algorithm; of several, by whatever algorithms; to give back a claim.
const Script& script_for(Algorithm algorithm);
// Of one claim that would rather take more: `cost_of_key`, or else only its cost. Not for concurrency.
const Script& script_for_more(Algorithm algorithm);
const Script& script_for_several();
const Script& script_for_giving_back();

// Adds what a limit is called in a Redis: its name, in which no colon and no slash is left, so that no key can be
// another limit's, and "/sliding" or the like.
void add_name(std::string& out, std::string_view limit, Algorithm algorithm);

// A claim as a script sees it.
struct Question {
    const Claim* claim;
    std::string_view key;    // whole
    std::string_view place;  // concurrency: the name of this request
    double cost_of_key = 0;  // of this claim and those before it on the same key
    std::int64_t lease = 0;  // concurrency: microseconds after which a place is free by itself
};

// Adds the command that decides: EVALSHA, or EVAL with the whole text for a Redis that does not know it yet. `time`: in
// microseconds since 1970, 0 for that Redis's own.
void ask(std::string& out, std::span<const Question> questions, std::int64_t time, bool whole_text);
void ask_for_more(std::string& out, const Question& question, std::int64_t time, bool whole_text);
// Adds the command that keeps a place for another lease, and takes it again from a Redis that has forgotten it.
void ask_to_renew(std::string& out, const Question& question, std::int64_t time);
// Adds the command that gives back what that claim was admitted with.
void ask_back(std::string& out, const Question& question, std::int64_t time);

// How many numbers a script replies for each claim.
inline constexpr std::size_t reply_size = 6;
// The decisions out of a reply; false: it is none.
bool read_decisions(const redis::Reply& reply, std::span<Claim> claims, Moment now) noexcept;
// The same of script_for_more(); `more` is whether that was admitted.
bool read_decision(const redis::Reply& reply, Claim& claim, Moment now, bool& more) noexcept;

}  // namespace tollgate::ratelimit
