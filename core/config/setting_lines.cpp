// core/config/setting_lines.cpp - telling a setting in words.
#include "config/setting_lines.h"

#include "config/schema.h"
#include "support/text.h"

namespace tollgate::config {

namespace {

std::string annotation_of(const Field& field) {
    switch (field.type) {
        case Type::boolean: return "boolean";
        case Type::integer: return "integer";
        case Type::number: return "number";
        case Type::text:
        case Type::path: return "string";
        case Type::duration: return "tollgate.duration";
        case Type::size: return "tollgate.size";
        case Type::rate: return "tollgate.rate";
        case Type::value: return "tollgate.value";
        case Type::texts: return field.choices.empty() ? "string|string[]" : "boolean|string|string[]";
        case Type::tables: return "table[]";
        case Type::values: return "tollgate.value|tollgate.value[]";
        case Type::choice: break;
    }
    std::vector<std::string> choices;
    for (const char* choice : field.choices) choices.push_back(text::quote(choice));
    return text::join(choices, "|");
}

// "a size from 256 * bytes to 1 * megabyte": without the example that helps in an error.
std::string wanted_of(const Field& field) {
    auto wanted = describe_wanted(field);
    const auto open = wanted.find(" (");
    if (open != wanted.npos) wanted.erase(open, wanted.find(')', open) + 1 - open);
    return wanted;
}

}  // namespace

std::vector<SettingLine> lines_of(std::span<const Field> fields) {
    std::vector<SettingLine> lines;
    for (const auto& field : fields)
        lines.push_back({field.name, annotation_of(field), std::string{field.doc} + "; " + wanted_of(field),
                         field.fallback ? field.fallback : "", field.required});
    return lines;
}

std::vector<SettingLine> lines_of(const Shape& shape) {
    std::vector<SettingLine> lines;
    for (const auto& special : shape.specials)
        lines.push_back({special.name, special.lua, special.doc, special.fallback, special.required});
    for (auto& line : lines_of(shape.fields)) lines.push_back(std::move(line));
    return lines;
}

std::string told(const SettingLine& line) {
    if (!line.fallback.empty()) return line.doc + "; default: " + line.fallback;
    return line.required ? line.doc + "; required" : line.doc;
}

}  // namespace tollgate::config
