// plugins/auth/signature/base.cpp - each covered component as a line (RFC 9421 sections 2.1, 2.2 and 2.5).
#include "base.h"

#include "../words.h"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <set>

namespace tollgate::auth::signature {

namespace {

constexpr std::string_view derived[] = {"@method", "@target-uri", "@authority", "@scheme",
                                        "@request-target", "@path", "@query"};

bool is_derived(std::string_view name) noexcept {
    return std::find(std::begin(derived), std::end(derived), name) != std::end(derived);
}

bool is_header_name(std::string_view name) noexcept {
    return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
               std::string_view{"!#$%&'*+-.^_`|~"}.find(c) != std::string_view::npos;
    });
}

// As the URL standard writes a form, but for blanks, which are %20 here.
std::string encoded(std::string_view text) {
    std::string escaped;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if ((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
            std::string_view{"*-._"}.find(c) != std::string_view::npos)
            escaped += c;
        else
            (escaped += '%').append({"0123456789ABCDEF"[byte >> 4], "0123456789ABCDEF"[byte & 15]});
    }
    return escaped;
}

// Section 2.2.8: of a parameter that is there twice nobody could say which one is meant.
std::optional<std::string> query_parameter(std::string_view query, std::string_view wanted) {
    std::optional<std::string> found;
    while (!query.empty()) {
        const std::size_t end = std::min(query.find('&'), query.size());
        const std::string_view pair = query.substr(0, end);
        query.remove_prefix(std::min(end + 1, query.size()));
        const std::size_t equals = std::min(pair.find('='), pair.size());
        if (pair.empty() || encoded(decoded(pair.substr(0, equals))) != wanted) continue;
        if (found) return std::nullopt;
        found = encoded(decoded(pair.substr(std::min(equals + 1, pair.size()))));
    }
    return found;
}

std::string query_of(const Message& message) { return '?' + std::string{message.query}; }

std::string target_of(const Message& message) {
    return std::string{message.path} + (message.has_query ? query_of(message) : "");
}

std::optional<std::string> derived_value(const Item& component, const Message& message) {
    const std::string& name = component.value.text;
    if (name == "@query-param") {
        const Bare* wanted = find(component.parameters, "name");
        if (component.parameters.size() != 1 || !wanted || !wanted->is(Bare::Kind::string)) return std::nullopt;
        return query_parameter(message.query, wanted->text);
    }
    if (!component.parameters.empty()) return std::nullopt;
    if (name == "@method") return std::string{message.method};
    if (name == "@authority") return message.authority;
    if (name == "@scheme") return std::string{message.scheme};
    if (name == "@path") return std::string{message.path};
    if (name == "@query") return query_of(message);
    if (name == "@request-target") return target_of(message);
    if (name == "@target-uri") return std::string{message.scheme} + "://" + message.authority + target_of(message);
    return std::nullopt;
}

std::optional<std::string> value_of(const Item& component, const Message& message) {
    if (!component.value.is(Bare::Kind::string)) return std::nullopt;
    const std::string& name = component.value.text;
    if (name.starts_with('@')) return derived_value(component, message);
    // In lower case (section 2.1), and not in one of the forms that parameters ask for.
    if (!is_header_name(name) || !component.parameters.empty()) return std::nullopt;
    return message.field(name);
}

}  // namespace

bool is_component(std::string_view name) noexcept {
    return is_derived(name) || is_header_name(name);
}

bool covers(const Member& input, std::string_view component) noexcept {
    const auto has = [&](std::string_view name) {
        return std::any_of(input.items.begin(), input.items.end(), [name](const Item& item) {
            return item.value.is(Bare::Kind::string) && item.value.text == name && item.parameters.empty();
        });
    };
    if (has(component)) return true;
    const bool of_target = component == "@path" || component == "@query";
    if (of_target && has("@request-target")) return true;
    return (of_target || component == "@scheme" || component == "@authority" || component == "@request-target") &&
           has("@target-uri");
}

std::optional<std::string> base_of(const Member& input, const Message& message) {
    std::string base;
    std::set<std::string> seen;
    for (const Item& component : input.items) {
        const auto value = value_of(component, message);
        std::string name = written(component);
        if (!value || value->find_first_of("\r\n") != std::string::npos) return std::nullopt;
        ((base += name) += ": ").append(*value) += '\n';
        if (!seen.insert(std::move(name)).second) return std::nullopt;
    }
    return base + "\"@signature-params\": " + written_list(input);
}

}  // namespace tollgate::auth::signature
