// core/config/require.cpp - `require "tiers"`: runs another file beside the one that is read, once, in this VM.
#include "config/reader.h"

#include "support/text.h"

#include <lua.hpp>

#include <algorithm>

namespace tollgate::config {

namespace {

// Each is a call of C within a call of C, of which Lua allows 200.
constexpr std::size_t deepest = 32;

}  // namespace

int Reader::require(lua_State* state) {
    const int file = push_required(state);
    if (file == 0) return 1;
    {
        const Lua::Nested nested{lua_, file};
        lua_call(state, 0, 1);
    }
    if (lua_isnil(state, -1)) {
        lua_pop(state, 1);
        lua_pushboolean(state, 1);
    }
    return keep_required(state, file);
}

// Keeps the value on the top as what the file returned.
int Reader::keep_required(lua_State* state, int file) {
    lua_getfield(state, LUA_REGISTRYINDEX, required_key);
    lua_pushvalue(state, -2);
    lua_rawseti(state, -2, file);
    lua_pop(state, 1);
    return 1;
}

// Pushes what the file returned, or a mistake, and gives 0; or pushes the file as a function yet to be run, and gives
// its number.
int Reader::push_required(lua_State* state) {
    const auto name = item_at(state, 2);
    if (name.is(Item::Kind::mistake)) return push_mistake(state), 0;
    if (!name.is(Item::Kind::text))
        throw Complaint{"require: expected a name (require \"tiers\"), got " + name.describe()};
    const auto refuse = [&](Place place, const std::string& what) {
        add_problem(place, what);
        return push_mistake(state), 0;
    };
    const auto& [file, problem] = source_->require(name.text);
    if (file < 0) return refuse(lua_.place(), "require: " + problem);
    lua_getfield(state, LUA_REGISTRYINDEX, required_key);
    lua_rawgeti(state, -1, file);
    if (!lua_isnil(state, -1)) return 0;

    const auto& files = *source_->files();
    std::vector<int> chain = lua_.running();
    const auto again = std::find(chain.begin(), chain.end(), file);
    if (again != chain.end()) {
        std::string circle;
        for (auto running = again; running != chain.end(); ++running) circle += files.name(*running) + ", ";
        return refuse(lua_.place(), "require: files that require each other: " + circle + files.name(file));
    }
    if (chain.size() > deepest)
        return refuse(lua_.place(), "require: files require each other more than " + std::to_string(deepest) + " deep");

    const std::string& text = source_->text(file);
    lua_.charge(std::int64_t(text.size() / 16));  // no hook sees how long compiling takes
    // A file that ends with `return upstream ...` would give its frame away, and the line with it: Lua makes a tail
    // call of that, but not of one of two values. What else a file may end with does not mean anything before a comma.
    auto error = lua_.compile(text.substr(0, text.find_last_not_of(" \t\r\n") + 1) + ", nil", file);
    if (error) error = lua_.compile(text, file);
    if (error) {
        refuse(error->place, "syntax error: " + error->what);
        return keep_required(state, file), 0;
    }
    return file;
}

}  // namespace tollgate::config
