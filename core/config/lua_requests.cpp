// core/config/lua_requests.cpp - tables of requests, there and back; nothing here calls a script.
#include "config/lua_requests.h"

#include "config/lua.h"
#include "config/lua_answers.h"
#include "config/lua_headers.h"
#include "support/text.h"

namespace tollgate::config {

namespace {

// Metatables, in the registry.
constexpr const char* request_key = "tollgate.request";
constexpr const char* request_headers_key = "tollgate.request.headers";

bool is(lua_State* state, int index, std::string_view name) {
    const auto text = lua_type(state, index) == LUA_TSTRING ? text_of(state, index) : std::nullopt;
    return text && *text == name;
}

// What the table itself does not have. The body may be read as nothing where no bodies are read.
int request_field(lua_State* state) {
    if (is(state, 2, "body")) return 0;
    lua_pushvalue(state, 2);
    lua_gettable(state, lua_upvalueindex(1));
    return 1;
}

int set_request_field(lua_State* state) {
    if (!is(state, 2, "body") && !is(state, 2, "headers"))
        throw Complaint{"expected headers or body of the request to be changed, got " + kind_of(state, 2) +
                        (is(state, 2, "path") || is(state, 2, "query") ? "; rewrite makes another path" : "")};
    lua_rawset(state, 1);
    return 0;
}

// Lines that are not a function's to change may be read as everywhere else.
int request_header_field(lua_State* state) {
    const auto name = lua_type(state, 2) == LUA_TSTRING ? *text_of(state, 2) : std::string{};
    if (name.empty() || !problem_of_request_header(name)) return header_field(state);
    lua_pushstring(state, "headers");
    lua_gettable(state, lua_upvalueindex(1));
    lua_pushvalue(state, 2);
    lua_gettable(state, -2);
    return 1;
}

// Another table in its place that says nothing of Host leaves it as it is.
void keep_host(lua_State* state, int table, const Headers& headers) {
    lua_getfield(state, LUA_REGISTRYINDEX, request_headers_key);
    const bool replaced = lua_type(state, table) == LUA_TTABLE &&
                          !(lua_getmetatable(state, table) && lua_rawequal(state, -1, -2));
    lua_settop(state, table);
    if (!replaced || !headers.has("Host")) return;
    for (lua_pushnil(state); lua_next(state, table); lua_pop(state, 1))
        if (lua_type(state, -2) == LUA_TSTRING && text::lower(*text_of(state, -2)) == "host")
            return lua_settop(state, table);
    push_text(state, "host");
    push_text(state, headers.get("Host"));
    lua_rawset(state, table);
}

// Of the request it is the upstream's name: there is always one.
void expect_host(const HeaderChanges& changes) {
    int set = 0;
    for (const auto& change : changes.changes()) {
        if (text::lower(change.name) != "host") continue;
        if (change.kind != HeaderChanges::Kind::set || change.text.empty() || ++set > 1)
            throw Complaint{"headers: \"Host\" can only be set"};
    }
}

}  // namespace

void open_requests(lua_State* state, int view) {
    const auto over_view = [state, view](const char* key, lua_CFunction field, lua_CFunction set_field) {
        make_metatable(state, key, field, set_field);
        lua_getfield(state, LUA_REGISTRYINDEX, key);
        lua_rawgeti(state, LUA_REGISTRYINDEX, view);
        lua_pushcclosure(state, field, 1);
        lua_setfield(state, -2, "__index");
        lua_pop(state, 1);
    };
    over_view(request_key, guarded<request_field>, guarded<set_request_field>);
    over_view(request_headers_key, guarded<request_header_field>, guarded<set_header_field>);
}

void push_request(lua_State* state, const RequestFacts& request) {
    lua_createtable(state, 0, 2);
    const int table = lua_gettop(state);
    push_headers(state, request.headers, problem_of_request_header, request_headers_key);
    lua_setfield(state, table, "headers");
    if (request.body) {
        push_text(state, *request.body);
        lua_setfield(state, table, "body");
    }
    lua_getfield(state, LUA_REGISTRYINDEX, request_key);
    lua_setmetatable(state, table);
}

RequestChange changed_request(lua_State* state, int table, const RequestFacts& request) {
    RequestChange change;
    change.answer = said_answer(state, "an answer");
    if (change.answer) return change;
    const int body = push_field(state, table, "body");
    if (!lua_isnil(state, body) || request.body) {
        auto text = lua_isnil(state, body) ? std::string{} : body_of(state, body);
        if (!request.body || text != *request.body) change.body = std::move(text);
    }
    const int headers = push_field(state, table, "headers");
    keep_host(state, headers, request.headers);
    change.headers = changed_headers(state, headers, request.headers, problem_of_request_header);
    expect_host(change.headers);
    return change;
}

}  // namespace tollgate::config
