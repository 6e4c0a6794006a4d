// core/config/schema.cpp - one check per type of Field, and the words for what each wants.
#include "config/schema.h"

#include "config/expression.h"
#include "support/text.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <iterator>
#include <limits>

namespace tollgate::config {

namespace {

constexpr double unbounded = 9e15;
constexpr double largest_integer = 9007199254740992.0;  // what a Lua number holds exactly

bool is_measure(Type type) { return type == Type::duration || type == Type::size || type == Type::rate; }

// Times, sizes and rates below zero make no sense unless a field says so.
double smallest(const Field& field) { return field.min <= -unbounded && is_measure(field.type) ? 0 : field.min; }

std::string describe_bound(const Field& field, double bound) {
    Item item;
    item.kind = is_measure(field.type) ? Item::Kind::quantity : Item::Kind::number;
    item.number = bound;
    if (field.type == Type::duration) item.quantity = {Quantity::Kind::duration, bound * 1e9, 0};
    if (field.type == Type::size) item.quantity = {Quantity::Kind::size, bound, 0};
    if (field.type == Type::rate) item.quantity = {Quantity::Kind::rate, bound, 1e9};
    return item.describe();
}

std::string describe_range(const Field& field) {
    // "More than none" is not worth a figure.
    if (field.type == Type::rate && field.min > 0 && field.min <= 1e-6 && field.max >= unbounded)
        return " of more than 0";
    const bool low = field.min > (is_measure(field.type) ? 0 : -unbounded), high = field.max < unbounded;
    if (low && high) return " from " + describe_bound(field, field.min) + " to " + describe_bound(field, field.max);
    if (low) return " of at least " + describe_bound(field, field.min);
    if (high) return " of at most " + describe_bound(field, field.max);
    return {};
}

std::string words_of(const Field& field) {
    std::string words;
    for (const char* choice : field.choices) (words += words.empty() ? "" : ", ") += text::quote(choice);
    return words;
}

std::string describe_type(const Field& field) {
    switch (field.type) {
        case Type::boolean: return "true or false";
        case Type::integer: return "an integer";
        case Type::number: return "a number";
        case Type::text: return "a text";
        case Type::duration: return "a duration (5 * seconds)";
        case Type::size: return "a size (10 * megabytes)";
        case Type::rate: return "a rate (60 / minute)";
        case Type::value: return "a value (header \"X\", caller, client_ip, a text, a function, ...)";
        case Type::texts:
            return field.choices.empty() ? "a list of texts" : "true, false or a list of " + words_of(field);
        case Type::values: return "a value (header \"X\", caller, client_ip, a function, ...) or a list of them";
        case Type::tables: return "a list of tables ({ { ... }, { ... } })";
        case Type::path: return "a file's path";
        case Type::choice: break;
    }
    return "one of " + words_of(field);
}

// The number of an item in the unit of Field::min and max, if its kind is the one the field wants.
std::optional<double> measure(const Field& field, const Item& item) {
    if (!is_measure(field.type)) return item.is(Item::Kind::number) ? std::optional{item.number} : std::nullopt;
    if (!item.is(Item::Kind::quantity)) return std::nullopt;
    const auto& q = item.quantity;
    if (field.type == Type::duration && q.kind == Quantity::Kind::duration) return q.amount / 1e9;
    if (field.type == Type::size && q.kind == Quantity::Kind::size) return q.amount;
    if (field.type == Type::rate && q.kind == Quantity::Kind::rate) return q.amount * 1e9 / q.per;
    return std::nullopt;
}

std::optional<Setting> check_number(const Field& field, const Item& item) {
    const auto number = measure(field, item);
    if (!number || !std::isfinite(*number) || *number < smallest(field) || *number > field.max) return std::nullopt;
    if (field.type == Type::number) return *number;
    if (field.type == Type::rate)
        return Rate{item.quantity.amount, std::chrono::nanoseconds{std::int64_t(item.quantity.per)}};
    if (field.type == Type::duration) {
        // Nearly three hundred years; more does not fit.
        if (std::abs(item.quantity.amount) > 9.2e18) return std::nullopt;
        return std::chrono::nanoseconds{std::llround(item.quantity.amount)};
    }
    if (std::abs(*number) > largest_integer) return std::nullopt;
    if (field.type == Type::size) return std::uint64_t(std::llround(*number));
    if (*number != std::floor(*number)) return std::nullopt;
    return std::int64_t(*number);
}

bool flatten(const Item& item, std::vector<std::string>& texts) {
    if (item.is(Item::Kind::text)) return texts.push_back(item.text), true;
    if (!item.is(Item::Kind::table) || !item.named.empty()) return false;
    for (const auto& inner : item.list)
        if (!flatten(inner, texts)) return false;
    return true;
}

std::optional<Setting> check_text(const Field& field, const Item& item, const Origin& origin) {
    if (!item.is(Item::Kind::text) || item.text.find('\0') != item.text.npos) return std::nullopt;
    if (field.type == Type::text) return item.text;
    if (field.type == Type::path) {
        if (item.text.empty()) return std::nullopt;
        return (std::filesystem::path{origin.folder} / item.text).lexically_normal().string();
    }
    for (const char* choice : field.choices)
        if (item.text == choice) return item.text;
    return std::nullopt;
}

// Of words that the field lists: true is all of them, false none.
std::optional<Setting> check_texts(const Field& field, const Item& item) {
    std::vector<std::string> texts;
    if (item.is(Item::Kind::boolean) && !field.choices.empty()) {
        if (item.truth) texts.assign(field.choices.begin(), field.choices.end());
        return texts;
    }
    if (!flatten(item, texts)) return std::nullopt;
    const auto known = [&](const std::string& text) {
        return std::find(field.choices.begin(), field.choices.end(), text) != field.choices.end();
    };
    if (!field.choices.empty() && !std::all_of(texts.begin(), texts.end(), known)) return std::nullopt;
    return texts;
}

std::optional<Setting> check_values(const Item& item, const Origin& origin) {
    std::vector<Value> values;
    const bool list = item.is(Item::Kind::table);
    if (list && (item.list.empty() || !item.named.empty())) return std::nullopt;
    for (const Item& one : list ? std::span<const Item>{item.list} : std::span<const Item>{&item, 1}) {
        auto value = make_value(one, *origin.files);
        if (!value) return std::nullopt;
        values.push_back(*std::move(value));
    }
    return values;
}

std::optional<Setting> convert(const Field& field, const Item& item, const Origin& origin) {
    switch (field.type) {
        case Type::boolean: return item.is(Item::Kind::boolean) ? std::optional<Setting>{item.truth} : std::nullopt;
        case Type::integer:
        case Type::number:
        case Type::duration:
        case Type::size:
        case Type::rate: return check_number(field, item);
        case Type::text:
        case Type::choice:
        case Type::path: return check_text(field, item, origin);
        case Type::value:
            if (auto value = make_value(item, *origin.files)) return *std::move(value);
            return std::nullopt;
        case Type::texts: return check_texts(field, item);
        case Type::values: return check_values(item, origin);
        case Type::tables: break;  // check_tables()
    }
    return std::nullopt;
}

// Each table by itself, with those of the owner's own fields that the list's field names.
void check_tables(std::string_view prefix, const Field& list, const Item& item, std::span<const Field> fields,
                  const Origin& origin, CheckedSettings& settings, std::vector<std::string>& problems) {
    const auto is_named = [&](const Field& field) {
        return std::any_of(list.choices.begin(), list.choices.end(),
                           [&](std::string_view name) { return name == field.name; });
    };
    std::vector<std::shared_ptr<const CheckedSettings>> tables;
    for (std::size_t number = 1; number <= item.list.size(); ++number) {
        const Item& table = item.list[number - 1];
        const std::string owner = std::string{prefix} + std::to_string(number);
        if (table.is(Item::Kind::mistake)) continue;
        if (!table.is(Item::Kind::table)) {
            problems.push_back(owner + ": expected { ... }, got " + table.describe());
            continue;
        }
        std::vector<Field> allowed;
        std::copy_if(fields.begin(), fields.end(), std::back_inserter(allowed), is_named);
        for (auto& problem : check_names(owner, table, allowed)) problems.push_back(std::move(problem));
        auto own = std::make_shared<CheckedSettings>(settings.blank());
        for (std::size_t i = 0; i < fields.size(); ++i) {
            const Item* given = is_named(fields[i]) ? table.find(fields[i].name) : nullptr;
            std::string problem;
            if (!given || given->is(Item::Kind::mistake)) continue;
            if (auto setting = check_field(fields[i], *given, origin, problem)) own->set(i, *std::move(setting));
            else problems.push_back(owner + ": " + fields[i].name + ": " + problem);
        }
        tables.push_back(std::move(own));
    }
    settings.set(std::size_t(&list - fields.data()), std::move(tables));
}

}  // namespace

std::string describe_wanted(const Field& field) { return describe_type(field) + describe_range(field); }

std::optional<Setting> check_field(const Field& field, const Item& item, const Origin& origin, std::string& problem) {
    if (auto setting = convert(field, item, origin)) return setting;
    problem = "expected " + describe_wanted(field) + ", got " + item.describe();
    if (field.type == Type::choice && item.is(Item::Kind::text))
        problem += text::did_you_mean(item.text, field.choices);
    return std::nullopt;
}

std::vector<std::string> check_names(std::string_view owner, const Item& table, std::span<const Field> fields,
                                     std::span<const std::string_view> others) {
    std::vector<std::string> problems;
    std::vector<std::string_view> names{others.begin(), others.end()};
    for (const auto& field : fields) names.emplace_back(field.name);
    for (const auto& [name, item] : table.named) {
        if (std::find(names.begin(), names.end(), name) != names.end()) continue;
        auto guess = text::did_you_mean(name, names);
        if (guess.empty()) guess = names.empty() ? "; it has none" : "; there are: " + text::join(names);
        problems.push_back(std::string{owner} + ": unknown setting " + text::quote(name) + guess);
    }
    if (!table.list.empty() && !table.list[0].is(Item::Kind::mistake))
        problems.push_back(std::string{owner} + ": expected settings with names (name = ...), got " +
                           table.list[0].describe());
    return problems;
}

std::vector<std::string> check_settings(std::string_view owner, const Item& table, std::span<const Field> fields,
                                        const Origin& origin, const std::function<Default(const Field&)>& defaults,
                                        CheckedSettings& settings, std::span<const std::string_view> others) {
    auto problems = check_names(owner, table, fields, others);
    for (std::size_t i = 0; i < fields.size(); ++i) {
        const auto& field = fields[i];
        const std::string prefix = std::string{owner} + ": " + field.name + ": ";
        const Item* given = table.find(field.name);
        const Default own = given || !(field.fallback || field.environment) ? Default{} : defaults(field);
        const Item& item = given ? *given : own.item;
        std::string problem = own.problem;
        if (problem.empty()) {
            if (item.is(Item::Kind::mistake)) continue;
            if (!given && item.is(Item::Kind::nothing)) {
                if (field.required) problems.push_back(prefix + "missing; expected " + describe_wanted(field));
                continue;
            }
            if (field.type == Type::tables && item.is(Item::Kind::table) && item.named.empty()) {
                check_tables(prefix, field, item, fields, origin, settings, problems);
                continue;
            }
            if (auto setting = check_field(field, item, origin, problem)) {
                settings.set(i, *std::move(setting));
                continue;
            }
        }
        problems.push_back(prefix + (given ? "" : own.says + ": ") + problem);
    }
    return problems;
}

}  // namespace tollgate::config
