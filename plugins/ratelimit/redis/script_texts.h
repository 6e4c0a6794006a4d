// plugins/ratelimit/redis/script_texts.h - the Lua of the scripts, in pieces that scripts.cpp puts together.
#pragma once

namespace tollgate::ratelimit {

// What each script begins with: ARGV[1] is the time, or 0 for the server's.
extern const char* const clock_text;
// local function token_bucket(key, a, price, commit), and so on: what becomes of a claim whose arguments begin behind
// ARGV[a], and, with `commit`, counts it. They return admitted (1 or 0), whole requests left, microseconds until it
// would be admitted (-1: never, -2: nobody knows), until nothing is spent, to wait before it goes on, and a receipt.
extern const char* const token_bucket_text;
extern const char* const window_text;  // needs calendar_text
extern const char* const calendar_text;
extern const char* const log_text;
extern const char* const places_text;
// For several claims, when these functions are there; for keeping a place; for giving back.
extern const char* const several_text;
extern const char* const renewal_text;  // of a place
extern const char* const give_back_text;

}  // namespace tollgate::ratelimit
