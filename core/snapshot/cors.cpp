// core/snapshot/cors.cpp - matching origins, answering preflights, marking answers.
#include "snapshot/cors.h"

#include "http/layout.h"
#include "support/text.h"

#include <algorithm>

namespace tollgate {

namespace {

constexpr std::string_view prefix = "access-control-";

bool is_host_character(char c) noexcept {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
           c == '_';
}

// "host", "host:port", "[::1]:port".
bool is_host_and_port(std::string_view text) noexcept {
    if (text.empty()) return false;
    const bool bracketed = text.front() == '[';
    const auto colon = text.find(':', bracketed ? std::min(text.find(']'), text.size()) : 0);
    const auto host = text.substr(0, colon), port = colon == text.npos ? std::string_view{"0"} : text.substr(colon + 1);
    const auto fits = [bracketed](char c) {
        return bracketed ? std::string_view{"0123456789abcdefABCDEF:.[]"}.find(c) != std::string_view::npos
                         : is_host_character(c);
    };
    return !host.empty() && std::all_of(host.begin(), host.end(), fits) && !port.empty() && port.size() <= 5 &&
           std::all_of(port.begin(), port.end(), [](char c) { return c >= '0' && c <= '9'; });
}

bool same_start(std::string_view text, std::string_view start) noexcept {
    return text.size() >= start.size() && http::same_text(text.substr(0, start.size()), start);
}

// Caches that keep an answer must not give it to another origin (RFC 9110 section 12.5.5).
void vary(Headers& headers, std::string_view on) {
    for (const auto& line : headers) {
        if (!http::same_text(line.name, "Vary")) continue;
        bool said = false;
        http::for_each_element(
            line.value, [&](std::string_view element) { said |= element == "*" || http::same_text(element, on); });
        if (said) return;
    }
    headers.add("Vary", on);
}

// What a browser asks for, as a list of names and nothing else.
std::string names_of(std::string_view list) {
    std::string names;
    http::for_each_element(list, [&](std::string_view name) {
        if (http::is_token(name)) names.append(names.empty() ? "" : ", ").append(name);
    });
    return names;
}

}  // namespace

std::optional<OriginPattern> OriginPattern::parse(std::string_view text, std::string& problem) {
    OriginPattern pattern;
    pattern.text_ = text::lower(text);
    if (text == "*") {
        pattern.any_ = true;
        return pattern;
    }
    if (text == "null") return pattern;
    const auto scheme = pattern.text_.find("://");
    const bool known = scheme != std::string::npos && scheme > 0 &&
                       std::all_of(pattern.text_.begin(), pattern.text_.begin() + std::ptrdiff_t(scheme),
                                   [](char c) { return is_host_character(c) || c == '+'; });
    auto place = known ? std::string_view{pattern.text_}.substr(scheme + 3) : std::string_view{};
    const bool wild = place.starts_with("*.");
    if (wild) place.remove_prefix(2);
    if (!is_host_and_port(place)) {
        problem = "expected an origin (\"https://app.example.com\", \"https://*.example.com\" or \"*\"), got " +
                  text::quote(text);
        if (known && place.find('/') != place.npos) problem += "; an origin has no path";
        return std::nullopt;
    }
    // Browsers leave out the port that goes without saying.
    const auto name = std::string_view{pattern.text_}.substr(0, scheme);
    for (const auto& [of, port] : {std::pair{"http", ":80"}, std::pair{"https", ":443"}})
        if (name == of && place.ends_with(port)) place.remove_suffix(std::string_view{port}.size());
    const std::string before{std::string_view{pattern.text_}.substr(0, scheme + 3)};
    if (wild) {
        pattern.scheme_end_ = before;
        pattern.text_ = '.' + std::string{place};
    } else {
        pattern.text_ = before + std::string{place};
    }
    return pattern;
}

bool OriginPattern::matches(std::string_view origin) const noexcept {
    if (any_) return true;
    if (!scheme_end_) return http::same_text(origin, text_);
    if (!same_start(origin, *scheme_end_) || origin.size() <= scheme_end_->size() + text_.size()) return false;
    const auto name = origin.substr(scheme_end_->size());
    const auto below = name.substr(0, name.size() - text_.size());
    return http::same_text(name.substr(below.size()), text_) &&
           std::all_of(below.begin(), below.end(), is_host_character);
}

Cors::Cors(Rules rules)
    : rules_{std::move(rules)},
      any_{std::any_of(rules_.origins.begin(), rules_.origins.end(), [](const auto& origin) { return origin.any(); })},
      methods_{text::join(rules_.methods)},
      headers_{text::join(rules_.headers)},
      expose_{text::join(rules_.expose)} {}

bool Cors::is_preflight(const Request& request) noexcept {
    return request.method() == "OPTIONS" && request.headers().has("Origin") && !announced_method(request).empty();
}

std::string_view Cors::announced_method(const Request& request) noexcept {
    return request.headers().get("Access-Control-Request-Method");
}

bool Cors::allows(std::string_view origin) const noexcept {
    return std::any_of(rules_.origins.begin(), rules_.origins.end(),
                       [origin](const auto& pattern) { return pattern.matches(origin); });
}

Response Cors::preflight_answer(const Request& request, std::string_view methods) const {
    Response response{204};
    Headers& headers = response.headers();
    mark(headers, request.headers().get("Origin"));
    const std::string_view methods_said = methods_.empty() ? methods : std::string_view{methods_};
    if (!methods_said.empty()) headers.add("Access-Control-Allow-Methods", methods_said);
    const auto headers_said =
        headers_.empty() ? names_of(request.headers().get("Access-Control-Request-Headers")) : headers_;
    if (!headers_said.empty()) headers.add("Access-Control-Allow-Headers", headers_said);
    if (rules_.max_age) headers.add("Access-Control-Max-Age", std::to_string(*rules_.max_age));
    headers.add("Vary", "Access-Control-Request-Method, Access-Control-Request-Headers");
    return response;
}

void Cors::mark(Headers& headers, std::string_view origin) const {
    if (auto* layout = headers.layout())
        std::erase_if(layout->lines, [&](const auto& line) {
            return line.known == http::Known::other && same_start(layout->name(line), prefix);
        });
    const bool everybody = any_ && !rules_.credentials;
    if (!everybody) vary(headers, "Origin");
    if (!everybody && (origin.empty() || !allows(origin))) return;
    headers.add("Access-Control-Allow-Origin", everybody ? "*" : origin);
    if (rules_.credentials) headers.add("Access-Control-Allow-Credentials", "true");
    if (!expose_.empty()) headers.add("Access-Control-Expose-Headers", expose_);
}

}  // namespace tollgate
