// core/admin/find_endpoint.cpp - which row of the table takes a method and a path.
#include "admin/endpoints.h"

#include "http/target.h"

namespace tollgate::admin {

namespace {

// Splits off the first part of a path, and the slash after it.
std::string_view first_of(std::string_view& path) {
    const auto slash = path.find('/');
    const std::string_view first = path.substr(0, slash);
    path.remove_prefix(slash == path.npos ? path.size() : slash + 1);
    return first;
}

// What stands in `path` for the {names} of `form`; nullopt where it is not of that form. Both begin with '/'.
std::optional<std::vector<std::string>> parts_of(std::string_view form, std::string_view path) {
    std::vector<std::string> parts;
    form.remove_prefix(1);
    path.remove_prefix(1);
    for (;;) {
        if (form.ends_with("*}") && form.find('/') == form.npos) {
            parts.emplace_back(path);
            return parts;
        }
        const bool last = form.find('/') == form.npos, path_is_last = path.find('/') == path.npos;
        const std::string_view wanted = first_of(form), got = first_of(path);
        if (wanted.starts_with('{') && !got.empty()) parts.push_back(http::decode_path(got));
        else if (wanted != got) return std::nullopt;
        if (last) return path_is_last ? std::optional{parts} : std::nullopt;
        if (path_is_last && !(form.ends_with("*}") && form.find('/') == form.npos)) return std::nullopt;
    }
}

bool takes_method(const Endpoint& endpoint, std::string_view method) {
    return endpoint.method.empty() || endpoint.method == method || (endpoint.method == "GET" && method == "HEAD");
}

}  // namespace

Found find_endpoint(std::string_view method, std::string_view path) {
    Found found;
    if (!path.starts_with('/')) return found;
    for (const Endpoint& endpoint : endpoints()) {
        auto parts = parts_of(endpoint.path, path);
        if (!parts) continue;
        if (takes_method(endpoint, method)) return {&endpoint, *std::move(parts), {}};
        found.methods.push_back(endpoint.method);
    }
    return found;
}

}  // namespace tollgate::admin
