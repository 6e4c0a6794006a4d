// plugins/auth/caller_ids.cpp - which names look like an id that the gateway makes.
#include "caller_ids.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace tollgate::auth {

namespace {

constexpr std::string_view beginnings[] = {"key-", "cert-", "ip-", "jwt-", "basic-", "signature-"};

}  // namespace

CallerIds::CallerIds(std::string method, std::string prefix)
    : method_{std::move(method)}, prefix_{std::move(prefix)} {}

CallerIds CallerIds::of(const Settings& settings, std::string method) {
    if (!settings.has("id_prefix")) return CallerIds{std::move(method)};
    std::string prefix = settings.text("id_prefix");
    const bool plain = std::all_of(prefix.begin(), prefix.end(), [](char c) { return c > 0x20 && c < 0x7f; });
    if (prefix.empty() || !plain)
        throw ConfigError{"id_prefix", "expected printable ASCII without blanks, got \"" + prefix + '"'};
    // What follows may be chosen so that the whole is another's: "k" and "ey-6163937e6547".
    for (const std::string_view beginning : beginnings)
        if (prefix.starts_with(beginning) || beginning.starts_with(prefix))
            throw ConfigError{"id_prefix", "expected one with which no id can begin like those made here (\"" +
                                               std::string{beginning} + "\"), got \"" + prefix + '"'};
    return CallerIds{std::move(method), std::move(prefix)};
}

std::string CallerIds::operator()(std::string_view name) const {
    if (!prefix_.empty()) return prefix_ + std::string{name};
    const bool looks_made = std::any_of(std::begin(beginnings), std::end(beginnings),
                                        [name](std::string_view beginning) { return name.starts_with(beginning); });
    return looks_made ? method_ + '-' + std::string{name} : std::string{name};
}

}  // namespace tollgate::auth
