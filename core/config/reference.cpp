// core/config/reference.cpp - skeletons from vocabulary.h and the catalogue; annotations.h fills their tables.
#include "config/reference.h"

#include "config/annotations.h"
#include "config/vocabulary.h"
#include "plugins/catalogue.h"

#include <string_view>

namespace tollgate::config {

namespace {

constexpr std::string_view words_head = R"(# Words of `routes.lua`

Written by `scripts/annotate` from the tables that the gateway checks configurations with.
[configuration.md](../configuration.md) explains them, with examples; `tollgate words` prints them.

| word | is written | is |
|---|---|---|
)";

constexpr std::string_view plugins_head = R"(# Plugins and their settings

Written by `scripts/annotate` from the settings that each plugin declares, by which the gateway checks configurations.
`tollgate plugins --settings` prints them, of whatever plugins there are.
)";

std::string code(const std::string& text) { return '`' + text + '`'; }

std::string form_of(const WordEntry& word) {
    const std::string name = word.name;
    switch (word.form) {
        case WordEntry::Form::constant: return code(name);
        case WordEntry::Form::named: return code(name + " \"name\" { ... }");
        case WordEntry::Form::statement:
        case WordEntry::Form::function: break;
    }
    const std::string_view takes = word.takes;
    const bool text = takes.find("string") != takes.npos;
    const bool table = takes.find("tollgate.") != takes.npos || takes.find("[]") != takes.npos;
    return (text ? code(name + " \"...\"") : "") + (text && table ? ", " : "") + (table ? code(name + " { ... }") : "");
}

std::string with_table(std::string_view heading, std::string_view said, std::string_view name) {
    std::string out = "\n## " + std::string{heading} + "\n\n";
    if (!said.empty()) out.append(said).append("\n\n");
    return out.append("<!-- settings of ").append(name).append(" -->\n<!-- end -->\n");
}

}  // namespace

std::string words_page(const plugins::Catalogue& catalogue) {
    std::string page{words_head};
    for (const auto& word : vocabulary())
        page += "| `" + std::string{word.name} + "` | " + form_of(word) + " | " + word.doc + " |\n";
    page += "| `env` | `env \"NAME\"`, `env(\"NAME\", default)` | A variable of the environment, as text. |\n";
    page += "| `require` | `require \"shared.services\"` | What another file beside this one returns. |\n";
    page += "| `json` | `json.encode(value)`, `json.decode(text)` | [JSON](../configuration.md#json). |\n";
    page += "| `second`, `byte`, ... | `5 * seconds`, `10 * megabytes` | [Units](../configuration.md#units). |\n";
    for (const Shape* shape : shapes())
        page += with_table(shape->name, shape->given ? "What a function is given." : "", shape->name);
    return fill_tables(page, catalogue);
}

std::string plugins_page(const plugins::Catalogue& catalogue) {
    std::string page{plugins_head};
    for (const auto& entry : catalogue.all()) {
        const std::string name = entry.descriptor->name, summary = entry.descriptor->summary;
        page += with_table(name, "It " + summary + ". [How](../../plugins/" + name + "/README.md)", name);
    }
    return fill_tables(page, catalogue);
}

}  // namespace tollgate::config
