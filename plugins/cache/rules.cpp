// plugins/cache/rules.cpp - settings as they go together.
#include "rules.h"

#include "lines.h"

#include <algorithm>

namespace tollgate::cache {

namespace {

std::optional<Milliseconds> time_of(const Settings& settings, std::string_view name) {
    if (!settings.has(name)) return std::nullopt;
    return std::chrono::duration_cast<Milliseconds>(settings.duration(name));
}

Query query_of(const Settings& settings) {
    const std::string order = settings.text("query");
    auto only = settings.texts("parameters"), without = settings.texts("ignored_parameters");
    if (!only.empty() && !without.empty())
        throw ConfigError{"ignored_parameters", "expected either parameters or ignored_parameters, got both"};
    if (order == "ignored" && !(only.empty() && without.empty()))
        throw ConfigError{"query", "expected \"exact\" or \"sorted\" beside a list of parameters, got \"ignored\""};
    const auto word = order == "sorted"    ? Query::Order::sorted
                      : order == "ignored" ? Query::Order::ignored
                                           : Query::Order::exact;
    return {word, std::move(only), std::move(without)};
}

Policy policy_of(const Settings& settings) {
    Policy policy;
    policy.ttl = time_of(settings, "ttl");
    policy.default_ttl = time_of(settings, "default_ttl");
    policy.negative_ttl = time_of(settings, "negative_ttl");
    if (policy.ttl && policy.default_ttl)
        throw ConfigError{"default_ttl", "expected either ttl, for all answers, or default_ttl, got both"};
    policy.stale_while_revalidate = time_of(settings, "stale_while_revalidate").value_or(Milliseconds{0});
    policy.stale_if_error = time_of(settings, "stale_if_error").value_or(Milliseconds{0});
    policy.targets = settings.texts("targeted");
    policy.statuses = settings.texts("statuses");
    policy.set_cookie = settings.boolean("set_cookie");
    policy.cookies = settings.boolean("cookies");
    for (const std::string& status : policy.statuses)
        if (!is_status_pattern(status))
            throw ConfigError{"statuses",
                              "expected a status (\"200\") or a class of them (\"2xx\"), got \"" + status + '"'};
    return policy;
}

}  // namespace

Rules::Rules(const Settings& settings)
    : policy{policy_of(settings)},
      query{query_of(settings)},
      by{settings.values("by")},
      key{settings.values("key")},
      by_given{settings.has("by")},
      bypass{settings.has("bypass") ? settings.value("bypass") : Value{}},
      obey{settings.text("client_directives") == "obey"},
      headers{settings.boolean("headers")},
      tags{settings.texts("tags")},
      wait{settings.duration("wait")},
      largest{static_cast<std::size_t>(settings.size("largest"))},
      name{settings.has("name") ? settings.text("name") : ""} {
    // Uses without a name are called so where operators speak of them.
    if (name == "default")
        throw ConfigError{"name", "expected another name than that of uses without one, got \"default\""};
    if (settings.has("memory")) memory = static_cast<std::size_t>(settings.size("memory"));
    for (const Value& value : by) {
        by_caller = by_caller || value.kind() == "caller";
        by_authorization = by_authorization || (value.kind() == "header" && same(value.name(), "authorization"));
    }
    for (const auto* list : {&policy.targets, &tags})
        for (const std::string& field : *list)
            if (!is_token(field))
                throw ConfigError{list == &tags ? "tags" : "targeted",
                                  "expected a header's name, got \"" + field + '"'};
    if (memory && largest > *memory / 2)
        throw ConfigError{"largest", "expected at most half of memory, got " + std::to_string(largest) + " of " +
                                         std::to_string(*memory) + " bytes"};
    if (name.empty()) apart = "use " + std::to_string(settings.ordinal("cache"));
}

}  // namespace tollgate::cache
