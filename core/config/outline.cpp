// core/config/outline.cpp - declarations as text.
#include "config/outline.h"

#include <tollgate/plugin.h>

#include "config/reader.h"
#include "config/secrets.h"
#include "config/source.h"
#include "support/secrets.h"
#include "support/text.h"

#include <algorithm>
#include <functional>
#include <string>
#include <utility>

namespace tollgate::config {

namespace {

constexpr std::size_t longest_shown = 160;

class Writer {
public:
    Writer(const Reader& reader, const Source& source) : reader_{reader}, source_{source} {}

    Outline whole() {
        for (const DeclaredUse& use : reader_.uses())
            outline_.uses.push_back({use.descriptor->name, where(use.place), settings_of(use.settings)});
        for (const Declaration& declaration : reader_.declarations()) add(declaration);
        return std::move(outline_);
    }

private:
    using Part = Outline::Part;

    std::string where(Place place) const { return source_.files()->text(place); }

    void add(const Declaration& declaration) {
        const Item& item = declaration.item;
        const std::string place = where(declaration.place);
        switch (declaration.word) {
            case Word::listen: return add_listens(place, item, settings_of_names(item));
            case Word::trusted_proxies: return add_texts(word_name(declaration.word), place, item);
            case Word::database: {  // with a password, perhaps
                auto& part = only(word_name(declaration.word), place);
                part.settings = {{"", std::string{hidden}, std::hash<std::string>{}(item.text)}};
                return;
            }
            case Word::tracing: {  // with keys of the collector, perhaps
                Part& part = only(word_name(declaration.word), place);
                part.settings = settings_of(item);
                for (auto& told : part.settings) {
                    const auto query = told.name == "to" ? told.shown.find('?') : std::string::npos;
                    if (query != std::string::npos) told.shown.replace(query + 1, std::string::npos, hidden).append("\"");
                    if (told.name == "headers") told.shown = hidden;
                }
                return;
            }
            case Word::always: return collect_uses(item, only("always", place).uses);
            case Word::tier:
            case Word::upstream:
            case Word::route: break;
            default: {
                Part& part = only(word_name(declaration.word), place);
                part.settings = settings_of(item);
                return;
            }
        }
        Part part{word_name(declaration.word), declaration.name, place};
        for (const auto& [name, value] : item.named) {
            const bool of_uses = name == "plugins" || name == "balance";
            if (of_uses) collect_uses(value, part.uses);
            else if (name != "targets") part.settings.push_back(setting(name, value));
        }
        outline_.parts.push_back(std::move(part));
        if (const Item* targets = item.find("targets"))
            add_targets("upstream " + text::quote(declaration.name) + ": target", place, *targets);
    }

    // The one part of its kind: further declarations add to it.
    Part& only(const std::string& kind, const std::string& place) {
        for (Part& part : outline_.parts)
            if (part.kind == kind) return part;
        outline_.parts.push_back({kind, "", place});
        return outline_.parts.back();
    }

    void add_texts(const std::string& kind, const std::string& place, const Item& item) {
        if (item.is(Item::Kind::text)) outline_.parts.push_back({kind, item.text, place});
        for (const Item& inner : item.list) add_texts(kind, place, inner);
    }

    void add_listens(const std::string& place, const Item& item, const std::vector<Outline::Setting>& settings) {
        if (item.is(Item::Kind::text)) outline_.parts.push_back({"listen", item.text, place, settings});
        for (const Item& inner : item.list) add_listens(place, inner, settings);
    }

    void add_targets(const std::string& kind, const std::string& place, const Item& item) {
        if (item.is(Item::Kind::text)) {
            outline_.parts.push_back({kind, item.text, place});
        } else if (!item.named.empty() && !item.list.empty()) {
            outline_.parts.push_back({kind, item.list[0].text, place, settings_of(item)});
        } else {
            for (const Item& inner : item.list) add_targets(kind, place, inner);
        }
    }

