// loadtest/metrics_line.cpp - blanks, names, escapes and numbers of a line.
#include "loadtest/metrics_line.h"

#include "support/text.h"

#include <algorithm>
#include <charconv>

namespace tollgate::loadtest {

namespace {

bool is_name_start(char c, bool colons) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || (colons && c == ':');
}

bool is_blank(char c) { return c == ' ' || c == '\t'; }

template <class Number>
bool read(std::string_view digits, Number& value) {
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    return error == std::errc{} && end == digits.data() + digits.size();
}

}  // namespace

std::string MetricsLine::got() const { return at_end() ? "the end of the line" : text::quote(rest_, 40); }

void MetricsLine::skip_blanks() {
    while (!rest_.empty() && is_blank(rest_.front())) rest_.remove_prefix(1);
}

bool MetricsLine::take(char wanted) {
    if (rest_.empty() || rest_.front() != wanted) return false;
    rest_.remove_prefix(1);
    return true;
}

void MetricsLine::expect(char wanted) {
    if (!take(wanted)) throw Mistake{"expected " + text::quote({&wanted, 1}) + ", got " + got()};
}

void MetricsLine::expect_blank(const char* behind) {
    if (!at_end() && !is_blank(rest_.front()))
        throw Mistake{std::string{"expected a blank behind "} + behind + ", got " + got()};
    skip_blanks();
}

std::string_view MetricsLine::word() {
    const auto word = rest_.substr(0, std::min(rest_.find_first_of(" \t"), rest_.size()));
    rest_.remove_prefix(word.size());
    skip_blanks();
    return word;
}

std::string_view MetricsLine::name(const char* what, bool colons) {
    std::size_t end = 0;
    while (end < rest_.size() &&
           (is_name_start(rest_[end], colons) || (end > 0 && rest_[end] >= '0' && rest_[end] <= '9')))
        ++end;
    if (end == 0) throw Mistake{std::string{"expected "} + what + ", got " + got()};
    const auto name = rest_.substr(0, end);
    rest_.remove_prefix(end);
    return name;
}

std::string MetricsLine::quoted() {
    expect('"');
    std::string value;
    while (!take('"')) {
        if (at_end()) throw Mistake{"expected the end of a label's value, a \", got the end of the line"};
        value += escaped_or_plain(true);
    }
    return value;
}

std::string MetricsLine::help() {
    std::string text;
    while (!at_end()) text += escaped_or_plain(false);
    return text;
}

char MetricsLine::escaped_or_plain(bool quotes) {
    const char c = rest_.front();
    rest_.remove_prefix(1);
    if (c != '\\') return c;
    if (take('\\')) return '\\';
    if (take('n')) return '\n';
    if (quotes && take('"')) return '"';
    const char* wanted = quotes ? R"(expected \\, \" or \n)" : R"(expected \\ or \n)";
    throw Mistake{std::string{wanted} + ", got a \\ and then " + got()};
}

double MetricsLine::number(std::string_view word, const char* what) {
    std::string_view digits = word;
    if (digits.starts_with('+')) digits.remove_prefix(1);
    const bool two_signs = digits.size() < word.size() && digits.starts_with('-');
    double value = 0;
    if (!two_signs && read(digits, value)) return value;
    throw Mistake{std::string{"expected "} + what + ", got " +
                  (word.empty() ? "the end of the line" : text::quote(word, 40))};
}

std::int64_t MetricsLine::timestamp(std::string_view word) {
    std::int64_t value = 0;
    if (read(word, value)) return value;
    throw Mistake{"expected a timestamp in milliseconds behind the value, got " + text::quote(word, 40)};
}

}  // namespace tollgate::loadtest
