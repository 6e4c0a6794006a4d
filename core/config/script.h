// core/config/script.h - Script: the functions of routes.lua, in one Lua VM, for one loop.
#pragma once

#include <tollgate/context.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace tollgate::config {

// What the calls of one loop came to. Written by it, read by whoever scrapes.
struct ScriptTally {
    std::atomic<std::uint64_t> calls{0}, failures{0}, nanoseconds{0};
    void add(bool failed, std::chrono::nanoseconds time) noexcept {
        const auto more = [](std::atomic<std::uint64_t>& figure, std::uint64_t n) {
            figure.store(figure.load(std::memory_order_relaxed) + n, std::memory_order_relaxed);
        };
        more(calls, 1);
        if (failed) more(failures, 1);
        more(nanoseconds, std::uint64_t(time.count()));
    }
};

// Built off the loops from the same text as every other VM of its snapshot; functions are numbered from 1 in the order
// in which the declarations that hold them were made. Used by one loop only. Calls are bounded in instructions and
// memory; what fails throws Failure (culprit gateway, 500, reason "script_failed", detail with file and line).
class Script {
public:
    virtual ~Script() = default;
    // True if the function returned neither false nor nil. It is given a read-only view of the request.
    virtual bool test(int function, const Context& ctx) = 0;
    // What it returned, as text ("" for nil); the view holds until `scratch` changes.
    virtual std::string_view text(int function, const Context& ctx, std::string& scratch) = 0;
    // Where its calls are counted, from now on; on its loop, or before it is used there.
    void count_in(ScriptTally& tally) noexcept { tally_ = &tally; }

protected:
    ScriptTally* tally_ = nullptr;  // null: nowhere
};

// Set by the corridor while it serves a request on this thread: the VM that belongs to this loop and snapshot.
Script* script_of(const Context& ctx) noexcept;  // defined in gateway/passage.cpp

}  // namespace tollgate::config
