// loadtest/verify/identities.cpp - reading the file of `verify --keys`.
#include "loadtest/verify/identities.h"

#include "http/layout.h"
#include "loadtest/input.h"
#include "loadtest/mistakes.h"
#include "support/text.h"

#include <algorithm>
#include <charconv>
#include <set>
#include <utility>

namespace tollgate::loadtest::verify {

namespace {

constexpr std::size_t most_keys = 10'000;

std::string_view take_word(std::string_view& line) {
    line = trimmed(line);
    const std::string_view word = line.substr(0, line.find_first_of(" \t"));
    line.remove_prefix(word.size());
    return word;
}

bool is_own(std::string_view word) { return word.starts_with("rate="); }

double positive(std::string_view text, const char* wanted) {
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || end != text.data() + text.size() || number < 1)
        throw UsageError{"expected " + std::string{wanted} + ", got " + text::quote(text)};
    return static_cast<double>(number);
}

// As the key store has it: "rate=100/60s" or "rate=5/s", and perhaps "burst=20" as the next word of the line.
std::optional<OwnRate> own_rate(std::string_view word, std::string_view& line) {
    if (word.empty()) return std::nullopt;
    constexpr const char* wanted = "a rate such as rate=100/60s";
    const std::size_t slash = word.find('/');
    if (!is_own(word) || slash == word.npos || !word.ends_with('s'))
        throw UsageError{"expected " + std::string{wanted} + ", got " + text::quote(word)};
    const std::string_view number = word.substr(slash + 1, word.size() - slash - 2);
    const double time = number.empty() ? 1 : positive(number, wanted);
    const Nanoseconds per{static_cast<std::int64_t>(1e9 * std::min(time, 366 * 86'400.0))};
    OwnRate own{{positive(word.substr(5, slash - 5), wanted), per}, std::nullopt};
    if (const std::string_view burst = take_word(line); burst.starts_with("burst="))
        own.burst = positive(burst.substr(6), "a burst such as burst=20");
    else if (!burst.empty())
        throw UsageError{"expected a burst such as burst=20, got " + text::quote(burst)};
    return own;
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
            line = line.substr(0, std::min(line.find(" #"), line.find("\t#")));
            const std::string_view secret = take_word(line), tier = take_word(line);
            std::string_view owner = take_word(line);
            const std::string_view rate = is_own(owner) ? std::exchange(owner, {}) : take_word(line);
            const std::optional<OwnRate> own = own_rate(rate, line);
            if (tier.empty() || !trimmed(line).empty())
                throw UsageError(
                    "expected a key, its tier (\"-\": none), and perhaps its owner, rate=100/60s and burst=20");
            if (!http::is_field_value(secret)) throw UsageError("expected a key that fits a header line");
            if (!secrets.emplace(secret).second) throw UsageError("the key of an earlier line again");
            if (keys.size() == most_keys) throw UsageError("expected at most 10000 keys");
            const bool owned = !owner.empty() && owner != "-";
            keys.push_back({std::string{secret}, tier == "-" ? "" : std::string{tier},
                            owned ? std::string{owner} : "line " + std::to_string(number), own});
        });
    }
    if (keys.empty() && mistakes.none()) mistakes.add(name + ": expected a key a line, got none");
    mistakes.raise();
    return keys;
}

}  // namespace tollgate::loadtest::verify
