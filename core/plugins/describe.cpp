// core/plugins/describe.cpp - the loaded plugins as a table and as JSON.
#include "plugins/describe.h"

#include "plugins/catalogue.h"
#include "plugins/library.h"
#include "support/text.h"

#include <Poco/JSON/Array.h>
#include <Poco/JSON/Object.h>

#include <algorithm>
#include <sstream>

namespace tollgate::plugins {

namespace {

std::string number(double value) {
    std::ostringstream out;
    out.precision(15);
    out << value;
    return out.str();
}

bool has_min(const Field& field) { return field.min > Field{}.min; }
bool has_max(const Field& field) { return field.max < Field{}.max; }

// "choice: json, text", "integer, 1 to 100", "duration, at least 0.1".
std::string type_text(const Field& field) {
    std::string out{type_name(field.type)};
    if (!field.choices.empty()) out += ": " + text::join(field.choices);
    if (has_min(field) && has_max(field)) out += ", " + number(field.min) + " to " + number(field.max);
    else if (has_min(field)) out += ", at least " + number(field.min);
    else if (has_max(field)) out += ", at most " + number(field.max);
    return out;
}

std::string default_text(const Field& field) {
    const std::string otherwise = field.fallback ? field.fallback : field.required ? "(required)" : "(none)";
    return field.environment ? "$" + std::string{field.environment} + ", else " + otherwise : otherwise;
}

std::string settings_table(const Descriptor& plugin) {
    if (plugin.fields.empty()) return "    no settings\n";
    std::size_t name_width = 0, type_width = 0, default_width = 0;
    for (const Field& field : plugin.fields) {
        name_width = std::max(name_width, std::string_view{field.name}.size());
        type_width = std::max(type_width, type_text(field).size());
        default_width = std::max(default_width, default_text(field).size());
    }
    std::string out;
    for (const Field& field : plugin.fields)
        out += "    " + text::padded(field.name, name_width) + "  " + text::padded(type_text(field), type_width) +
               "  " + text::padded(default_text(field), default_width) + "  " + field.doc + '\n';
    return out;
}

Poco::JSON::Object setting_json(const Field& field) {
    Poco::JSON::Object setting{Poco::JSON_PRESERVE_KEY_ORDER};
    setting.set("name", std::string{field.name});
    setting.set("type", std::string{type_name(field.type)});
    setting.set("doc", std::string{field.doc});
    setting.set("required", field.required);
    setting.set("default", field.fallback ? Poco::Dynamic::Var{std::string{field.fallback}} : Poco::Dynamic::Var{});
    if (field.environment) setting.set("environment", std::string{field.environment});
    if (has_min(field)) setting.set("min", field.min);
    if (has_max(field)) setting.set("max", field.max);
    if (!field.choices.empty()) {
        Poco::JSON::Array choices;
        for (const char* const choice : field.choices) choices.add(std::string{choice});
        setting.set("choices", choices);
    }
    return setting;
}

}  // namespace

std::string describe(const Catalogue& catalogue, bool settings) {
    const std::vector<Entry> all = catalogue.all();
    const auto file = [](const Entry& entry) {
        return entry.file.empty() ? std::string{"(built in)"} : entry.file.string();
    };
    std::size_t name_width = 0, file_width = 0;
    for (const Entry& entry : all) {
        name_width = std::max(name_width, std::string_view{entry.descriptor->name}.size());
        file_width = std::max(file_width, file(entry).size());
    }
    std::string out;
    for (const Entry& entry : all) {
        const Descriptor& plugin = *entry.descriptor;
        out += text::padded(plugin.name, name_width) + "  ABI " + abi_text(plugin.abi) + "  " +
               text::padded(file(entry), file_width) + "  " + plugin.summary + '\n';
        if (settings) out += settings_table(plugin);
    }
    return out;
}

std::string describe_json(const Catalogue& catalogue) {
    Poco::JSON::Array plugins;
    for (const Entry& entry : catalogue.all()) {
        Poco::JSON::Object plugin{Poco::JSON_PRESERVE_KEY_ORDER};
        plugin.set("name", std::string{entry.descriptor->name});
        plugin.set("file", entry.file.empty() ? Poco::Dynamic::Var{} : Poco::Dynamic::Var{entry.file.string()});
        plugin.set("abi", abi_text(entry.descriptor->abi));
        plugin.set("build", std::string{entry.descriptor->build});
        plugin.set("summary", std::string{entry.descriptor->summary});
        Poco::JSON::Array settings;
        for (const Field& field : entry.descriptor->fields) settings.add(setting_json(field));
        plugin.set("settings", settings);
        plugins.add(plugin);
    }
    std::ostringstream out;
    plugins.stringify(out);
    return out.str();
}

}  // namespace tollgate::plugins
