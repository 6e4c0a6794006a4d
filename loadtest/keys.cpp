// loadtest/keys.cpp - `--keys` and `--key-mix`: whom requests come from, and in which shares.
#include "loadtest/keys.h"

#include "http/layout.h"
#include "loadtest/input.h"
#include "loadtest/mistakes.h"
#include "support/text.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <unordered_map>

namespace tollgate::loadtest {

namespace {

constexpr std::size_t most_keys = 1'000'000;
constexpr std::size_t largest_file = std::size_t{256} << 20;
constexpr std::size_t longest_key = 8 << 10;  // a line that servers commonly take
constexpr std::size_t longest_name = 64;
constexpr double steepest = 10;
constexpr std::array<std::string_view, 4> schemes{"Bearer", "Basic", "Token", "ApiKey"};

std::string numbered(std::size_t number) {
    std::string digits = std::to_string(number);
    return "key-" + std::string(digits.size() < 4 ? 4 - digits.size() : 0, '0') + digits;
}

class KeyReader {
public:
    KeyReader(std::string_view text, const std::string& name) : text_{text}, name_{name} {}

    std::vector<Key> read() {
        if (text_.starts_with("\xEF\xBB\xBF")) text_.remove_prefix(3);
        while (!text_.empty()) {
            const std::string_view line = trimmed(take_line(text_));
            ++number_;
            if (!line.empty() && !line.starts_with('#'))
                mistakes_.in(name_ + ":" + std::to_string(number_), [&] { take(line); });
        }
        if (keys_.empty() && mistakes_.none()) mistakes_.add(name_ + ": expected a key a line, got none");
        mistakes_.raise();
        return std::move(keys_);
    }

private:
    void take(std::string_view line) {
        const std::size_t end = std::min(line.find_first_of(" \t"), line.size());
        const std::string_view value = line.substr(0, end);
        std::string name{trimmed(line.substr(end))};
        // The key would be taken for its name then, and names are told.
        for (const std::string_view scheme : schemes)
            if (http::same_text(value, scheme))
                throw UsageError("expected a key, got " + text::quote(scheme) + "; say --key-header 'Authorization: " +
                                 std::string{scheme} + "', and the keys alone here");
        if (keys_.size() == most_keys) throw UsageError("expected at most 1000000 keys");
        if (value.size() > longest_key) throw UsageError("expected a key of at most 8 KiB");
        if (!http::is_field_value(value)) throw UsageError("expected a key that fits a header line");
        if (name.size() > longest_name) throw UsageError("expected a name of at most 64 letters");
        if (name.empty()) name = numbered(keys_.size() + 1);
        // What is shown is the name, and it would stand for two keys.
        if (const auto [other, added] = lines_of_names_.emplace(name, number_); !added)
            throw UsageError("name " + text::quote(name) + " is that of line " + std::to_string(other->second));
        if (const auto [other, added] = lines_of_values_.emplace(value, number_); !added)
            throw UsageError("the key of line " + std::to_string(other->second) + " again");
        keys_.push_back({std::string{value}, std::move(name), 1});
    }

    std::string_view text_;
    const std::string& name_;
    std::size_t number_ = 0;
    std::vector<Key> keys_;
    std::unordered_map<std::string, std::size_t> lines_of_names_;
    std::unordered_map<std::string_view, std::size_t> lines_of_values_;
    Mistakes mistakes_;
};

struct Share {
    std::string name;  // without '*'
    bool all = false;  // that begin with it
    double weight = 0;
    std::size_t keys = 0;
    bool takes(const std::string& key) const { return all ? key.starts_with(name) : key == name; }
    std::string shown() const { return text::quote(all ? name + "*" : name); }
};

Share parse_share(std::string_view item) {
    const std::size_t equals = item.rfind('=');
    if (equals == item.npos || equals == 0)
        throw UsageError("expected uniform, zipf:1.1 or NAME=WEIGHT,..., got " + text::quote(item));
    std::string problem;
    const auto weight = parse_rate(item.substr(equals + 1), problem);
    if (!weight) throw UsageError("expected a weight such as 70, got " + text::quote(item.substr(equals + 1)));
    Share share{std::string{item.substr(0, equals)}, false, *weight, 0};
    if (share.name.ends_with('*')) {
        share.name.pop_back();
        share.all = true;
    }
    return share;
}

void share_by_name(std::vector<Key>& keys, std::string_view mix) {
    std::vector<Share> shares;
    while (true) {
        const std::size_t comma = mix.find(',');
        shares.push_back(parse_share(mix.substr(0, comma)));
        if (comma == mix.npos) break;
        mix.remove_prefix(comma + 1);
    }
    std::vector<std::size_t> taken(keys.size());
    for (std::size_t i = 0; i < keys.size(); ++i) {
        const auto fits = [&](const Share& share) { return share.takes(keys[i].name); };
        const auto share = std::find_if(shares.begin(), shares.end(), fits);
        if (share == shares.end())
            throw UsageError("key " + text::quote(keys[i].name) + " has no share; say *=0 at the end for the others");
        ++share->keys;
        taken[i] = static_cast<std::size_t>(share - shares.begin());
    }
    for (const Share& share : shares) {
        if (share.keys > 0 || (share.all && share.name.empty())) continue;
        text::Guess guess{share.name};
        for (const Key& key : keys) guess.offer(key.name);
        const std::string& best = guess.best();
        const std::string hint = best.empty() ? "" : "; did you mean " + text::quote(best) + "?";
        throw UsageError("no key is called " + share.shown() + hint);
    }
    for (std::size_t i = 0; i < keys.size(); ++i) {
        const Share& share = shares[taken[i]];
        keys[i].weight = share.weight / static_cast<double>(share.keys);
    }
    if (std::none_of(keys.begin(), keys.end(), [](const Key& key) { return key.weight > 0; }))
        throw UsageError("expected a weight above 0");
}

}  // namespace

std::vector<Key> parse_keys(std::string_view text, const std::string& name) { return KeyReader{text, name}.read(); }

std::vector<Key> read_keys(const std::string& words) {
    std::string problem;
    const auto count = parse_count(words, problem);
    if (!count) {
        // "-5" is meant as a number; a file of that name is ./-5.
        if (words.size() > 1 && words[0] == '-')
            throw UsageError("expected a number of keys or a file, got " + text::quote(words));
        return parse_keys(read_input(words, largest_file), input_name(words));
    }
    if (*count < 1 || *count > most_keys) throw UsageError("expected 1 to 1000000 keys, got " + text::quote(words));
    std::vector<Key> keys(*count);
    for (std::size_t i = 0; i < keys.size(); ++i) {
        keys[i].value = "key-" + std::to_string(i + 1);
        keys[i].name = keys[i].value;  // made up: no secret
    }
    return keys;
}

void mix_keys(std::vector<Key>& keys, std::string_view mix) {
    if (mix == "uniform") {
        for (Key& key : keys) key.weight = 1;
    } else if (mix.starts_with("zipf:")) {
        std::string problem;
        const auto exponent = parse_rate(mix.substr(5), problem);
        if (!exponent || *exponent > steepest)
            throw UsageError("expected zipf:0 to zipf:10, got " + text::quote(mix));
        for (std::size_t i = 0; i < keys.size(); ++i) keys[i].weight = std::pow(static_cast<double>(i + 1), -*exponent);
    } else {
        share_by_name(keys, mix);
    }
}

}  // namespace tollgate::loadtest
