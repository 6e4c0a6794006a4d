// core/support/json_text.cpp - reading and writing JSON's tokens strictly.
#include "support/json_text.h"

#include "support/text.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstring>

namespace tollgate::text {

namespace {

void append_utf8(std::string& text, unsigned code) {
    const auto put = [&](unsigned byte) { text += static_cast<char>(byte); };
    if (code < 0x80) return put(code);
    if (code < 0x800) {
        put(0xC0 | code >> 6);
    } else if (code < 0x10000) {
        put(0xE0 | code >> 12);
        put(0x80 | (code >> 6 & 0x3F));
    } else {
        put(0xF0 | code >> 18);
        put(0x80 | (code >> 12 & 0x3F));
        put(0x80 | (code >> 6 & 0x3F));
    }
    put(0x80 | (code & 0x3F));
}

constexpr const char* escaped = "\"\\/\b\f\n\r\t";
constexpr const char* letters = "\"\\/bfnrt";

}  // namespace

std::string json_quoted(std::string_view text) {
    std::string out{'"'};
    out.reserve(text.size() + 2);
    while (!text.empty()) {
        const char c = text[0];
        const std::size_t length = utf8_sequence(text);
        if (length == 0) {
            out += "\xEF\xBF\xBD";
        } else if (const char* at = c != '/' && c ? std::strchr(escaped, c) : nullptr) {
            (out += '\\') += letters[at - escaped];
        } else if (static_cast<unsigned char>(c) < 0x20) {
            constexpr const char* digits = "0123456789abcdef";
            ((out += "\\u00") += digits[c >> 4 & 0xF]) += digits[c & 0xF];
        } else {
            out += text.substr(0, length);
        }
        text.remove_prefix(std::max<std::size_t>(length, 1));
    }
    return out += '"';
}

char JsonText::peek() {
    at_ = std::min(text_.find_first_not_of(" \t\r\n", at_), text_.size());
    return at_ < text_.size() ? text_[at_] : '\0';
}

bool JsonText::take(char byte) {
    if (peek() != byte || at_ == text_.size()) return false;
    ++at_;
    return true;
}

bool JsonText::take_word(std::string_view word) {
    peek();
    if (!text_.substr(at_).starts_with(word)) return false;
    at_ += word.size();
    return true;
}

bool JsonText::at_end() { return peek(), at_ == text_.size(); }

// from_chars would take "inf", "01" and "1." too.
std::optional<double> JsonText::take_number() {
    peek();
    std::size_t end = at_;
    const auto digits = [&] {
        const std::size_t begin = end;
        while (end < text_.size() && text_[end] >= '0' && text_[end] <= '9') ++end;
        return end - begin;
    };
    const auto next_is = [&](std::string_view any) { return end < text_.size() && any.find(text_[end]) != any.npos; };
    if (next_is("-")) ++end;
    const bool zero = next_is("0");
    const std::size_t whole = digits();
    if (whole == 0 || (zero && whole > 1)) return std::nullopt;
    if (next_is(".") && (++end, digits() == 0)) return std::nullopt;
    if (next_is("eE")) {
        ++end;
        if (next_is("+-")) ++end;
        if (digits() == 0) return std::nullopt;
    }
    double number = 0;
    const auto [last, error] = std::from_chars(text_.data() + at_, text_.data() + end, number);
    if (error != std::errc{} || last != text_.data() + end) return std::nullopt;  // beyond what a number can be
    at_ = end;
    return number;
}

bool JsonText::take_text(std::string& text) {
    if (!take('"')) return false;
    while (at_ < text_.size()) {
        const std::size_t plain = std::min(text_.find_first_of("\"\\", at_), text_.size());
        const auto part = text_.substr(at_, plain - at_);
        const auto control = std::find_if(part.begin(), part.end(), [](unsigned char c) { return c < 0x20; });
        text += part;
        at_ += std::size_t(control - part.begin());
        if (control != part.end() || at_ == text_.size()) return false;
        if (text_[at_] == '"') return ++at_, true;
        if (!take_escape(text)) return false;
    }
    return false;
}

std::optional<unsigned> JsonText::take_unit() {
    unsigned unit = 0;
    if (text_.size() - at_ < 4) return std::nullopt;
    const auto [end, error] = std::from_chars(text_.data() + at_, text_.data() + at_ + 4, unit, 16);
    if (error != std::errc{} || end != text_.data() + at_ + 4) return std::nullopt;
    at_ += 4;
    return unit;
}

bool JsonText::take_escape(std::string& text) {
    const char letter = at_ + 1 < text_.size() ? text_[at_ + 1] : '\0';
    if (letter != 'u') {
        const char* at = letter ? std::strchr(letters, letter) : nullptr;
        if (!at) return false;
        text += escaped[at - letters];
        at_ += 2;
        return true;
    }
    at_ += 2;
    const auto first = take_unit();
    if (!first) return false;
    unsigned code = *first;
    if (code >= 0xD800 && code <= 0xDBFF && text_.substr(at_).starts_with("\\u")) {
        const std::size_t before = at_;
        at_ += 2;
        const auto second = take_unit();
        if (!second) return false;
        if (*second >= 0xDC00 && *second <= 0xDFFF)
            code = 0x10000 + ((code - 0xD800) << 10) + (*second - 0xDC00);
        else
            at_ = before;
    }
    append_utf8(text, code >= 0xD800 && code <= 0xDFFF ? 0xFFFD : code);  // half a pair is no text
    return true;
}

std::string JsonText::next_described() const {
    return at_ < text_.size() ? quote(text_.substr(at_, 12)) : "the end";
}

}  // namespace tollgate::text
