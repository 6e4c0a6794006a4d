// core/config/lua_script.cpp - calls functions of routes.lua with a read-only view of a request.
#include "config/lua_script.h"

#include "config/lua_answers.h"
#include "config/lua_requests.h"
#include "support/failure.h"
#include "support/text.h"

#include <lua.hpp>

#include <array>

namespace tollgate::config {

namespace {

constexpr std::array<std::string_view, 9> plain_names = {
    "method", "path", "host", "scheme", "client_ip", "route", "caller", "tier", "client_certificate"};
constexpr std::array<std::string_view, 5> named_names = {"headers", "query", "cookies", "parameters", "claims"};

// A request on its way through the corridor, as functions see it.
class ContextFacts final : public Facts {
public:
    explicit ContextFacts(const Context& ctx, bool raw = false) : ctx_{ctx}, raw_{raw} {}
    std::string_view plain(Plain fact) const override {
        switch (fact) {
            case Plain::method: return ctx_.request().method();
            case Plain::path: return ctx_.request().path();
            case Plain::host: return ctx_.request().host();
            case Plain::scheme: return ctx_.request().scheme();
            case Plain::client_ip: return ctx_.client_ip();
            case Plain::route: return ctx_.route();
            case Plain::caller: return ctx_.caller() ? ctx_.caller()->id() : std::string_view{};
            case Plain::tier: return ctx_.caller() ? ctx_.caller()->tier() : std::string_view{};
            case Plain::client_certificate: break;
        }
        return ctx_.client_certificate() ? std::string_view{ctx_.client_certificate()->subject} : std::string_view{};
    }
    std::string_view named(Named fact, std::string_view name, std::string& scratch) const override {
        switch (fact) {
            case Named::headers: return ctx_.request().headers().get(name);
            case Named::cookies: return ctx_.request().cookie(name);
            case Named::parameters: return raw_ ? raw_parameter(ctx_, name) : ctx_.parameter(name);
            case Named::claims: return ctx_.caller() ? ctx_.caller()->claim(name) : std::string_view{};
            case Named::query: break;
        }
        scratch = ctx_.request().query_parameter(name).value_or("");
        return scratch;
    }

private:
    const Context& ctx_;
    bool raw_;  // parameters undecoded
};

// The stack as it was, however a call and the reading of its results end.
struct Emptied {
    explicit Emptied(lua_State* of) : state{of}, top{lua_gettop(of)} {}
    ~Emptied() { lua_settop(state, top); }
    Emptied(const Emptied&) = delete;
    Emptied& operator=(const Emptied&) = delete;
    lua_State* state;
    int top;
};

Failure script_failed(std::string detail) {
    return {Culprit::gateway, 500, "script_failed", "a function of the configuration failed", std::move(detail)};
}

int refuse_change(lua_State*) { throw Complaint{"the request cannot be changed here"}; }

// Pushes a userdata without content whose fields `index` finds; `upvalues` are on the stack.
void push_view(lua_State* state, lua_CFunction index, int upvalues) {
    lua_pushcclosure(state, index, upvalues);
    lua_newuserdata(state, 0);
    lua_createtable(state, 0, 3);
    lua_pushvalue(state, -3);
    lua_setfield(state, -2, "__index");
    lua_pushcfunction(state, guarded<refuse_change>);
    lua_setfield(state, -2, "__newindex");
    lua_pushboolean(state, 0);
    lua_setfield(state, -2, "__metatable");
    lua_setmetatable(state, -2);
    lua_remove(state, -2);
}

}  // namespace

LuaScript::LuaScript(Source& source, plugins::Catalogue& catalogue, const std::vector<Place>& expected,
                     Bounds bounds)
    : reader_{source, catalogue} {
    if (!reader_.run() || reader_.functions() != expected)
        throw std::runtime_error{"this file declares other functions each time it is read"};
    reader_.keep_functions_only();
    Lua& lua = reader_.lua();
    if (const auto error = lua.protect(&LuaScript::open_request, this)) throw std::runtime_error{error->what};
    lua.forget_garbage();
    // Garbage may grow as large as what is held before it is collected.
    bounds.memory += 2 * lua.held();
    bounds.block += 2 * lua.held();  // a table of the file, or Lua's own of all texts, may double
    lua.set_bounds(bounds);
}

void LuaScript::open_request(lua_State* state, void* data) {
    auto* self = static_cast<LuaScript*>(data);
    open_answers(state);
    lua_pushlightuserdata(state, self);
    lua_newtable(state);
    for (std::size_t i = 0; i < plain_names.size(); ++i) {
        lua_pushinteger(state, lua_Integer(i));
        lua_setfield(state, -2, std::string{plain_names[i]}.c_str());
    }
    for (std::size_t i = 0; i < named_names.size(); ++i) {
        lua_pushlightuserdata(state, self);
        lua_pushinteger(state, lua_Integer(i));
        push_view(state, guarded<&LuaScript::named_field>, 2);
        lua_setfield(state, -2, std::string{named_names[i]}.c_str());
    }
    push_view(state, guarded<&LuaScript::plain_field>, 2);
    self->request_ = luaL_ref(state, LUA_REGISTRYINDEX);
    open_requests(state, self->request_);
}

const Facts& LuaScript::facts_of(lua_State* state) {
    const auto* self = static_cast<const LuaScript*>(lua_touserdata(state, lua_upvalueindex(1)));
    if (!self->facts_) throw Complaint{"the request is over"};
    return *self->facts_;
}

int LuaScript::plain_field(lua_State* state) {
    lua_pushvalue(state, 2);
    lua_rawget(state, lua_upvalueindex(2));
    if (lua_type(state, -1) == LUA_TUSERDATA) return 1;
    if (lua_isnil(state, -1)) {
        const std::string name = lua_type(state, 2) == LUA_TSTRING ? lua_tostring(state, 2) : luaL_typename(state, 2);
        std::vector<std::string_view> names{plain_names.begin(), plain_names.end()};
        names.insert(names.end(), named_names.begin(), named_names.end());
        throw Complaint{"a request has no " + text::quote(name) + text::did_you_mean(name, names)};
    }
    const auto fact = facts_of(state).plain(Facts::Plain(lua_tointeger(state, -1)));
    lua_pushlstring(state, fact.data(), fact.size());
    return 1;
}

int LuaScript::named_field(lua_State* state) {
    if (lua_type(state, 2) != LUA_TSTRING)
        throw Complaint{std::string{"expected a name, got a "} + luaL_typename(state, 2) + " value"};
    std::size_t size = 0;
    const char* name = lua_tolstring(state, 2, &size);
    std::string scratch;
    const auto kind = Facts::Named(lua_tointeger(state, lua_upvalueindex(2)));
    const auto fact = facts_of(state).named(kind, {name, size}, scratch);
    lua_pushlstring(state, fact.data(), fact.size());
    return 1;
}

void LuaScript::call(int function, const Facts& facts) {
    reader_.push_function(function);
    run(function, 0, 1, facts);
}

void LuaScript::run(int function, int arguments, int results, const Facts& facts) {
    Lua& lua = reader_.lua();
    lua_rawgeti(lua.state(), LUA_REGISTRYINDEX, request_);
    facts_ = &facts;
    const auto began = std::chrono::steady_clock::now();
    const auto error = lua.call(arguments + 1, results);
    if (tally_) tally_->add(error.has_value(), std::chrono::steady_clock::now() - began);
    facts_ = nullptr;
    if (!error) return;
    if (error->place.line == 0) fail(function, error->what);
    throw script_failed(lua.files().text(error->place) + ": " + error->what);
}

void LuaScript::fail(int function, const std::string& what) {
    throw script_failed(reader_.lua().files().text(reader_.functions()[std::size_t(function) - 1]) + ": " + what);
}

bool LuaScript::test(int function, const Facts& facts) {
    call(function, facts);
    lua_State* state = reader_.lua().state();
    const bool result = lua_toboolean(state, -1);
    lua_pop(state, 1);
    return result;
}

std::string_view LuaScript::text(int function, const Facts& facts, std::string& scratch) {
    call(function, facts);
    lua_State* state = reader_.lua().state();
    const int type = lua_type(state, -1);
    scratch.clear();
    const char* wrong = nullptr;
    if (type == LUA_TSTRING || type == LUA_TNUMBER) {
        std::size_t size = 0;
        const char* text = lua_tolstring(state, -1, &size);
        scratch.assign(text, size);
    } else if (type == LUA_TBOOLEAN) {
        if (lua_toboolean(state, -1)) scratch = "true";
    } else if (type != LUA_TNIL) {
        wrong = luaL_typename(state, -1);
    }
    lua_pop(state, 1);
    if (wrong)
        fail(function, std::string{"expected a text, a number or nothing to be returned, got a "} + wrong + " value");
    return scratch;
}

std::optional<SaidAnswer> LuaScript::error_answer(int function, const Failure& failure, std::string_view request_id,
                                                  const Facts& facts) {
    lua_State* state = reader_.lua().state();
    const Emptied emptied{state};
    reader_.push_function(function);
    push_failure(state, failure, request_id);
    run(function, 1, 1, facts);
    try {
        return said_answer(state, "the answer to a failure");
    } catch (const Complaint& complaint) {
        fail(function, complaint.text);
    }
}

AnswerChange LuaScript::change(int function, const AnswerFacts& answer, const Facts& facts) {
    lua_State* state = reader_.lua().state();
    const Emptied emptied{state};
    push_answer(state, answer);
    reader_.push_function(function);
    lua_pushvalue(state, -2);
    run(function, 1, 0, facts);
    try {
        return changed_answer(state, answer);
    } catch (const Complaint& complaint) {
        fail(function, complaint.text);
    }
}

RequestChange LuaScript::change(int function, const RequestFacts& request, const Facts& facts) {
    lua_State* state = reader_.lua().state();
    const Emptied emptied{state};
    push_request(state, request);
    const int table = lua_gettop(state);
    reader_.push_function(function);
    lua_pushvalue(state, table);
    run(function, 1, 1, facts);
    try {
        return changed_request(state, table, request);
    } catch (const Complaint& complaint) {
        fail(function, complaint.text);
    }
}

bool LuaScript::test(int function, const Context& ctx) { return test(function, ContextFacts{ctx}); }

std::string_view LuaScript::text(int function, const Context& ctx, std::string& scratch) {
    return text(function, ContextFacts{ctx}, scratch);
}

std::string LuaScript::target(int function, const Context& ctx) {
    std::string scratch;
    return std::string{text(function, ContextFacts{ctx, true}, scratch)};
}

std::optional<SaidAnswer> LuaScript::error_answer(int function, const Failure& failure, std::string_view request_id,
                                                  const Context& ctx) {
    return error_answer(function, failure, request_id, ContextFacts{ctx});
}

AnswerChange LuaScript::change(int function, const AnswerFacts& answer, const Context& ctx) {
    return change(function, answer, ContextFacts{ctx});
}

RequestChange LuaScript::change(int function, const RequestFacts& request, const Context& ctx) {
    return change(function, request, ContextFacts{ctx});
}

}  // namespace tollgate::config
