// plugins/cache/query.cpp - parameters as they are written; nothing is decoded, since upstreams differ in how they do.
#include "query.h"

#include <algorithm>
#include <functional>
#include <utility>

namespace tollgate::cache {

namespace {

std::string_view name_of(std::string_view parameter) noexcept { return parameter.substr(0, parameter.find('=')); }

bool among(std::string_view name, const std::vector<std::string>& patterns) noexcept {
    return std::any_of(patterns.begin(), patterns.end(), [name](std::string_view pattern) {
        if (!pattern.ends_with('*')) return name == pattern;
        return name.starts_with(pattern.substr(0, pattern.size() - 1));
    });
}

}  // namespace

Query::Query(Order order, std::vector<std::string> only, std::vector<std::string> without)
    : order_{order}, only_{std::move(only)}, without_{std::move(without)} {
    std::sort(only_.begin(), only_.end());
    std::sort(without_.begin(), without_.end());
}

bool Query::counts(std::string_view parameter) const noexcept {
    if (!only_.empty()) return among(name_of(parameter), only_);
    return !among(name_of(parameter), without_);
}

void Query::append(std::string& text, std::string_view query) const {
    if (query.empty() || order_ == Order::ignored) return;
    if (order_ == Order::exact && only_.empty() && without_.empty()) {
        (text += '?') += query;
        return;
    }
    std::vector<std::string_view> parameters;
    for (std::size_t at = 0; at <= query.size();) {
        const std::size_t end = std::min(query.find('&', at), query.size());
        const std::string_view parameter = query.substr(at, end - at);
        if (!parameter.empty() && counts(parameter)) parameters.push_back(parameter);
        at = end + 1;
    }
    // Of one name the order is kept: to many upstreams the first or the last of them is the one.
    if (order_ == Order::sorted || !only_.empty())
        std::sort(parameters.begin(), parameters.end(), [](std::string_view a, std::string_view b) {
            const int order = name_of(a).compare(name_of(b));
            return order != 0 ? order < 0 : std::less<>{}(a.data(), b.data());
        });
    char mark = '?';
    for (const std::string_view parameter : parameters) (text += std::exchange(mark, '&')) += parameter;
}

}  // namespace tollgate::cache
