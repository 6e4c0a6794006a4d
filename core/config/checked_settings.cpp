// core/config/checked_settings.cpp - CheckedSettings: what a plugin gets when it asks for a setting by its name.
#include "config/schema.h"

#include "support/text.h"

namespace tollgate::config {

CheckedSettings::CheckedSettings(std::string owner, std::string where, std::span<const Field> fields,
                                 std::shared_ptr<Common> common)
    : owner_{std::move(owner)},
      where_{std::move(where)},
      fields_{fields},
      settings_(fields.size()),
      common_{std::move(common)} {}

std::size_t CheckedSettings::find(std::string_view name) const {
    for (std::size_t i = 0; i < fields_.size(); ++i)
        if (name == fields_[i].name) return i;
    throw std::logic_error{owner_ + " has no field " + text::quote(name)};
}

template <class T>
const T& CheckedSettings::get(std::string_view name, const char* asked) const {
    const auto& setting = settings_[find(name)];
    if (const T* held = std::get_if<T>(&setting)) return *held;
    throw std::logic_error{owner_ + ": " + std::string{name} + " is " +
                           (setting.index() == 0 ? "not given" : "no " + std::string{asked})};
}

bool CheckedSettings::has(std::string_view name) const { return given(find(name)); }
bool CheckedSettings::boolean(std::string_view name) const { return get<bool>(name, "boolean"); }
std::int64_t CheckedSettings::integer(std::string_view name) const { return get<std::int64_t>(name, "integer"); }
double CheckedSettings::number(std::string_view name) const { return get<double>(name, "number"); }
std::string CheckedSettings::text(std::string_view name) const { return get<std::string>(name, "text"); }
std::uint64_t CheckedSettings::size(std::string_view name) const { return get<std::uint64_t>(name, "size"); }
Rate CheckedSettings::rate(std::string_view name) const { return get<Rate>(name, "rate"); }
std::chrono::nanoseconds CheckedSettings::duration(std::string_view name) const {
    return get<std::chrono::nanoseconds>(name, "duration");
}

// A value or a list that was not given is an empty one: plugins ask `if (value)`.
Value CheckedSettings::value(std::string_view name) const {
    const auto field = find(name);
    return !given(field) && fields_[field].type == Type::value ? Value{} : get<Value>(name, "value");
}
std::vector<std::string> CheckedSettings::texts(std::string_view name) const {
    const auto field = find(name);
    if (!given(field) && fields_[field].type == Type::texts) return {};
    return get<std::vector<std::string>>(name, "list of texts");
}

std::vector<const Settings*> CheckedSettings::tables(std::string_view name) const {
    std::vector<const Settings*> tables;
    if (!given(find(name))) return tables;
    for (const auto& table : get<std::vector<std::shared_ptr<const CheckedSettings>>>(name, "list of tables"))
        tables.push_back(table.get());
    return tables;
}

std::vector<Value> CheckedSettings::values(std::string_view name) const {
    if (!given(find(name))) return {};
    return get<std::vector<Value>>(name, "list of values");
}

int CheckedSettings::ordinal(std::string_view kind) const {
    auto& own = own_ordinals_[std::string{kind}];
    if (own == 0) own = ++common_->ordinals[owner_ + ' ' + std::string{kind}];
    return own;
}

}  // namespace tollgate::config
