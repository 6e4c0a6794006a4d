// plugins/logging/secrets.h - Secrets: which header lines and query parameters hold what a log must not show.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace tollgate::logging {

inline constexpr std::string_view hidden = "(hidden)";

// Immutable; any thread.
class Secrets {
public:
    // `named`: of headers and parameters, beside those whose names say it by themselves (`Authorization`, `api_key`).
    explicit Secrets(const std::vector<std::string>& named);

    // Whether what goes by that name is a secret; without case, '-' and '_'.
    bool names(std::string_view name) const;
    // The query, with the values of secrets replaced; itself where it has none.
    std::string_view without(std::string_view query, std::string& scratch) const;
    // The same of a URL: in its query, and in its fragment.
    std::string_view without_in(std::string_view url, std::string& scratch) const;

private:
    std::vector<std::string> named_;
};

}  // namespace tollgate::logging
