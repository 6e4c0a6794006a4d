// core/support/text.h - words for people: quoting what a user wrote, guessing what was meant, counting things.
#pragma once

#include <charconv>
#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>

namespace tollgate::text {

// `"users"`: in double quotes on one line, control bytes and bytes that are not UTF-8 as \xNN, cut after `most` bytes.
std::string quote(std::string_view user_text, std::size_t most = 80);

// The same without the quotes and the cut: safe to write into a log line.
std::string printable(std::string_view user_text);

// Length of the UTF-8 sequence at the start of `text`, which is not empty, or 0 where it is none (RFC 3629: no overlong
// forms, no surrogates, nothing past U+10FFFF).
std::size_t utf8_sequence(std::string_view text);

// Whether all of it is UTF-8.
bool is_utf8(std::string_view text);

// How many letters must be added, dropped, changed or swapped with their neighbour to get from one to the other.
std::size_t edit_distance(std::string_view a, std::string_view b);

// Finds which of several words was most likely meant; the first of equals wins. Knows no words itself.
class Guess {
public:
    explicit Guess(std::string_view word);
    void offer(std::string_view candidate);
    // "" if nothing offered is near enough to be a slip of the finger: a third of the letters, at least one.
    const std::string& best() const noexcept { return best_; }

private:
    std::string word_, best_;
    std::size_t distance_;
};

// The candidate that `word` was likely meant to be, or "". `candidates`: any range of texts.
template <class Range>
std::string nearest(std::string_view word, const Range& candidates) {
    Guess guess{word};
    for (const auto& candidate : candidates) guess.offer(candidate);
    return guess.best();
}

// `; did you mean "rate"?` for the end of an error text, or "" if nothing is near.
template <class Range>
std::string did_you_mean(std::string_view word, const Range& candidates) {
    const std::string best = nearest(word, candidates);
    return best.empty() ? best : "; did you mean " + quote(best) + "?";
}

// With a to z for A to Z, and all other bytes as they are, whatever the locale: how names of protocols are compared.
std::string lower(std::string_view text);

// The number that the whole of `text` says, in decimal digits; nullopt where anything stands before or after it, a blank
// or '+' too, or where a Number cannot hold it.
template <class Number>
std::optional<Number> whole_number(std::string_view text) noexcept {
    Number number{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return number;
}

// "95", "0.5": no digit more than it takes.
std::string number(double number);

// Adds what stands between the quotes of a JSON string. Bytes beyond ASCII become the letters of Latin-1 with their codes:
// valid whatever they were meant to be.
void append_json(std::string& out, std::string_view text);

// "1 route", "3 routes".
std::string count(std::size_t number, std::string_view noun);

// "250 ms", "12.5 s", "3 min 20 s", "2 h 5 min": how long something took or lasts.
std::string duration(std::chrono::nanoseconds time);

// "a, b, c". `texts`: any range of texts.
template <class Range>
std::string join(const Range& texts, std::string_view between = ", ") {
    std::string all;
    bool first = true;
    for (const auto& text : texts) {
        if (!first) all += between;
        all += text;
        first = false;
    }
    return all;
}

// True for [a-z][a-z0-9_]*: how plugins, their settings and named things of routes.lua are called.
bool is_word(std::string_view text) noexcept;

// `text` filled up with spaces to `width` letters (UTF-8 code points), for tables.
std::string padded(std::string_view text, std::size_t width);

}  // namespace tollgate::text
