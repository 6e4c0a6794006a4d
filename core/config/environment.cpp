// core/config/environment.cpp - variables are texts without units: what unit a number has is the field's type's to say.
#include "config/environment.h"

#include "support/text.h"

#include <cmath>
#include <string_view>

namespace tollgate::config {

namespace {

constexpr double second = 1e9;

std::optional<double> number_in(std::string_view text) {
    const auto number = text::whole_number<double>(text);
    return number && std::isfinite(*number) ? number : std::nullopt;
}

std::optional<bool> truth_in(std::string_view text) {
    if (text == "1" || text == "true") return true;
    if (text == "0" || text == "false") return false;
    return std::nullopt;
}

const char* wanted(Type type) {
    switch (type) {
        case Type::boolean: return "1 or 0";
        case Type::duration: return "a number of seconds";
        case Type::size: return "a number of bytes";
        case Type::rate: return "a number of requests";
        default: return "a number";
    }
}

std::string what_is_wrong(const char* wanted, const std::string& text) {
    return std::string{"expected "} + wanted + ", got " + text::quote(text);
}

Item measure(Type type, double number) {
    Item item;
    item.kind = Item::Kind::quantity;
    if (type == Type::duration) item.quantity = {Quantity::Kind::duration, number * second, 0};
    if (type == Type::size) item.quantity = {Quantity::Kind::size, number, 0};
    if (type == Type::rate) item.quantity = {Quantity::Kind::rate, number, 60 * second};
    if (type != Type::integer && type != Type::number) return item;
    item.kind = Item::Kind::number;
    item.number = number;
    return item;
}

Default read(Type type, const std::string& name, const std::string& text) {
    Default made{.says = name};
    switch (type) {
        case Type::boolean:
            made.item.kind = Item::Kind::boolean;
            if (const auto truth = truth_in(text))
                made.item.truth = *truth;
            else
                made.problem = what_is_wrong(wanted(type), text);
            return made;
        case Type::integer:
        case Type::number:
        case Type::duration:
        case Type::size:
        case Type::rate:
            if (const auto number = number_in(text))
                made.item = measure(type, *number);
            else
                made.problem = what_is_wrong(wanted(type), text);
            return made;
        default: break;
    }
    made.item.kind = Item::Kind::text;
    made.item.text = text;
    return made;
}

// "COUNT/SECONDS": a rate's time is in a variable of its own, a minute where that is not set.
void set_time(Default& made, const std::string& name, const Variables& variables) {
    const auto text = variables(name);
    if (!made.problem.empty() || !text || text->empty()) return;
    const auto seconds = number_in(*text);
    if (seconds && *seconds > 0)
        made.item.quantity.per = *seconds * second;
    else
        made = {.item = {}, .says = name, .problem = what_is_wrong("a number of seconds above 0", *text)};
}

}  // namespace

Default environment_default(const Field& field, const Variables& variables) {
    std::string_view names = field.environment ? field.environment : "";
    while (!names.empty()) {
        const auto end = std::min(names.find(' '), names.size());
        const std::string_view name = names.substr(0, end), count = name.substr(0, name.find('/'));
        names.remove_prefix(std::min(end + 1, names.size()));
        const auto text = variables(std::string{count});
        if (!text || text->empty()) continue;
        Default made = read(field.type, std::string{count}, *text);
        if (count.size() < name.size()) set_time(made, std::string{name.substr(count.size() + 1)}, variables);
        return made;
    }
    return {};
}

}  // namespace tollgate::config
