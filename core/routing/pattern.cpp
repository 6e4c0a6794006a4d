// core/routing/pattern.cpp - reads route patterns and brings their text into the form a normalised path has.
#include "routing/pattern.h"

#include "http/target.h"
#include "support/hexadecimal.h"
#include "support/text.h"

#include <algorithm>
#include <cctype>

namespace tollgate::routing {

namespace {

using http::append_encoded;
using http::is_unreserved;

// RFC 3986 section 3.3, without percent-encodings.
bool is_path_character(char c) {
    return is_unreserved(c) || std::string_view{"!$&'()*+,;=:@"}.find(c) != std::string_view::npos;
}

// RFC 9110 section 5.6.2; "*" alone stands for every method and is not asked here.
bool is_token(std::string_view text) {
    constexpr std::string_view marks = "!#$%&'+-.^_`|~";
    return !text.empty() && std::all_of(text.begin(), text.end(), [=](char c) {
        return std::isalnum(static_cast<unsigned char>(c)) || marks.find(c) != marks.npos;
    });
}

bool is_parameter_name(std::string_view name) {
    const auto fits = [](char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_'; };
    return !name.empty() && !std::isdigit(static_cast<unsigned char>(name[0])) &&
           std::all_of(name.begin(), name.end(), fits);
}

// As http/target.h normalises what clients send: unreserved characters decoded, the rest in upper-case hex.
bool normalise_text(std::string_view segment, std::string& out, std::string& problem) {
    for (std::size_t i = 0; i < segment.size(); ++i) {
        const char c = segment[i];
        if (c == '%') {
            const int high = i + 1 < segment.size() ? digit_of(segment[i + 1]) : -1;
            const int low = i + 2 < segment.size() ? digit_of(segment[i + 2]) : -1;
            if (high < 0 || low < 0 || high + low == 0) {
                problem = "expected two hex digits after \"%\", got " + text::quote(segment);
                return false;
            }
            const auto byte = static_cast<char>(high * 16 + low);
            if (is_unreserved(byte))
                out += byte;
            else
                append_encoded(out, byte);
            i += 2;
        } else if (static_cast<unsigned char>(c) >= 0x80) {
            append_encoded(out, c);
        } else if (is_path_character(c) && c != '*') {
            out += c;
        } else {
            problem = "expected a path without " + text::quote({&c, 1}) + ", got " + text::quote(segment);
            if (c == '{' || c == '<') problem += "; a parameter is written \":name\"";
            if (c == '?') problem += "; a query is a matter for `when`";
            if (c == '*') problem += "; \"*\" and \"**\" stand for whole segments";
            return false;
        }
    }
    return true;
}

std::optional<Pattern::Segment> parse_segment(std::string_view segment, std::string& problem) {
    using Kind = Pattern::Kind;
    if (segment == "**") return Pattern::Segment{Kind::rest, "**"};
    if (segment == "*") return Pattern::Segment{Kind::one, "*"};
    if (segment.starts_with(':')) {
        const auto name = segment.substr(1);
        if (is_parameter_name(name)) return Pattern::Segment{Kind::one, std::string{name}};
        problem = "expected a parameter like \":id\", got " + text::quote(segment);
        return std::nullopt;
    }
    Pattern::Segment parsed{Kind::text, {}};
    if (!normalise_text(segment, parsed.text, problem)) return std::nullopt;
    if (parsed.text == "." || parsed.text == "..") {
        problem = "expected a path without dot segments, got " + text::quote(segment);
        return std::nullopt;
    }
    return parsed;
}

bool parse_methods(std::string_view list, Pattern& pattern, std::string& problem) {
    if (list == "*") return true;
    while (true) {
        const auto comma = std::min(list.find(','), list.size());
        const auto method = list.substr(0, comma);
        std::string upper{method};
        for (char& c : upper) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
        if (!is_token(method)) {
            problem = "expected a method like \"GET\", \"GET,POST\" or \"*\", got " + text::quote(method);
        } else if (upper != method) {
            problem = "expected a method in upper case, got " + text::quote(method);
        } else if (std::find(pattern.methods.begin(), pattern.methods.end(), method) != pattern.methods.end()) {
            problem = "expected each method once, got " + text::quote(method) + " twice";
        } else {
            pattern.methods.emplace_back(method);
            if (comma == list.size()) return true;
            list.remove_prefix(comma + 1);
            continue;
        }
        return false;
    }
}

bool parse_path(std::string_view path, Pattern& pattern, std::string& problem) {
    if (!path.starts_with('/')) {
        problem = "expected a path that starts with \"/\", got " + text::quote(path);
        return false;
    }
    const auto whole = path;
    path.remove_prefix(1);
    while (!path.empty()) {
        const auto slash = path.find('/');
        const auto segment = path.substr(0, slash);
        if (segment.empty())
            problem = "expected a path without empty segments, got " + text::quote(whole);
        else if (!pattern.segments.empty() && pattern.segments.back().kind == Pattern::Kind::rest)
            problem = "expected \"**\" at the end only, got " + text::quote(whole);
        else if (pattern.segments.size() == Pattern::most_segments)
            problem = "expected at most " + std::to_string(Pattern::most_segments) + " segments";
        if (!problem.empty()) return false;
        auto parsed = parse_segment(segment, problem);
        if (!parsed) return false;
        pattern.segments.push_back(std::move(*parsed));
        if (slash == path.npos) return true;
        path.remove_prefix(slash + 1);
    }
    pattern.trailing_slash = true;
    if (pattern.segments.empty() || pattern.segments.back().kind != Pattern::Kind::rest) return true;
    problem = "expected \"**\" without a slash after it, got " + text::quote(whole);
    return false;
}

bool check_names(const Pattern& pattern, std::string& problem) {
    auto names = pattern.parameter_names();
    if (names.size() > Pattern::most_parameters) {
        problem = "expected at most " + std::to_string(Pattern::most_parameters) + " parameters, got " +
                  std::to_string(names.size());
        return false;
    }
    std::sort(names.begin(), names.end());
    for (std::size_t i = 1; i < names.size(); ++i) {
        if (names[i] != names[i - 1] || names[i] == "*") continue;
        problem = "expected each parameter once, got " + text::quote(":" + names[i]) + " twice";
        return false;
    }
    return true;
}

}  // namespace

std::optional<Pattern> Pattern::parse(std::string_view text, std::string& problem) {
    problem.clear();
    const auto blank = text.find(' ');
    if (blank == text.npos) {
        problem = "expected methods and a path (\"GET /orders/:id\"), got " + text::quote(text);
        return std::nullopt;
    }
    const auto path = text.substr(std::min(text.find_first_not_of(' ', blank), text.size()));
    Pattern pattern;
    if (!parse_methods(text.substr(0, blank), pattern, problem) || !parse_path(path, pattern, problem) ||
        !check_names(pattern, problem))
        return std::nullopt;
    return pattern;
}

std::vector<std::string> Pattern::parameter_names() const {
    std::vector<std::string> names;
    for (const auto& segment : segments)
        if (segment.kind != Kind::text) names.push_back(segment.text);
    return names;
}

}  // namespace tollgate::routing
