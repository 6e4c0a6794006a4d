// core/config/objects.cpp - arithmetic with units, and the metatable that refuses all else.
#include "config/objects.h"

#include "config/lua.h"
#include "support/text.h"

#include <lua.hpp>

#include <algorithm>
#include <cstring>

namespace tollgate::config {

namespace {

constexpr const char* metatable_key = "tollgate.object";

std::string name_of(const Object& object) {
    switch (object.kind) {
        case Object::Kind::quantity: return describe(object.quantity);
        case Object::Kind::value: return std::string{word_of(object.value)};
        case Object::Kind::expression: return "matches " + text::quote(object.text());
        case Object::Kind::word: return text::quote(object.text());
        case Object::Kind::started: return text::quote(object.text()) + " without its { ... }";
        case Object::Kind::use: return "the plugin " + std::string{object.text()};
        case Object::Kind::upstream: return "the upstream " + text::quote(object.text());
        case Object::Kind::split: return "a split";
        case Object::Kind::mistake: break;
    }
    return "a mistake";
}

// One side of an arithmetic operation.
struct Operand {
    const Object* object;
    bool is_number;
    double number = 0;

    Operand(lua_State* state, int index)
        : object{object_at(state, index)}, is_number{lua_type(state, index) == LUA_TNUMBER} {
        if (is_number) number = lua_tonumber(state, index);
    }
    bool is_mistake() const { return object && object->kind == Object::Kind::mistake; }
    const Quantity* quantity() const {
        return object && object->kind == Object::Kind::quantity ? &object->quantity : nullptr;
    }
    bool is(Quantity::Kind kind) const { return quantity() && quantity()->kind == kind; }
    std::string describe(lua_State* state, int index) const {
        if (const auto* q = quantity()) return "(" + config::describe(*q) + ")";
        if (object) return name_of(*object);
        if (is_number) return lua_tostring(state, index);
        if (lua_type(state, index) == LUA_TSTRING) return text::quote(lua_tostring(state, index));
        return std::string{"a "} + luaL_typename(state, index) + " value";
    }
};

int push(lua_State* state, const Quantity& quantity) {
    push_quantity(state, quantity.kind, quantity.amount, quantity.per);
    return 1;
}

[[noreturn]] void refuse(lua_State* state, const Operand& a, const char* sign, const Operand& b) {
    throw Complaint{"expected a number and units (5 * seconds, 10 * megabytes, 60 / minute), got " +
                    a.describe(state, 1) + ' ' + sign + ' ' + b.describe(state, 2)};
}

bool push_mistake(lua_State* state, const Operand& a, const Operand& b) {
    if (!a.is_mistake() && !b.is_mistake()) return false;
    push_object(state, {});
    return true;
}

int multiply(lua_State* state) {
    const Operand a{state, 1}, b{state, 2};
    if (push_mistake(state, a, b)) return 1;
    const auto* quantity = a.quantity() ? a.quantity() : b.quantity();
    if (!quantity || !(a.is_number || b.is_number)) refuse(state, a, "*", b);
    return push(state, {quantity->kind, quantity->amount * (a.is_number ? a.number : b.number), quantity->per});
}

int divide(lua_State* state) {
    const Operand a{state, 1}, b{state, 2};
    if (push_mistake(state, a, b)) return 1;
    if (a.is_number && b.is(Quantity::Kind::duration)) {
        if (b.quantity()->amount <= 0) refuse(state, a, "/", b);
        return push(state, {Quantity::Kind::rate, a.number, b.quantity()->amount});
    }
    if (a.quantity() && b.is_number && b.number != 0)
        return push(state, {a.quantity()->kind, a.quantity()->amount / b.number, a.quantity()->per});
    if (!a.quantity() || !b.is(a.quantity()->kind) || b.is(Quantity::Kind::rate) || b.quantity()->amount == 0)
        refuse(state, a, "/", b);
    lua_pushnumber(state, a.quantity()->amount / b.quantity()->amount);
    return 1;
}

// For what needs the same unit on both sides.
template <class F>
int same_unit(lua_State* state, const char* sign, F then) {
    const Operand a{state, 1}, b{state, 2};
    if (push_mistake(state, a, b)) return 1;
    if (!a.quantity() || !b.is(a.quantity()->kind) || a.is(Quantity::Kind::rate)) refuse(state, a, sign, b);
    return then(*a.quantity(), *b.quantity());
}

int add(lua_State* state) {
    return same_unit(state, "+", [&](auto& a, auto& b) { return push(state, {a.kind, a.amount + b.amount, 0}); });
}
int subtract(lua_State* state) {
    return same_unit(state, "-", [&](auto& a, auto& b) { return push(state, {a.kind, a.amount - b.amount, 0}); });
}
int less(lua_State* state) {
    return same_unit(state, "<", [&](auto& a, auto& b) { return lua_pushboolean(state, a.amount < b.amount), 1; });
}
int less_or_equal(lua_State* state) {
    return same_unit(state, "<=", [&](auto& a, auto& b) { return lua_pushboolean(state, a.amount <= b.amount), 1; });
}

int equal(lua_State* state) {
    const Operand a{state, 1}, b{state, 2};
    const auto *x = a.quantity(), *y = b.quantity();
    lua_pushboolean(state, x && y && x->kind == y->kind && x->amount == y->amount && x->per == y->per);
    return 1;
}

int negate(lua_State* state) {
    const Operand a{state, 1};
    if (push_mistake(state, a, a)) return 1;
    if (!a.quantity()) refuse(state, a, "negated", a);
    return push(state, {a.quantity()->kind, -a.quantity()->amount, a.quantity()->per});
}

int to_string(lua_State* state) {
    const auto* object = object_at(state, 1);
    const auto name = object ? name_of(*object) : std::string{};
    lua_pushlstring(state, name.data(), name.size());
    return 1;
}

int index(lua_State* state) {
    const auto* object = object_at(state, 1);
    if (!object || object->kind != Object::Kind::mistake)
        throw Complaint{(object ? name_of(*object) : "this") + " has no fields"};
    push_object(state, {});
    return 1;
}

int refuse_change(lua_State* state) {
    const auto* object = object_at(state, 1);
    if (object && object->kind == Object::Kind::mistake) return 0;
    throw Complaint{(object ? name_of(*object) : "this") + " cannot be changed"};
}

int concatenate(lua_State* state) {
    const Operand a{state, 1}, b{state, 2};
    if (push_mistake(state, a, b)) return 1;
    throw Complaint{"expected texts on both sides of \"..\", got " + name_of(a.object ? *a.object : *b.object)};
}

}  // namespace

const char* word_name(Word word) {
    constexpr const char* names[] = {"listen", "admin",   "database", "tier",            "upstream",        "route",
                                     "always", "limits",  "trusted_proxies", "tracing", "request", "request_headers",
                                     "response_headers", "errors", "cors", "response", "plugin", "env",
                                     "require", "header", "query",    "cookie",          "matches",
                                     "split",  "a plugin"};
    return names[std::size_t(word)];
}

void push_object(lua_State* state, Object object, std::string_view text) {
    object.text_size = text.size();
    void* memory = lua_newuserdata(state, sizeof object + text.size());
    std::memcpy(memory, &object, sizeof object);
    if (!text.empty()) std::memcpy(static_cast<char*>(memory) + sizeof object, text.data(), text.size());
    luaL_getmetatable(state, metatable_key);
    lua_setmetatable(state, -2);
}

int push_mistake(lua_State* state) {
    push_object(state, {});
    return 1;
}

std::string_view text_at(lua_State* state, int index) {
    std::size_t size = 0;
    const char* text = lua_tolstring(state, index, &size);
    return {text, size};
}

void push_quantity(lua_State* state, Quantity::Kind kind, double amount, double per) {
    Object object;
    object.kind = Object::Kind::quantity;
    object.quantity = {kind, amount, per};
    push_object(state, object);
}

const Object* object_at(lua_State* state, int index) {
    if (lua_type(state, index) != LUA_TUSERDATA || !lua_getmetatable(state, index)) return nullptr;
    luaL_getmetatable(state, metatable_key);
    const bool ours = lua_rawequal(state, -1, -2);
    lua_pop(state, 2);
    return ours ? static_cast<const Object*>(lua_touserdata(state, index)) : nullptr;
}

void open_objects(lua_State* state, int (*call)(lua_State*)) {
    luaL_newmetatable(state, metatable_key);
    const luaL_Reg functions[] = {{"__mul", guarded<multiply>},
                                  {"__div", guarded<divide>},
                                  {"__add", guarded<add>},
                                  {"__sub", guarded<subtract>},
                                  {"__lt", guarded<less>},
                                  {"__le", guarded<less_or_equal>},
                                  {"__eq", equal},
                                  {"__unm", guarded<negate>},
                                  {"__tostring", to_string},
                                  {"__index", guarded<index>},
                                  {"__newindex", guarded<refuse_change>},
                                  {"__concat", guarded<concatenate>},
                                  {"__call", call}};
    for (const auto& [name, function] : functions) {
        lua_pushcfunction(state, function);
        lua_setfield(state, -2, name);
    }
    lua_pushboolean(state, 0);
    lua_setfield(state, -2, "__metatable");
    lua_pop(state, 1);
}

void add_units_and_values(lua_State* state) {
    struct Unit {
        const char* name;
        Quantity::Kind kind;
        double amount;
    };
    using enum Quantity::Kind;
    constexpr Unit units[] = {{"millisecond", duration, 1e6},
                              {"second", duration, 1e9},
                              {"minute", duration, 60e9},
                              {"hour", duration, 3'600e9},
                              {"day", duration, 86'400e9},
                              {"week", duration, 604'800e9},
                              {"month", duration, 2'592'000e9},
                              {"byte", size, 1},
                              {"kilobyte", size, 1024},
                              {"megabyte", size, 1024.0 * 1024},
                              {"gigabyte", size, 1024.0 * 1024 * 1024}};
    for (const auto& unit : units) {
        push_quantity(state, unit.kind, unit.amount);
        lua_pushvalue(state, -1);
        lua_setfield(state, -3, unit.name);
        lua_setfield(state, -2, (std::string{unit.name} + 's').c_str());
    }
    for (const auto kind :
         {ValueKind::caller, ValueKind::client_ip, ValueKind::method, ValueKind::path, ValueKind::host}) {
        Object object;
        object.kind = Object::Kind::value;
        object.value = kind;
        push_object(state, object);
        lua_setfield(state, -2, std::string{word_of(kind)}.c_str());
    }
}

}  // namespace tollgate::config
