// core/config/lua.h - Lua: a Lua VM as an object: a closed environment, bounded in memory, instructions and time.
#pragma once

#include "config/place.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

struct lua_State;
struct lua_Debug;

namespace tollgate::config {

// What one protected call may use.
struct Bounds {
    std::size_t memory;         // bytes held at any moment, over what the VM held before its first call
    std::int64_t instructions;  // of the VM; the steps of string patterns count as well
    std::chrono::nanoseconds
        time;      // of the thread, for what the VM does outside of its instructions: copying long texts
    int interval;  // instructions between two looks at the above
    // Bytes of one text, or of one table's list or names, that a script makes: what keeps a single instruction, of
    // which `interval` go by unseen, from taking long.
    std::size_t block = SIZE_MAX;
};

// What a protected call failed with. The line is 0 where it is not known.
struct LuaError {
    Place place{};
    std::string what;
};

// Not for several threads at once. Interpreted only: compiled code would not be counted (and a `when` is over before a
// compiler has warmed up). A failing call leaves the VM fit for the next one.
class Lua {
public:
    // `files` are what chunks are called in messages.
    Lua(std::shared_ptr<const Files> files, const Bounds& bounds);
    ~Lua();
    Lua(const Lua&) = delete;
    Lua& operator=(const Lua&) = delete;

    lua_State* state() const noexcept { return state_; }
    static Lua& of(lua_State* state) noexcept;
    const Files& files() const noexcept { return *files_; }
    void set_bounds(const Bounds& bounds) noexcept;
    void forget_garbage();  // collects all of it; what is held then is what Bounds::memory comes on top of
    std::size_t held() const noexcept { return base_; }

    // Compiles `text` of that file and leaves the function on the stack, its environment being the one of
    // environment().
    std::optional<LuaError> compile(std::string_view text, int file = 0);
    // Calls the function below `arguments` values of the stack. On failure, nothing is left on the stack.
    std::optional<LuaError> call(int arguments, int results);
    // Runs `body` where Lua errors may happen, outside of any script: they come back as the result.
    std::optional<LuaError> protect(void (*body)(lua_State*, void*), void* data);

    // Pushes the table of names that scripts see.
    void push_environment();
    // Counts `steps` instructions that a C function has taken the place of. Raises a Lua error once there are too many.
    void charge(std::int64_t steps);
    // Throws Complaint where a C function, `what`, is about to make a longer text than the VM would hold.
    void expect_room(std::size_t size, const char* what) const;
    // True from the moment the call under way used up its bounds: every `pcall` passes that error on.
    bool exhausted() const noexcept { return exhausted_ != nullptr; }
    // Where the script is that is being run; line 0 if none is.
    Place place() const;
    // Made before a C function that a script called calls the chunk of another file, and ended after it. Errors of Lua
    // unwind C++ frames.
    class Nested;
    std::vector<int> running() const;  // the files under way, the one that all others were called from first
    // Where a frame or function is that lua_getinfo was asked "Sl" of; line 0 if that is no script.
    Place place_of(const lua_Debug& record) const;

private:
    static void* allocate(void* self, void* block, std::size_t old_size, std::size_t new_size) noexcept;
    static void hook(lua_State* state, lua_Debug* record);
    void set_hook();
    int depth() const;  // frames of the stack
    void look();
    bool out_of_time();
    std::optional<LuaError> finish(int status, int base);
    std::string describe_exhaustion() const;

    std::shared_ptr<const Files> files_;
    Bounds bounds_;
    lua_State* state_ = nullptr;
    std::size_t used_ = 0, base_ = 0;
    std::int64_t spent_ = 0;
    std::chrono::steady_clock::time_point deadline_;
    std::optional<std::chrono::nanoseconds> cpu_begin_;
    const char* exhausted_ = nullptr;
    // Files that are being run by others.
    struct Running {
        int file, depth;  // and the frames below it
    };
    std::vector<Running> running_;
    bool scripted_ = false;       // a script runs: Bounds::block holds
    bool block_refused_ = false;  // why the last allocation failed
    int depth_ = 0;  // protected calls under way; memory is bounded within them only, since an error outside aborts
    Place last_{};   // seen at the last look, for the one error that brings no line: memory
};

class Lua::Nested {
public:
    Nested(Lua& lua, int file);
    ~Nested();
    Nested(const Nested&) = delete;
    Nested& operator=(const Nested&) = delete;

private:
    Lua& lua_;
};

// Thrown by C++ functions that Lua calls; guarded<> makes it a Lua error with the script's line.
struct Complaint {
    std::string text;
};

void push_complaint(lua_State* state, const std::string& text);
[[noreturn]] void raise(lua_State* state);

// A lua_CFunction out of a function that may throw Complaint.
template <int (*body)(lua_State*)>
int guarded(lua_State* state) {
    try {
        return body(state);
    } catch (const Complaint& complaint) {
        push_complaint(state, complaint.text);
    }
    raise(state);
}

}  // namespace tollgate::config
