// core/config/words.cpp - the half of Reader that is called by the words of routes.lua. Mistakes are collected, and
// reading goes on where the rest of the file still makes sense.
#include "config/reader.h"

#include "plugins/catalogue.h"
#include "support/text.h"

#include <lua.hpp>

namespace tollgate::config {

int Reader::call(lua_State* state) { return guarded<&Reader::call_object>(state); }

int Reader::call_object(lua_State* state) {
    Reader& reader = of(state);
    const Object* object = object_at(state, 1);
    if (!object) throw Complaint{"not a word"};
    switch (object->kind) {
        case Object::Kind::mistake: return push_mistake(state);
        case Object::Kind::word: return reader.call_word(state, *object);
        case Object::Kind::started: return reader.complete(state, *object);
        default: break;
    }
    throw Complaint{reader.object_item(*object).describe() + " is not a word that takes anything after it"};
}

int Reader::call_word(lua_State* state, const Object& word) {
    if (!reading_) throw Complaint{text::quote(word.text()) + " has no meaning while requests are served"};
    const bool has_name = lua_type(state, 2) == LUA_TSTRING;
    switch (word.word) {
        case Word::tier:
        case Word::upstream:
        case Word::route:
            if (has_name) return start(state, word.word, text_at(state, 2));
            throw Complaint{std::string{word.text()} + ": expected a name (" + std::string{word.text()} + " \"" +
                            (word.word == Word::route ? "GET /path" : "name") + "\" { ... }), got " +
                            item_at(state, 2).describe()};
        case Word::use: return use_plugin(state, word);
        case Word::plugin: return load_plugin(state);
        case Word::env: return read_env(state);
        case Word::require: return require(state);
        case Word::header: return make_value(state, ValueKind::header);
        case Word::query: return make_value(state, ValueKind::query);
        case Word::cookie: return make_value(state, ValueKind::cookie);
        case Word::matches: return make_expression(state);
        case Word::split: return make_split(state);
        default: return declare(state, word.word);
    }
}

int Reader::declare(lua_State* state, Word word) {
    declarations_.push_back({word, {}, lua_.place(), item_at(state, 2), true});
    return 0;
}

int Reader::start(lua_State* state, Word word, std::string_view name) {
    declarations_.push_back({word, copied(name), lua_.place()});
    Object object;
    object.kind = Object::Kind::started;
    object.word = word;
    object.index = int(declarations_.size()) - 1;
    push_object(state, object, name);
    return 1;
}

int Reader::complete(lua_State* state, const Object& started) {
    const std::string what = std::string{word_name(started.word)} + ' ' + text::quote(started.text());
    if (!reading_) throw Complaint{what + " has no meaning while requests are served"};
    auto& declaration = declarations_[std::size_t(started.index)];
    if (declaration.complete) throw Complaint{what + ": already has its { ... }"};
    declaration.complete = true;
    auto item = item_at(state, 2);
    if (!item.is(Item::Kind::table) && !item.is(Item::Kind::mistake)) {
        add_problem(declaration.place, what + ": expected { ... } after the name, got " + item.describe());
        item = {};
        item.kind = Item::Kind::mistake;
    }
    declarations_[std::size_t(started.index)].item = std::move(item);
    if (started.word != Word::upstream) return 0;
    Object handle;
    handle.kind = Object::Kind::upstream;
    handle.index = started.index;
    push_object(state, handle, std::string{started.text()});
    return 1;
}

int Reader::use_plugin(lua_State* state, const Object& word) {
    const Place place = lua_.place();
    auto settings = lua_isnoneornil(state, 2) ? Item{} : item_at(state, 2);
    if (settings.is(Item::Kind::nothing)) settings.kind = Item::Kind::table;
    if (!settings.is(Item::Kind::table)) {
        if (!settings.is(Item::Kind::mistake))
            add_problem(place,
                        std::string{word.text()} + ": expected { ... } with its settings, got " + settings.describe());
        return push_mistake(state);
    }
    uses_.push_back({word.descriptor, place, std::move(settings)});
    Object use;
    use.kind = Object::Kind::use;
    use.index = int(uses_.size()) - 1;
    push_object(state, use, std::string{word.text()});
    return 1;
}

int Reader::load_plugin(lua_State* state) {
    const auto item = item_at(state, 2);
    if (!item.is(Item::Kind::text))
        throw Complaint{"plugin: expected a file (plugin \"hello.so\"), got " + item.describe()};
    auto problem = catalogue_.load_file((source_->folder() / item.text).lexically_normal());
    if (!problem.empty()) add_problem(lua_.place(), "plugin: " + std::move(problem));
    return 0;
}

int Reader::read_env(lua_State* state) {
    const auto name = item_at(state, 2), fallback = lua_gettop(state) >= 3 ? item_at(state, 3) : Item{};
    if (!name.is(Item::Kind::text)) throw Complaint{"env: expected a name (env \"NAME\"), got " + name.describe()};
    const auto& value = source_->variable(name.text);
    if (value) {
        lua_pushlstring(state, value->data(), value->size());
    } else if (!fallback.is(Item::Kind::nothing)) {
        lua_pushvalue(state, 3);
    } else {
        add_problem(lua_.place(), "env: " + name.text + " is not set and has no default (env(" +
                                      text::quote(name.text) + ", \"...\"))");
        return push_mistake(state);
    }
    return 1;
}

int Reader::make_value(lua_State* state, ValueKind kind) {
    const std::string word{word_of(kind)};
    const auto name = item_at(state, 2);
    if (name.is(Item::Kind::mistake)) return push_mistake(state);
    if (!name.is(Item::Kind::text) || name.text.empty())
        throw Complaint{word + ": expected a name (" + word + " \"name\"), got " + name.describe()};
    Object object;
    object.kind = Object::Kind::value;
    object.value = kind;
    push_object(state, object, name.text);
    return 1;
}

// Compiled where it is used, once for all loops.
int Reader::make_expression(lua_State* state) {
    const auto expression = item_at(state, 2);
    if (expression.is(Item::Kind::mistake)) return push_mistake(state);
    if (!expression.is(Item::Kind::text))
        throw Complaint{"matches: expected a regular expression (matches \"^a\"), got " + expression.describe()};
    Object object;
    object.kind = Object::Kind::expression;
    push_object(state, object, expression.text);
    return 1;
}

int Reader::make_split(lua_State* state) {
    const Place place = lua_.place();
    auto item = item_at(state, 2);
    if (item.is(Item::Kind::mistake)) return push_mistake(state);
    if (!item.is(Item::Kind::table)) {
        add_problem(place, "split: expected upstreams with their weights ({ { orders, weight = 95 }, ... }), got " +
                               item.describe());
        return push_mistake(state);
    }
    splits_.push_back({place, std::move(item)});
    Object object;
    object.kind = Object::Kind::split;
    object.index = int(splits_.size()) - 1;
    push_object(state, object);
    return 1;
}

}  // namespace tollgate::config
