// core/routing/condition.cpp - looks conditions up in a request, and says in words what was missing.
#include "routing/condition.h"

#include "http/layout.h"
#include "http/target.h"
#include "support/secrets.h"
#include "support/text.h"

#include <algorithm>
#include <array>
#include <optional>

namespace tollgate::routing {

namespace {

using Subject = Condition::Subject;

// What a request has; `storage` holds what had to be decoded.
std::optional<std::string_view> got(const Condition& condition, const Facts& facts, std::string& storage) {
    const auto& request = facts.request;
    const auto kept = [&storage](std::string text) -> std::string_view { return storage = std::move(text); };
    switch (condition.subject) {
        case Subject::host: return without_last_dot(request.host());
        case Subject::client_ip: return facts.client_ip;
        case Subject::header:
            if (const auto value = request.headers().get(condition.name);
                !value.empty() || request.headers().has(condition.name))
                return value;
            return std::nullopt;
        case Subject::cookie:
            if (const auto value = request.cookie(condition.name); value.data()) return value;
            return std::nullopt;
        case Subject::query:
            if (auto value = request.query_parameter(condition.name)) return kept(*std::move(value));
            return std::nullopt;
        case Subject::parameter: break;
    }
    for (std::size_t i = 0; i < facts.captures.count; ++i)
        if (facts.parameter_names[i] == condition.name) return kept(http::decode_path(facts.captures.values[i]));
    return std::nullopt;
}

bool is_among(const Addresses& addresses, std::string_view client) {
    if (addresses.range.is_unix()) return client == "unix:";
    const auto ip = net::Ip::parse(client);
    return ip && addresses.range.contains(*ip);
}

bool satisfies(const std::optional<std::string_view>& value, const Wanted& wanted) {
    if (const auto* present = std::get_if<bool>(&wanted)) return value.has_value() == *present;
    if (!value) return false;
    if (const auto* text = std::get_if<std::string>(&wanted)) return *value == *text;
    if (const auto* expression = std::get_if<RegularExpression>(&wanted)) return expression->found_in(*value);
    if (const auto* host = std::get_if<Host>(&wanted)) return host->takes(*value);
    return is_among(std::get<Addresses>(wanted), *value);
}

// Whether whatever satisfies `narrow` satisfies `wide`.
bool includes(const Wanted& wide, const Wanted& narrow) {
    if (wide == narrow) return true;
    if (const auto* present = std::get_if<bool>(&wide)) return *present && !std::holds_alternative<bool>(narrow);
    if (const auto* text = std::get_if<std::string>(&narrow)) return satisfies(std::string_view{*text}, wide);
    if (const auto *host = std::get_if<Host>(&wide), *part = std::get_if<Host>(&narrow); host && part)
        return host->includes(*part);
    if (const auto *range = std::get_if<Addresses>(&wide), *part = std::get_if<Addresses>(&narrow); range && part)
        return range->range.includes(part->range);
    return false;
}

bool same_name(const Condition& a, const Condition& b) {
    if (a.subject != Subject::header) return a.name == b.name;
    return http::same_text(a.name, b.name);
}

std::string title(const Condition& condition) {
    const std::string word{word_of(condition.subject)};
    return condition.name.empty() ? word : word + ' ' + text::quote(condition.name);
}

// The alternatives of a condition in one line.
template <class F>
std::string any_of(const std::vector<Wanted>& all, F describe_one) {
    std::vector<std::string> texts;
    for (const auto& wanted : all) texts.push_back(describe_one(wanted));
    return text::join(texts, " or ");
}

}  // namespace

std::string_view word_of(Subject subject) {
    constexpr std::array<std::string_view, 6> words = {"host", "header", "query", "cookie", "parameter", "client_ip"};
    return words[std::size_t(subject)];
}

std::string describe(const Wanted& wanted) {
    if (const auto* present = std::get_if<bool>(&wanted)) return *present ? "present" : "absent";
    if (const auto* text = std::get_if<std::string>(&wanted)) return text::quote(*text);
    if (const auto* expression = std::get_if<RegularExpression>(&wanted))
        return "matches " + text::quote(expression->text());
    if (const auto* host = std::get_if<Host>(&wanted)) return host->text();
    return std::get<Addresses>(wanted).text;
}

bool Condition::holds(const Facts& facts) const {
    std::string storage;
    const auto value = got(*this, facts, storage);
    return std::any_of(wanted.begin(), wanted.end(), [&](const Wanted& one) { return satisfies(value, one); });
}

bool Condition::implied_by(const Condition& other) const {
    if (subject != other.subject || !same_name(*this, other)) return false;
    return std::all_of(other.wanted.begin(), other.wanted.end(), [this](const Wanted& narrow) {
        return std::any_of(wanted.begin(), wanted.end(), [&](const Wanted& wide) { return includes(wide, narrow); });
    });
}

bool Condition::carries_secrets() const {
    if (subject != Subject::header) return false;
    const std::string lower = text::lower(name);
    return lower == "authorization" || lower == "proxy-authorization" || lower == "cookie" || lower.ends_with("-key") ||
           lower.ends_with("-token");
}

std::string Condition::describe(const Wanted& one) const {
    return std::holds_alternative<std::string>(one) && carries_secrets() ? std::string{hidden} : routing::describe(one);
}

std::string Condition::describe() const {
    return title(*this) + ": " + any_of(wanted, [this](const Wanted& one) { return describe(one); });
}

std::string Condition::why_not(const Facts& facts) const {
    std::string storage;
    const auto value = got(*this, facts, storage);
    const auto in_words = [this](const Wanted& one) {
        const auto* present = std::get_if<bool>(&one);
        if (!present) return describe(one);
        return std::string{*present ? "to be there" : "not to be there"};
    };
    std::string what = title(*this) + ": wanted " + any_of(wanted, in_words) + ", got ";
    if (!value) return what + "none";
    return what + (carries_secrets() ? "something else" : text::quote(*value));
}

const Condition* Conditions::broken(const Facts& facts) const {
    for (const auto& condition : all)
        if (!condition.holds(facts)) return &condition;
    return nullptr;
}

bool Conditions::allow_host(const Facts& facts) const {
    return std::all_of(all.begin(), all.end(), [&](const Condition& condition) {
        return condition.subject != Subject::host || condition.holds(facts);
    });
}

bool Conditions::implied_by(const Conditions& others) const {
    return std::all_of(all.begin(), all.end(), [&](const Condition& mine) {
        return std::any_of(others.all.begin(), others.all.end(),
                           [&](const Condition& other) { return mine.implied_by(other); });
    });
}

}  // namespace tollgate::routing
