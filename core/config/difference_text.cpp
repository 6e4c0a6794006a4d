// core/config/difference_text.cpp - a Difference for people and for programs.
#include "config/difference.h"

#include "support/text.h"

#include <Poco/JSON/Array.h>
#include <Poco/JSON/Object.h>

#include <algorithm>
#include <sstream>

namespace tollgate::config {

namespace {

std::string_view word_of(Change::Kind kind) {
    switch (kind) {
        case Change::Kind::added: return "added";
        case Change::Kind::removed: return "removed";
        case Change::Kind::changed: return "changed";
        case Change::Kind::moved: break;
    }
    return "moved";
}

Poco::JSON::Array array_of(const std::vector<std::string>& texts) {
    Poco::JSON::Array array;
    for (const std::string& text : texts) array.add(text);
    return array;
}

}  // namespace

std::string Change::text() const {
    constexpr const char* signs[] = {"+ ", "- ", "~ ", "> "};
    std::string line = signs[std::size_t(kind)] + what + " (" + where + ')';
    if (kind == Kind::moved) return line + ": asked " + after;
    if (kind != Kind::changed) return line;
    const auto given = [](const std::string& value) { return value.empty() ? std::string{"(not given)"} : value; };
    return line + ": " + (setting.empty() ? "" : setting + ": ") + given(before) + " -> " + given(after);
}

std::string Difference::summary() const {
    std::vector<std::string> parts;
    for (const auto kind : {Change::Kind::added, Change::Kind::removed, Change::Kind::changed, Change::Kind::moved}) {
        const auto count = std::count_if(changes.begin(), changes.end(), [&](const Change& c) { return c.kind == kind; });
        if (count > 0) parts.push_back(std::to_string(count) + ' ' + std::string{word_of(kind)});
    }
    return parts.empty() ? "nothing changed" : text::join(parts);
}

std::vector<std::string> Difference::lines(std::size_t most) const {
    std::vector<std::string> all;
    for (const Change& change : changes) all.push_back(change.text());
    for (const auto& [names, fate] : {std::pair{&forgotten, "forgotten"}, std::pair{&fresh, "new"}})
        for (const std::string& name : *names) all.push_back("state: " + name + ": " + fate);
    if (!all.empty() && !kept.empty()) all.push_back("state: kept: " + text::join(kept));
    if (all.size() > most) {
        const std::size_t rest = all.size() - most;
        all.resize(most);
        all.push_back("... and " + std::to_string(rest) + " more");
    }
    return all;
}

std::string Difference::json() const {
    Poco::JSON::Array list;
    for (const Change& change : changes) {
        Poco::JSON::Object object{Poco::JSON_PRESERVE_KEY_ORDER};
        object.set("change", std::string{word_of(change.kind)});
        object.set("what", change.what);
        object.set("where", change.where);
        if (change.kind == Change::Kind::changed) {
            object.set("setting", change.setting);
            object.set("before", change.before.empty() ? Poco::Dynamic::Var{} : Poco::Dynamic::Var{change.before});
            object.set("after", change.after.empty() ? Poco::Dynamic::Var{} : Poco::Dynamic::Var{change.after});
        } else if (change.kind == Change::Kind::moved) {
            object.set("asked", change.after);
        }
        list.add(object);
    }
    Poco::JSON::Object state{Poco::JSON_PRESERVE_KEY_ORDER}, whole{Poco::JSON_PRESERVE_KEY_ORDER};
    state.set("kept", array_of(kept));
    state.set("forgotten", array_of(forgotten));
    state.set("new", array_of(fresh));
    whole.set("changes", list);
    whole.set("state", state);
    std::ostringstream out;
    whole.stringify(out);
    return out.str();
}

}  // namespace tollgate::config
