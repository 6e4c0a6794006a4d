// core/config/schema.h - checks what was written against Fields, and composes every error about settings.
#pragma once

#include "config/environment.h"
#include "config/item.h"

#include <tollgate/settings.h>

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace tollgate::config {

// A setting as its Field's type holds it: integers, sizes (bytes) and durations as what Settings returns.
class CheckedSettings;
using Setting = std::variant<std::monostate, bool, std::int64_t, double, std::string, std::chrono::nanoseconds,
                             std::uint64_t, Rate, Value, std::vector<std::string>, std::vector<Value>,
                             std::vector<std::shared_ptr<const CheckedSettings>>>;

// How often a plugin was asked for in one configuration, by "plugin kind": for Settings::ordinal().
using Ordinals = std::map<std::string, int, std::less<>>;

// What all uses of one configuration share. The tiers are complete before the first plugin is created.
struct Common {
    Ordinals ordinals;
    std::set<std::string, std::less<>> tiers;
};

class CheckedSettings final : public Settings {
public:
    CheckedSettings(std::string owner, std::string where, std::span<const Field> fields,
                    std::shared_ptr<Common> common);

    bool has(std::string_view name) const override;
    bool boolean(std::string_view name) const override;
    std::int64_t integer(std::string_view name) const override;
    double number(std::string_view name) const override;
    std::string text(std::string_view name) const override;
    std::chrono::nanoseconds duration(std::string_view name) const override;
    std::uint64_t size(std::string_view name) const override;
    Rate rate(std::string_view name) const override;
    Value value(std::string_view name) const override;
    std::vector<std::string> texts(std::string_view name) const override;
    std::string where() const override { return where_; }
    int ordinal(std::string_view kind) const override;
    bool has_tier(std::string_view name) const override { return common_->tiers.contains(name); }
    std::vector<const Settings*> tables(std::string_view name) const override;
    std::vector<Value> values(std::string_view name) const override;

    void set(std::size_t field, Setting setting) { settings_[field] = std::move(setting); }
    bool given(std::size_t field) const { return settings_[field].index() != 0; }
    // As these, with nothing said yet: for a table among their settings.
    CheckedSettings blank() const { return {owner_, where_, fields_, common_}; }

private:
    template <class T>
    const T& get(std::string_view name, const char* asked) const;
    std::size_t find(std::string_view name) const;

    std::string owner_, where_;
    std::span<const Field> fields_;
    std::vector<Setting> settings_;
    std::shared_ptr<Common> common_;
    mutable Ordinals own_ordinals_;
};

// What the schema needs to know of the file.
struct Origin {
    std::shared_ptr<const Files> files;
    std::string folder;  // where relative paths begin
};

// The item as the field wants it, or nullopt and what was wanted and got.
std::optional<Setting> check_field(const Field& field, const Item& item, const Origin& origin, std::string& problem);

// "a duration (5 * seconds) of at least 1 * milliseconds": what a field wants.
std::string describe_wanted(const Field& field);

// "owner: unknown setting "rates"; did you mean "rate"?" for every name of the table that is neither a field nor one of
// `others`, and for entries without a name.
std::vector<std::string> check_names(std::string_view owner, const Item& table, std::span<const Field> fields,
                                     std::span<const std::string_view> others = {});

// All of a table into settings: unknown names, wrong values, missing ones. Fields that are not given and have no
// default stay unset; `defaults` gives what the environment or a Field's fallback says. Problems are complete lines
// without the place.
std::vector<std::string> check_settings(std::string_view owner, const Item& table, std::span<const Field> fields,
                                        const Origin& origin, const std::function<Default(const Field&)>& defaults,
                                        CheckedSettings& settings, std::span<const std::string_view> others = {});

}  // namespace tollgate::config