    void collect_uses(const Item& item, std::vector<int>& uses) {
        if (item.is(Item::Kind::use)) uses.push_back(item.index);
        for (const Item& inner : item.list) collect_uses(inner, uses);
    }

    std::vector<Outline::Setting> settings_of(const Item& item) {
        std::vector<Outline::Setting> settings;
        // `admin "127.0.0.1:9180"` has one setting without a name.
        if (!item.is(Item::Kind::table) && !item.is(Item::Kind::nothing)) settings.push_back(setting("", item));
        for (Outline::Setting& named : settings_of_names(item)) settings.push_back(std::move(named));
        return settings;
    }

    std::vector<Outline::Setting> settings_of_names(const Item& item) {
        std::vector<Outline::Setting> settings;
        for (const auto& [name, value] : item.named) settings.push_back(setting(name, value));
        return settings;
    }

    Outline::Setting setting(const std::string& name, const Item& item) {
        std::string all;
        write(item, all, true);
        const std::size_t digest = std::hash<std::string>{}(all);
        all.clear();
        if (is_secret(name)) all = hidden;
        else write(item, all, false);
        if (all.size() > longest_shown) all = all.substr(0, longest_shown) + "...";
        return {name, text::printable(all), digest};
    }

    // As an operator would write it. Functions with their text: a line number says nothing of what changed.
    void write(const Item& item, std::string& out, bool secrets) {
        switch (item.kind) {
            case Item::Kind::text:
                out += text::quote(secrets ? item.text : without_login(item.text), 2 * item.text.size() + hidden.size());
                return;
            case Item::Kind::expression: out += "matches " + text::quote(item.text, item.text.size()); return;
            case Item::Kind::use: out += outline_.uses.at(std::size_t(item.index)).plugin; return;
            case Item::Kind::upstream: out += text::quote(item.text); return;
            case Item::Kind::function: write_function(item, out); return;
            case Item::Kind::split:
                out += "split ";
                write(reader_.splits().at(std::size_t(item.index)).item, out, secrets);
                return;
            case Item::Kind::table: break;
            default: out += item.describe(); return;
        }
        out += "{ ";
        bool first = true;
        const auto separate = [&] { out += std::exchange(first, false) ? "" : ", "; };
        for (const Item& inner : item.list) {
            separate();
            write(inner, out, secrets);
        }
        for (const auto& [name, value] : item.named) {
            separate();
            out += name + " = ";
            if (secrets || !is_secret(name)) write(value, out, secrets);
            else out += hidden;
        }
        out += " }";
    }

    void write_function(const Item& item, std::string& out) {
        const std::string& text = source_.text(item.place.file);
        const int last = reader_.last_line_of(item.index);
        std::size_t begin = 0;
        for (int line = 1; line < item.place.line && begin != text.npos; ++line) begin = text.find('\n', begin) + 1;
        std::size_t end = begin;
        for (int line = item.place.line; line <= last && end != text.npos; ++line)
            end = text.find('\n', end + (line > item.place.line));
        // Lua says the lines only. What stands before the function on its first one is not part of it.
        if (const auto word = text.find("function", begin); word < end) begin = word;
        out += text.substr(begin, end == text.npos ? end : end - begin);
    }

    const Reader& reader_;
    const Source& source_;
    Outline outline_;
};

}  // namespace

std::string Outline::Part::what() const { return name.empty() ? kind : kind + ' ' + text::quote(name); }

void Outline::add_to(std::string_view kind, std::size_t number, const std::string& name, const std::string& value) {
    for (Part& part : parts) {
        if (part.kind != kind || number-- > 0) continue;
        const auto at = std::lower_bound(part.settings.begin(), part.settings.end(), name,
                                         [](const Setting& setting, const std::string& wanted) { return setting.name < wanted; });
        part.settings.insert(at, {name, text::printable(value), std::hash<std::string>{}(value)});
        return;
    }
}

Outline outline_of(const Reader& reader, const Source& source) { return Writer{reader, source}.whole(); }

}  // namespace tollgate::config
