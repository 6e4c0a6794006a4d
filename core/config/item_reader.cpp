// core/config/item_reader.cpp - the half of Reader that copies Lua values into Items.
#include "config/reader.h"

#include "support/text.h"

#include <lua.hpp>

#include <algorithm>
#include <cmath>
#include <cstdlib>

namespace tollgate::config {

namespace {

constexpr int deepest = 16;
// Items lie outside of the VM's memory: these bounds hold them to about as much.
constexpr std::size_t most_items = 1'000'000;
constexpr std::size_t longest_text = 4 << 20, most_text = 64 << 20;

}  // namespace

std::string Reader::copied(std::string_view text) {
    if (!reading_) return std::string{text};  // for a message, soon forgotten
    if (++items_ > most_items) throw Complaint{"the tables of this file hold too much"};
    if (text.size() > longest_text)
        throw Complaint{"expected texts of at most 4 megabytes, got one of " + text::count(text.size(), "byte")};
    copied_bytes_ += text.size();
    if (copied_bytes_ > most_text) throw Complaint{"the texts of this file are more than 64 megabytes together"};
    return std::string{text};
}

Item Reader::item_at(lua_State* state, int index, int depth) {
    if (++items_ > most_items) throw Complaint{"the tables of this file hold too much"};
    Item item;
    switch (lua_type(state, index)) {
        case LUA_TBOOLEAN:
            item.kind = Item::Kind::boolean;
            item.truth = lua_toboolean(state, index);
            return item;
        case LUA_TNUMBER:
            item.kind = Item::Kind::number;
            item.number = lua_tonumber(state, index);
            return item;
        case LUA_TSTRING: {
            std::size_t size = 0;
            const char* text = lua_tolstring(state, index, &size);
            item.kind = Item::Kind::text;
            item.text = copied({text, size});
            return item;
        }
        case LUA_TTABLE: return table_at(state, index, depth);
        case LUA_TFUNCTION:
            item.kind = Item::Kind::function;
            item.index = number_of_function(state, index);
            if (item.index) item.place = functions_[std::size_t(item.index) - 1];
            return item;
        case LUA_TUSERDATA:
            if (const auto* object = object_at(state, index)) return object_item(*object);
            return item;
        default: return item;
    }
}

// In the order of the list, then of the names: functions are numbered on the way, alike in every VM.
Item Reader::table_at(lua_State* state, int index, int depth) {
    if (depth == deepest) throw Complaint{"tables are nested too deep; does one hold itself?"};
    luaL_checkstack(state, 4, "tables are nested too deep");
    Item item;
    item.kind = Item::Kind::table;
    const auto length = lua_objlen(state, index);
    for (std::size_t i = 1; i <= length; ++i) {
        lua_rawgeti(state, index, int(i));
        item.list.push_back(item_at(state, lua_gettop(state), depth + 1));
        lua_pop(state, 1);
    }
    for (lua_pushnil(state); lua_next(state, index); lua_pop(state, 1)) {
        const int type = lua_type(state, -2);
        if (type == LUA_TSTRING) {
            std::size_t size = 0;
            const char* name = lua_tolstring(state, -2, &size);
            item.named.push_back({copied({name, size}), {}});
            continue;
        }
        const double key = type == LUA_TNUMBER ? lua_tonumber(state, -2) : 0;
        if (length == 0 && key >= 100 && key < 10'000 && key == std::floor(key)) {  // [404]: a name of digits
            item.named.push_back({copied(std::to_string(int(key))), {}});
            continue;
        }
        if (key >= 1 && key <= double(length) && key == std::floor(key)) continue;
        throw Complaint{"expected a list or names in { ... }, got " +
                        (type == LUA_TNUMBER ? "an entry number " + std::to_string(std::int64_t(key)) +
                                                   " of a list of " + std::to_string(length)
                                             : std::string{"a "} + luaL_typename(state, -2) + " as a name")};
    }
    std::sort(item.named.begin(), item.named.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
    const auto twice = std::adjacent_find(item.named.begin(), item.named.end(),
                                          [](const auto& a, const auto& b) { return a.name == b.name; });
    if (twice != item.named.end())
        throw Complaint{"expected each name once in { ... }, got " + twice->name + " as a number and as a text"};
    for (auto& [name, value] : item.named) {
        lua_pushlstring(state, name.data(), name.size());
        lua_rawget(state, index);
        if (lua_isnil(state, -1)) {
            lua_pop(state, 1);
            lua_rawgeti(state, index, std::atoi(name.c_str()));
        }
        value = item_at(state, lua_gettop(state), depth + 1);
        lua_pop(state, 1);
    }
    return item;
}

Item Reader::object_item(const Object& object) {
    Item item;
    item.text = copied(object.text());
    item.index = object.index;
    switch (object.kind) {
        case Object::Kind::quantity:
            item.kind = Item::Kind::quantity;
            item.quantity = object.quantity;
            break;
        case Object::Kind::value:
            item.kind = Item::Kind::value;
            item.value = object.value;
            break;
        case Object::Kind::expression: item.kind = Item::Kind::expression; break;
        case Object::Kind::word:
            item.kind = Item::Kind::word;
            // `route` is a word and also what a request's route is called.
            if (object.word == Word::route) {
                item.kind = Item::Kind::value;
                item.value = ValueKind::route;
                item.text.clear();
            }
            break;
        case Object::Kind::use: item.kind = Item::Kind::use; break;
        case Object::Kind::upstream: item.kind = Item::Kind::upstream; break;
        case Object::Kind::split: item.kind = Item::Kind::split; break;
        case Object::Kind::started:  // reported when the file has ended
        case Object::Kind::mistake: item.kind = Item::Kind::mistake; break;
    }
    return item;
}

// The same function has the same number wherever it is used. 0 for a C function: `when = print` makes no sense.
int Reader::number_of_function(lua_State* state, int index) {
    if (lua_iscfunction(state, index)) return 0;
    lua_getfield(state, LUA_REGISTRYINDEX, functions_key);
    lua_pushvalue(state, index);
    lua_rawget(state, -2);
    int number = int(lua_tointeger(state, -1));
    lua_pop(state, 1);
    if (number == 0) {
        lua_Debug record{};
        lua_pushvalue(state, index);
        lua_getinfo(state, ">S", &record);
        functions_.push_back({lua_.place_of(record).file, record.linedefined});
        last_lines_.push_back(record.lastlinedefined);
        number = int(functions_.size());
        lua_pushvalue(state, index);
        lua_pushinteger(state, number);
        lua_rawset(state, -3);
        lua_pushvalue(state, index);
        lua_rawseti(state, -2, number);
    }
    lua_pop(state, 1);
    return number;
}

}  // namespace tollgate::config
