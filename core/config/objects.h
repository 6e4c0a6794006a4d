// core/config/objects.h - Object: the values of routes.lua that Lua has no type for: quantities, words, uses.
#pragma once

#include "config/item.h"

#include <string_view>

struct lua_State;

namespace tollgate {
struct Descriptor;
}

namespace tollgate::config {

// `use` is any plugin's name; the others are called as they are here.
enum class Word {
    listen,
    admin,
    database,
    tier,
    upstream,
    route,
    always,
    limits,
    trusted_proxies,
    tracing,
    request,
    request_headers,
    response_headers,
    errors,
    cors,
    response,
    plugin,
    env,
    require,
    header,
    query,
    cookie,
    matches,
    split,
    use,
};
const char* word_name(Word word);

// Lives in a Lua userdata, its text behind it. Immutable for scripts.
struct Object {
    enum class Kind { quantity, value, expression, word, started, use, upstream, split, mistake };
    Kind kind = Kind::mistake;
    Quantity quantity{};
    ValueKind value{};
    Word word{};
    int index = 0;                           // of a declaration, use or split
    const Descriptor* descriptor = nullptr;  // of a word that is a plugin
    std::size_t text_size = 0;

    std::string_view text() const { return {reinterpret_cast<const char*>(this + 1), text_size}; }
};

// Pushes an object. Raises Lua errors, as do all functions here.
void push_object(lua_State* state, Object object, std::string_view text = {});
void push_quantity(lua_State* state, Quantity::Kind kind, double amount, double per = 0);
// Pushes what stands for a declaration with a mistake, so that reading goes on; returns 1, as a word of Lua does.
int push_mistake(lua_State* state);
// The text (or number) at `index`, as Lua keeps it; null data if it is neither.
std::string_view text_at(lua_State* state, int index);
// The object at `index`, or null if that is something else.
const Object* object_at(lua_State* state, int index);

// Makes the objects' metatable; `call` is what calling one does.
void open_objects(lua_State* state, int (*call)(lua_State*));
// Adds units and the values without arguments (caller, client_ip, ...) to the table on the top.
void add_units_and_values(lua_State* state);

}  // namespace tollgate::config
