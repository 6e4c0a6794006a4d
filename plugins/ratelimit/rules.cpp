// plugins/ratelimit/rules.cpp - which limits a use has, and what they are called.
#include "batch.h"
#include "rule.h"

namespace tollgate::ratelimit {

namespace {

class Collection {
public:
    Collection(const Settings& use, Host& host) : use_{use}, host_{host} {}

    // A table that says no limit of its own holds callers to what their tiers say: rate and quota.
    void add(const Settings& own, const std::string& told, std::size_t number) {
        const bool says = own.has("rate") || own.has("quota") || own.has("concurrency");
        const std::string name = name_of(own, number);
        if (own.has("rate") || !says) add_rule(Rule::Kind::rate, own, told, name);
        if (own.has("quota") || !says) add_rule(Rule::Kind::quota, own, told, name + " quota");
        if (own.has("concurrency")) add_rule(Rule::Kind::concurrency, own, told, name + " concurrency");
        if (own.has("burst") && says && !own.has("rate"))
            throw ConfigError{told + "burst",
                              "expected a rate with it, got " + std::to_string(own.integer("burst")) + " alone"};
    }

    std::vector<std::unique_ptr<const Rule>> take() {
        if (rules_.size() > Batch::most)
            throw ConfigError{"limits", "expected at most " + std::to_string(Batch::most) + " limits in one use, got " +
                                            std::to_string(rules_.size())};
        return std::move(rules_);
    }

private:
    std::string name_of(const Settings& own, std::size_t number) const {
        if (own.has("name")) return own.text("name");
        if (use_.has("name")) return use_.text("name") + ' ' + std::to_string(number);
        const std::string by = describe((own.has("by") ? own : use_).values("by"));
        return by + " #" + std::to_string(own.ordinal(by));
    }

    void add_rule(Rule::Kind kind, const Settings& own, const std::string& told, std::string name) {
        rules_.push_back(std::make_unique<const Rule>(kind, own, use_, told, std::move(name), host_));
    }

    const Settings& use_;
    Host& host_;
    std::vector<std::unique_ptr<const Rule>> rules_;
};

}  // namespace

std::vector<std::unique_ptr<const Rule>> rules_of(const Settings& settings, Host& host) {
    const auto tables = settings.tables("limits");
    Collection rules{settings, host};
    if (tables.empty() || settings.has("rate") || settings.has("quota") || settings.has("concurrency"))
        rules.add(settings, "", 0);
    for (std::size_t i = 0; i < tables.size(); ++i)
        rules.add(*tables[i], "limits: " + std::to_string(i + 1) + ": ", i + 1);
    return rules.take();
}

std::vector<std::pair<std::string, std::shared_ptr<regions::RegionalCounters>>> regional_of(
    const std::vector<std::unique_ptr<const Rule>>& rules) {
    std::vector<std::pair<std::string, std::shared_ptr<regions::RegionalCounters>>> regional;
    for (const auto& rule : rules)
        if (rule->regional()) regional.emplace_back(rule->name(), rule->regional());
    return regional;
}

}  // namespace tollgate::ratelimit
