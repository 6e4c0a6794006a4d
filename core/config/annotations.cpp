// core/config/annotations.cpp - LuaLS annotations, the list for a terminal, the tables of the manual; all from
// vocabulary.h and the plugins' Fields.
#include "config/annotations.h"

#include "config/setting_lines.h"
#include "plugins/catalogue.h"
#include "support/text.h"

#include <algorithm>
#include <stdexcept>
#include <vector>

namespace tollgate::config {

namespace {

std::string class_of(std::string_view name, const std::vector<SettingLine>& lines, bool given = false,
                     const Shape* and_of = nullptr) {
    std::string out = "---@class tollgate." + std::string{name} +
                      (and_of ? std::string{" : tollgate."} + and_of->name : std::string{}) + '\n';
    for (const auto& line : lines)
        out += "---@field " + line.name + (line.required || given ? " " : "? ") + line.lua + " # " + line.doc +
               (line.fallback.empty() ? "" : "; default: " + line.fallback) + '\n';
    return out + '\n';
}

std::string declaration_of(const WordEntry& word) {
    const std::string name = word.name;
    std::string out = "---" + std::string{word.doc} + '\n';
    switch (word.form) {
        case WordEntry::Form::constant: return out + "---@type " + word.returns + '\n' + name + " = nil\n\n";
        case WordEntry::Form::named:
            return out + "---@param name string\n---@return fun(settings: " + word.takes + ")" +
                   (*word.returns ? std::string{": "} + word.returns : "") + "\nfunction " + name + "(name) end\n\n";
        case WordEntry::Form::statement:
        case WordEntry::Form::function: break;
    }
    out += "---@param it " + std::string{word.takes} + '\n';
    if (*word.returns) out += "---@return " + std::string{word.returns} + '\n';
    return out + "function " + name + "(it) end\n\n";
}

constexpr std::string_view prologue =
    R"(---@meta tollgate
-- scripts/tollgate/words.d.lua - the words of routes.lua, for editors that read LuaLS annotations. Never run.
-- Written by `tollgate words --annotations`: change core/config/*vocabulary.cpp instead.

)";

constexpr std::string_view plugin_prologue =
    R"(---@meta tollgate.plugins
-- scripts/tollgate/plugins.d.lua - the plugins as words of routes.lua, for editors that read LuaLS annotations.
-- Written by `tollgate words --annotations` from each plugin's settings. Never run.

)";

// What no table says: how units calculate and what functions are given.
constexpr std::string_view kinds = R"(-- Units calculate from both sides (5 * seconds, 60 / minute), which annotations can say of the left side only: hence
-- `|number`. A bare number is still an error of the configuration.

---A time: `5 * seconds`, `1.5 * minutes + 200 * milliseconds`.
---@class tollgate.time
---@operator mul(number): tollgate.time
---@operator add(tollgate.time): tollgate.time
---@operator sub(tollgate.time): tollgate.time
---@operator div(number): tollgate.time
---@alias tollgate.duration tollgate.time|number

---A size: `10 * megabytes`.
---@class tollgate.bytes
---@operator mul(number): tollgate.bytes
---@operator add(tollgate.bytes): tollgate.bytes
---@operator sub(tollgate.bytes): tollgate.bytes
---@operator div(number): tollgate.bytes
---@alias tollgate.size tollgate.bytes|number

---So many in so much time: `60 / minute`.
---@alias tollgate.rate number

---What a request carries: `header "X-API-Key"`, `caller`.
---@class tollgate.fact

---What may vary per request.
---@alias tollgate.value string|number|tollgate.fact|fun(request: tollgate.request): string|number|nil

---What `matches` returned.
---@class tollgate.pattern

---What a condition of a route wants of a text: equal, there or not, one of several, found in it.
---@alias tollgate.condition string|boolean|tollgate.pattern|(string|tollgate.pattern)[]

---What clients are told: a body, more than that, or a function.
---@alias tollgate.told string|tollgate.error_answer|fun(failure: tollgate.failure, request: tollgate.request): string|tollgate.error_answer|nil

---By status, by class ("4xx", "5xx"), by reason, or `any`.
---@alias tollgate.errors table<string|integer, tollgate.told>

---A use of a plugin, or lists of them.
---@class tollgate.use
---What `upstream` returned.
---@class tollgate.upstream_handle
---What `split` returned.
---@class tollgate.split_handle
---@alias tollgate.uses tollgate.use|(tollgate.use|tollgate.use[])[]

)";

constexpr std::string_view environment = R"(---A variable of the environment, as text; an error where it is not set and has no default.
---@param name string
---@param default? any
---@return string
function env(name, default) end

)";

std::string units() {
    struct Unit {
        std::string_view kind;
        std::initializer_list<std::string_view> names;
    };
    const Unit all[] = {{"time", {"millisecond", "second", "minute", "hour", "day", "week", "month"}},
                        {"bytes", {"byte", "kilobyte", "megabyte", "gigabyte"}}};
    std::string out;
    for (const auto& unit : all)
        for (const auto name : unit.names)
            for (const char* plural : {"", "s"})
                out += "---@type tollgate." + std::string{unit.kind} + '\n' + std::string{name} + plural + " = nil\n\n";
    return out;
}

std::string cell(std::string text) {
    for (std::size_t at = 0; (at = text.find('|', at)) != text.npos; at += 2) text.insert(at, 1, '\\');
    return text;
}

std::string table_of(const std::vector<SettingLine>& lines) {
    std::string out = "| setting | is | default |\n|---|---|---|\n";
    for (const auto& line : lines)
        out += "| `" + line.name + "` | " + cell(line.doc) + " | " +
               (!line.fallback.empty() ? "`" + cell(line.fallback) + "`"
                : line.required        ? std::string{"required"}
                                       : std::string{}) +
               " |\n";
    return out;
}

std::string table_named(std::string_view name, const plugins::Catalogue& catalogue) {
    for (const Shape* shape : shapes())
        if (name == shape->name) return table_of(lines_of(*shape));
    if (const auto* plugin = catalogue.find(name)) return table_of(lines_of(plugin->descriptor->fields));
    throw std::runtime_error{"there are no settings of " + text::quote(name)};
}

}  // namespace

std::string annotate_words() {
    std::string out{prologue};
    out += kinds;
    for (const Shape* shape : shapes()) out += class_of(shape->name, lines_of(*shape), shape->given, shape->and_of);
    out.append(units()).append(environment);
    for (const auto& word : vocabulary()) out += declaration_of(word);
    out.pop_back();
    return out;
}

std::string annotate_plugins(const plugins::Catalogue& catalogue) {
    std::string out{plugin_prologue};
    for (const auto& entry : catalogue.all()) {
        const Descriptor& plugin = *entry.descriptor;
        const std::string name = plugin.name;
        out += class_of("plugins." + name, lines_of(plugin.fields));
        out += "---" + std::string{plugin.summary} + "\n---@param settings? tollgate.plugins." + name +
               "\n---@return tollgate.use\nfunction " + name + "(settings) end\n\n";
    }
    out.pop_back();
    return out;
}

std::string list_words() {
    std::string out;
    std::size_t width = 0;
    for (const auto& word : vocabulary()) width = std::max(width, std::string_view{word.name}.size());
    for (const auto& word : vocabulary()) out += text::padded(word.name, width + 2) + word.doc + '\n';
    for (const Shape* shape : shapes()) {
        out += '\n' + std::string{shape->name} + " { ... }\n";
        std::size_t name_width = 0;
        for (const auto& line : lines_of(*shape)) name_width = std::max(name_width, line.name.size());
        for (const auto& line : lines_of(*shape))
            out += "    " + text::padded(line.name, name_width + 2) + told(line) + '\n';
    }
    return out;
}

std::string fill_tables(std::string_view page, const plugins::Catalogue& catalogue) {
    constexpr std::string_view mark = "<!-- settings of ", mark_end = " -->\n", end = "<!-- end -->";
    std::string out;
    while (true) {
        const auto begin = page.find(mark);
        if (begin == page.npos) return out.append(page);
        const auto name_begin = begin + mark.size(), name_end = page.find(mark_end, name_begin);
        const auto close = name_end == page.npos ? page.npos : page.find(end, name_end);
        if (close == page.npos)
            throw std::runtime_error{"expected " + text::quote(end) + " behind " + text::quote(page.substr(begin, 60))};
        const auto name = page.substr(name_begin, name_end - name_begin);
        out.append(page.substr(0, name_end + mark_end.size())).append(table_named(name, catalogue));
        page.remove_prefix(close);
    }
}

}  // namespace tollgate::config
