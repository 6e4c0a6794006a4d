// core/config/lua.cpp - allocator, instruction hook, protected calls. What scripts may call is in sandbox.cpp.
#include "config/lua.h"

#include "config/sandbox.h"
#include "support/text.h"

#include <lua.hpp>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <ctime>
#include <new>

namespace tollgate::config {

namespace {

std::chrono::nanoseconds thread_time() {
    timespec time{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return std::chrono::seconds{time.tv_sec} + std::chrono::nanoseconds{time.tv_nsec};
}

// Takes "routes.lua:26: " off the text.
Place take_place(const Files& files, std::string_view& text) {
    for (int file = 0; file < int(files.size()); ++file) {
        const std::string& chunk = files.short_name(file);
        if (!text.starts_with(chunk) || !text.substr(chunk.size()).starts_with(':')) continue;
        const char *begin = text.data() + chunk.size() + 1, *all = text.data() + text.size();
        int line = 0;
        const auto [end, problem] = std::from_chars(begin, all, line);
        if (problem != std::errc{} || !std::string_view{end, all}.starts_with(": ")) continue;
        text.remove_prefix(std::size_t(end - text.data()) + 2);
        return {file, line};
    }
    return {};
}

// Adds the place of the script to errors that bring none, as errors of C functions may.
int add_position(lua_State* state) {
    if (lua_type(state, 1) != LUA_TSTRING) {
        if (lua_type(state, 1) == LUA_TNUMBER) return 1;
        lua_pushfstring(state, "failed with an error object (a %s value)", luaL_typename(state, 1));
        lua_replace(state, 1);
    }
    const Lua& lua = Lua::of(state);
    std::string_view message = lua_tostring(state, 1);
    const Place place = lua.place();
    if (place.line > 0 && take_place(lua.files(), message).line == 0)
        lua_pushfstring(state, "%s:%d: %s", lua.files().short_name(place.file).c_str(), place.line,
                        lua_tostring(state, 1));
    return 1;
}

struct Protected {
    void (*body)(lua_State*, void*);
    void* data;
};

int run_protected(lua_State* state) {
    auto* call = static_cast<Protected*>(lua_touserdata(state, 1));
    lua_settop(state, 0);
    call->body(state, call->data);
    return 0;
}

}  // namespace

void push_complaint(lua_State* state, const std::string& text) {
    luaL_where(state, 1);
    lua_pushlstring(state, text.data(), text.size());
    lua_concat(state, 2);
}

void raise(lua_State* state) {
    lua_error(state);
    std::abort();  // lua_error does not return
}

Lua::Lua(std::shared_ptr<const Files> files, const Bounds& bounds) : files_{std::move(files)}, bounds_{bounds} {
    state_ = lua_newstate(&Lua::allocate, this);
    if (!state_) throw std::bad_alloc{};
    luaJIT_setmode(state_, 0, LUAJIT_MODE_ENGINE | LUAJIT_MODE_OFF);
    if (const auto error = protect([](lua_State* state, void*) { open_sandbox(state); }, nullptr)) {
        lua_close(state_);
        throw std::runtime_error{"lua: " + error->what};
    }
    lua_pushcfunction(state_, add_position);  // stays at the bottom of the stack, for every call()
    set_hook();
    base_ = used_;
}

Lua::~Lua() { lua_close(state_); }

Lua& Lua::of(lua_State* state) noexcept {
    void* self = nullptr;
    lua_getallocf(state, &self);
    return *static_cast<Lua*>(self);
}

void* Lua::allocate(void* self, void* block, std::size_t old_size, std::size_t new_size) noexcept {
    Lua& lua = *static_cast<Lua*>(self);
    if (new_size == 0) {
        std::free(block);
        lua.used_ -= old_size;
        return nullptr;
    }
    const bool grows = new_size > old_size;
    if (grows && lua.depth_ > 0 && lua.base_ > 0) {
        lua.block_refused_ = lua.scripted_ && new_size > lua.bounds_.block;
        if (lua.block_refused_ || lua.used_ - old_size + new_size > lua.base_ + lua.bounds_.memory) return nullptr;
    }
    void* moved = std::realloc(block, new_size);
    // A failing shrink would be a panic; the larger block serves as well.
    if (!moved) return grows ? nullptr : block;
    lua.used_ += new_size - old_size;
    return moved;
}

void Lua::hook(lua_State* state, lua_Debug* record) {
    Lua& lua = of(state);
    lua.spent_ += lua.bounds_.interval;
    lua_getinfo(state, "Sl", record);
    lua.last_ = lua.place_of(*record);
    lua.look();
}

// The clock on the wall is cheap to read, but goes on while other threads have the processor: what counts is the
// thread's own time since the first look of this call.
bool Lua::out_of_time() {
    if (!cpu_begin_) cpu_begin_ = thread_time();
    if (std::chrono::steady_clock::now() <= deadline_) return false;
    return thread_time() - *cpu_begin_ > bounds_.time;
}

void Lua::look() {
    if (!exhausted_) {
        if (spent_ > bounds_.instructions)
            exhausted_ = "instructions";
        else if (out_of_time())
            exhausted_ = "time";
        else
            return;
        // From now on every instruction fails, so that no `pcall` loop of a script can live on.
        set_hook();
    }
    // With its place: a `pcall` of the script that passes it on is elsewhere.
    const Place at = place();
    if (at.line > 0) lua_pushfstring(state_, "%s:%d: ", files_->short_name(at.file).c_str(), at.line);
    lua_pushstring(state_, describe_exhaustion().c_str());
    if (at.line > 0) lua_concat(state_, 2);
    raise(state_);
}

std::string Lua::describe_exhaustion() const {
    if (std::string_view{exhausted_} == "time")
        return "took longer than " + text::count(std::size_t(bounds_.time.count() / 1'000'000), "millisecond");
    return "did not end within " + std::to_string(bounds_.instructions) + " instructions; does a loop run forever?";
}

void Lua::expect_room(std::size_t size, const char* what) const {
    const auto most = std::min(bounds_.block, bounds_.memory);
    if (size > most)
        throw Complaint{std::string{what} + " makes a text of more than " + text::count(most >> 20, "megabyte")};
}

void Lua::charge(std::int64_t steps) {
    spent_ += steps;
    look();
}

void Lua::set_hook() { lua_sethook(state_, &Lua::hook, LUA_MASKCOUNT, exhausted_ ? 1 : bounds_.interval); }

Lua::Nested::Nested(Lua& lua, int file) : lua_{lua} { lua.running_.push_back({file, lua.depth()}); }

Lua::Nested::~Nested() { lua_.running_.pop_back(); }

std::vector<int> Lua::running() const {
    std::vector<int> files{0};
    for (const auto& running : running_) files.push_back(running.file);
    return files;
}

int Lua::depth() const {
    lua_Debug record{};
    int depth = 0;
    while (lua_getstack(state_, depth, &record)) ++depth;
    return depth;
}

Place Lua::place() const {
    lua_Debug record{};
    const int bottom = running_.empty() ? 0 : running_.back().depth, top = running_.empty() ? 0 : depth();
    for (int level = 0; lua_getstack(state_, level, &record); ++level) {
        // The file has given its frame away in a tail call; the frames below are of the one that required it.
        if (!running_.empty() && top - level <= bottom) return {running_.back().file, 0};
        lua_getinfo(state_, "Sl", &record);
        if (record.currentline > 0) return place_of(record);
    }
    return {};
}

Place Lua::place_of(const lua_Debug& record) const {
    const std::string_view chunk = record.short_src;
    for (int file = 0; file < int(files_->size()); ++file)
        if (chunk == files_->short_name(file)) return {file, std::max(record.currentline, 0)};
    return {};
}

void Lua::forget_garbage() {
    lua_gc(state_, LUA_GCCOLLECT, 0);
    lua_gc(state_, LUA_GCCOLLECT, 0);
    base_ = used_;
}

void Lua::set_bounds(const Bounds& bounds) noexcept {
    bounds_ = bounds;
    set_hook();
}

std::optional<LuaError> Lua::finish(int status, int base) {
    --depth_;
    if (exhausted_) {
        exhausted_ = nullptr;
        set_hook();
    }
    if (status == 0) return std::nullopt;
    LuaError error;
    if (status == LUA_ERRMEM) {
        error = {last_, block_refused_
                            ? "makes a text or a table of more than " + text::count(bounds_.block >> 20, "megabyte")
                            : "uses more than " + text::count(bounds_.memory >> 20, "megabyte") + " of memory"};
        lua_settop(state_, base);
        lua_gc(state_, LUA_GCCOLLECT, 0);
        return error;
    }
    std::size_t size = 0;
    const char* message = lua_tolstring(state_, -1, &size);
    std::string_view rest = message ? std::string_view{message, size} : "failed without a message";
    error.place = take_place(*files_, rest);
    error.what = rest;
    lua_settop(state_, base);
    return error;
}

std::optional<LuaError> Lua::compile(std::string_view source, int file) {
    const std::string chunk = "@" + files_->short_name(file);
    const int base = lua_gettop(state_);
    last_ = {};
    ++depth_;
    if (const int status = luaL_loadbufferx(state_, source.data(), source.size(), chunk.c_str(), "t"))
        return finish(status, base);
    --depth_;
    push_environment();
    lua_setfenv(state_, -2);
    return std::nullopt;
}

std::optional<LuaError> Lua::call(int arguments, int results) {
    const int base = lua_gettop(state_) - arguments - 1;
    if (depth_++ == 0) {
        spent_ = 0;
        cpu_begin_.reset();
        last_ = {};
        deadline_ = std::chrono::steady_clock::now() + bounds_.time;
    }
    scripted_ = true;
    const int status = lua_pcall(state_, arguments, results, 1);
    scripted_ = false;
    return finish(status, base);
}

std::optional<LuaError> Lua::protect(void (*body)(lua_State*, void*), void* data) {
    Protected call{body, data};
    const int base = lua_gettop(state_);
    if (depth_++ == 0) {
        spent_ = 0;
        cpu_begin_.reset();
        deadline_ = std::chrono::steady_clock::now() + bounds_.time;
    }
    return finish(lua_cpcall(state_, run_protected, &call), base);
}

void Lua::push_environment() { lua_getfield(state_, LUA_REGISTRYINDEX, environment_key); }

}  // namespace tollgate::config
