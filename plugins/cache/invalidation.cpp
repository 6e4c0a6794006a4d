// plugins/cache/invalidation.cpp - references resolved as RFC 3986 section 5 has it, so far as paths need it.
#include "invalidation.h"

#include <optional>

namespace tollgate::cache {

namespace {

std::string without_dots(std::string_view path) {
    std::vector<std::string_view> kept;
    bool folder = true;
    for (std::size_t at = 1; at <= path.size();) {
        const std::size_t end = std::min(path.find('/', at), path.size());
        const std::string_view segment = path.substr(at, end - at);
        folder = segment == "." || segment == "..";
        if (segment == ".." && !kept.empty()) kept.pop_back();
        if (!folder) kept.push_back(segment);
        at = end + 1;
    }
    std::string result;
    for (const std::string_view segment : kept) (result += '/') += segment;
    if (folder || result.empty()) result += '/';
    return result;
}

std::optional<std::string> resolved(std::string_view reference, std::string_view scheme, std::string_view host,
                                    std::string_view base_path) {
    reference = reference.substr(0, reference.find('#'));
    const auto colon = reference.find_first_of(":/?");
    if (colon != std::string_view::npos && reference[colon] == ':') {
        if (!same(reference.substr(0, colon), scheme)) return std::nullopt;
        reference.remove_prefix(colon + 1);
        if (!reference.starts_with("//")) return std::nullopt;
    }
    if (reference.starts_with("//")) {
        const auto end = std::min(reference.find_first_of("/?", 2), reference.size());
        if (!same(reference.substr(2, end - 2), host)) return std::nullopt;
        reference.remove_prefix(end);
        if (!reference.starts_with('/')) return std::string{"/"}.append(reference);
    }
    const auto mark = std::min(reference.find('?'), reference.size());
    const std::string_view path = reference.substr(0, mark), query = reference.substr(mark);
    if (path.empty()) return std::string{base_path}.append(query);
    std::string whole{path};
    if (!path.starts_with('/')) whole = std::string{base_path.substr(0, base_path.rfind('/') + 1)}.append(path);
    return without_dots(whole).append(query);
}

}  // namespace

bool is_safe(std::string_view method) noexcept {
    return method == "GET" || method == "HEAD" || method == "OPTIONS" || method == "TRACE";
}

std::vector<std::string> named_targets(Lines answer, std::string_view scheme, std::string_view host,
                                       std::string_view base_path) {
    std::vector<std::string> targets;
    for (const std::string_view name : {"Location", "Content-Location"})
        if (const auto value = first(answer, name))
            if (auto target = resolved(trimmed(*value), scheme, host, base_path)) targets.push_back(*std::move(target));
    return targets;
}

}  // namespace tollgate::cache
