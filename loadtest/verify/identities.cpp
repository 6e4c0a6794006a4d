// loadtest/verify/identities.cpp - reading the file of `verify --keys`.
#include "loadtest/verify/identities.h"

#include "http/layout.h"
#include "loadtest/input.h"
#include "loadtest/mistakes.h"
#include "support/text.h"

#include <algorithm>
#include <set>

namespace tollgate::loadtest::verify {

namespace {

constexpr std::size_t most_keys = 10'000;

std::string_view take_word(std::string_view& line) {
    line = trimmed(line);
    const std::string_view word = line.substr(0, line.find_first_of(" \t"));
    line.remove_prefix(word.size());
    return word;
}

}  // namespace

std::vector<CallerKey> parse_caller_keys(std::string_view text, const std::string& name) {
    Mistakes mistakes;
    std::vector<CallerKey> keys;
    std::set<std::string, std::less<>> secrets;
    for (std::size_t number = 1; !text.empty(); ++number) {
        std::string_view line = trimmed(take_line(text));
        if (line.empty() || line.starts_with('#')) continue;
        mistakes.in(name + ":" + std::to_string(number), [&] {
            const std::string_view secret = take_word(line), tier = take_word(line), owner = take_word(line);
            const std::string_view rest = trimmed(line);
            if (tier.empty() || (!rest.empty() && !rest.starts_with('#')))
                throw UsageError("expected a key, its tier (\"-\": none) and perhaps its owner");
            if (!http::is_field_value(secret)) throw UsageError("expected a key that fits a header line");
            if (!secrets.emplace(secret).second) throw UsageError("the key of an earlier line again");
            if (keys.size() == most_keys) throw UsageError("expected at most 10000 keys");
            const bool owned = !owner.empty() && !owner.starts_with('#') && owner != "-";
            keys.push_back({std::string{secret}, tier == "-" ? "" : std::string{tier},
                            owned ? std::string{owner} : "line " + std::to_string(number)});
        });
    }
    if (keys.empty() && mistakes.none()) mistakes.add(name + ": expected a key a line, got none");
    mistakes.raise();
    return keys;
}

}  // namespace tollgate::loadtest::verify
