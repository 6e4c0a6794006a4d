// core/support/text.cpp - words for people: escaping, edit distance, plurals.
#include "support/text.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <vector>

namespace tollgate::text {

namespace {

void append_escaped(std::string& out, unsigned char byte) {
    static constexpr char digits[] = "0123456789abcdef";
    if (byte == '\n') {
        out += "\\n";
    } else if (byte == '\t') {
        out += "\\t";
    } else if (byte == '\r') {
        out += "\\r";
    } else {
        out += "\\x";
        out += digits[byte >> 4];
        out += digits[byte & 15];
    }
}

bool is_control(unsigned char byte) { return byte < 0x20 || byte == 0x7F; }

}  // namespace

std::size_t utf8_sequence(std::string_view text) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const unsigned char first = byte(0);
    if (first < 0x80) return 1;
    if (first < 0xC2 || first > 0xF4) return 0;
    const std::size_t length = first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
    if (text.size() < length) return 0;
    for (std::size_t i = 1; i < length; ++i)
        if ((byte(i) & 0xC0) != 0x80) return 0;
    const unsigned char second = byte(1);
    if (first == 0xE0 && second < 0xA0) return 0;
    if (first == 0xED && second > 0x9F) return 0;
    if (first == 0xF0 && second < 0x90) return 0;
    if (first == 0xF4 && second > 0x8F) return 0;
    return length;
}

bool is_utf8(std::string_view text) {
    while (!text.empty()) {
        const std::size_t length = utf8_sequence(text);
        if (length == 0) return false;
        text.remove_prefix(length);
    }
    return true;
}

std::string printable(std::string_view user_text) {
    std::string out;
    out.reserve(user_text.size());
    while (!user_text.empty()) {
        const auto first = static_cast<unsigned char>(user_text[0]);
        const std::size_t length = utf8_sequence(user_text);
        // C1 controls (U+0080 to U+009F) steer terminals as well as the C0 ones do.
        const bool c1 = length == 2 && first == 0xC2 && static_cast<unsigned char>(user_text[1]) < 0xA0;
        if (length == 0 || is_control(first) || c1) {
            append_escaped(out, first);
            user_text.remove_prefix(1);
            continue;
        }
        out += user_text.substr(0, length);
        user_text.remove_prefix(length);
    }
    return out;
}

std::string quote(std::string_view user_text, std::size_t most) {
    std::size_t end = std::min(user_text.size(), most);
    const bool cut = end < user_text.size();
    // Not through the middle of a letter.
    while (cut && end > 0 && (static_cast<unsigned char>(user_text[end]) & 0xC0) == 0x80) --end;
    return '"' + printable(user_text.substr(0, end)) + (cut ? "...\"" : "\"");
}

std::size_t edit_distance(std::string_view a, std::string_view b) {
    // Three rows of the classic table are enough: the one before last is for swapped neighbours.
    std::vector<std::size_t> before(b.size() + 1), last(b.size() + 1), row(b.size() + 1);
    for (std::size_t j = 0; j <= b.size(); ++j) last[j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i) {
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t changed = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
            row[j] = std::min({changed, last[j] + 1, row[j - 1] + 1});
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                row[j] = std::min(row[j], before[j - 2] + 1);
        }
        std::swap(before, last);
        std::swap(last, row);
    }
    return last[b.size()];
}

Guess::Guess(std::string_view word)
    // What a user wrote may be any length; nothing this long is a misspelt word.
    : word_{word.substr(0, 64)}, distance_{word.size() > 64 ? 0 : std::max<std::size_t>(1, word.size() / 3) + 1} {}

void Guess::offer(std::string_view candidate) {
    const std::size_t longer = std::max(word_.size(), candidate.size());
    if (longer - std::min(word_.size(), candidate.size()) >= distance_) return;
    const std::size_t distance = edit_distance(word_, candidate);
    if (distance >= distance_ || distance >= longer) return;
    distance_ = distance;
    best_ = candidate;
}

std::string lower(std::string_view text) {
    std::string out{text};
    for (char& c : out)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + ('a' - 'A'));
    return out;
}

std::string number(double number) {
    std::array<char, 32> text;
    const int size = std::snprintf(text.data(), text.size(), "%.14g", number);
    return {text.data(), std::size_t(size)};
}

std::string count(std::size_t number, std::string_view noun) {
    std::string text = std::to_string(number) + ' ' + std::string{noun};
    if (number != 1) text += 's';
    return text;
}

bool is_word(std::string_view text) noexcept {
    const auto lower = [](char c) { return c >= 'a' && c <= 'z'; };
    const auto rest = [&](char c) { return lower(c) || (c >= '0' && c <= '9') || c == '_'; };
    return !text.empty() && lower(text[0]) && std::all_of(text.begin(), text.end(), rest);
}

std::string padded(std::string_view text, std::size_t width) {
    const auto letters = static_cast<std::size_t>(
        std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
    std::string out{text};
    if (letters < width) out.append(width - letters, ' ');
    return out;
}

std::string duration(std::chrono::nanoseconds time) {
    const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(time).count();
    if (ms < 1000) return std::to_string(ms) + " ms";
    const auto seconds = ms / 1000, tenths = ms / 100 % 10, minutes = seconds / 60, hours = minutes / 60;
    const auto two = [](auto larger, const char* its, auto smaller, const char* unit) {
        std::string text = std::to_string(larger) + its;
        if (smaller > 0) text += ' ' + std::to_string(smaller) + unit;
        return text;
    };
    if (minutes == 0) return std::to_string(seconds) + (tenths == 0 ? "" : '.' + std::to_string(tenths)) + " s";
    return hours == 0 ? two(minutes, " min", seconds % 60, " s") : two(hours, " h", minutes % 60, " min");
}

void append_json(std::string& out, std::string_view text) {
    constexpr char digits[] = "0123456789abcdef";
    static constexpr auto plain = [] {  // what may stand there as it is
        std::array<bool, 256> table{};
        for (int c = 0x20; c < 0x7f; ++c) table[c] = c != '"' && c != '\\';
        return table;
    }();
    for (std::size_t at = 0; at < text.size(); ++at) {
        const std::size_t begin = at;
        while (at < text.size() && plain[static_cast<unsigned char>(text[at])]) ++at;
        out.append(text, begin, at - begin);
        if (at == text.size()) return;
        const auto byte = static_cast<unsigned char>(text[at]);
        if (byte == '"' || byte == '\\')
            out += {'\\', text[at]};
        else
            out.append("\\u00") += {digits[byte >> 4], digits[byte & 15]};
    }
}

}  // namespace tollgate::text
