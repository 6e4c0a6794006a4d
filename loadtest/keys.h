// loadtest/keys.h - `--keys` and `--key-mix`: whom requests come from, and in which shares.
#pragma once

#include "loadtest/options.h"

#include <string>
#include <string_view>
#include <vector>

namespace tollgate::loadtest {

// A count ("100", "10k"): made-up keys "key-1" ... "key-100". Otherwise a file ("-": standard input) with a key a line
// and, behind blanks, a name for reports; without one the seventh key is called "key-0007". '#' begins a comment line.
// Throws UsageError, which never quotes a key: no key, a key or a name twice.
std::vector<Key> read_keys(const std::string& words);
std::vector<Key> parse_keys(std::string_view text, const std::string& name);

// Sets the weights by "uniform", "zipf:1.1" (the n-th key 1 / n^1.1), or "free*=70,pro=30": names of keys, '*' at the
// end for all that begin so; each key takes the first that fits, and the keys of one share it. Throws UsageError: names
// that no key has, keys without a share, no share above 0.
void mix_keys(std::vector<Key>& keys, std::string_view mix);

}  // namespace tollgate::loadtest
