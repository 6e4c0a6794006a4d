// core/config/script.h - Script: the functions of routes.lua, in one Lua VM, for one loop.
#pragma once

#include <tollgate/context.h>

#include "snapshot/error_answers.h"
#include "snapshot/header_changes.h"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
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

// What a response function sees of an answer.
struct AnswerFacts {
    const Response& response;
    bool from_upstream = false;
    double time = 0;                         // milliseconds spent on the upstream
    std::optional<std::string_view> body{};  // where it may be read
    std::string_view target{};               // address of the last attempt, or ""
};

// What it made of it.
struct AnswerChange {
    std::optional<int> status;
    std::optional<std::string> body;
    HeaderChanges headers;
};

// What a request function sees of a request besides what every function does.
struct RequestFacts {
    const Headers& headers;
    std::optional<std::string_view> body{};  // where it may be read; of a request without one the empty text
};

// What it made of it: changes, or the answer.
struct RequestChange {
    HeaderChanges headers;
    std::optional<std::string> body;
    std::optional<SaidAnswer> answer;
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
    // The same of a function that makes a path or an address: it sees parameters as they stand in the path, so that
    // nothing of a client's ends a segment or begins a query.
    virtual std::string target(int function, const Context& ctx) = 0;
    // function(failure, request): what the client is told; nullopt where it returned nothing.
    virtual std::optional<SaidAnswer> error_answer(int function, const Failure& failure, std::string_view request_id,
                                                   const Context& ctx) = 0;
    // function(response, request), which changes the response it is given.
    virtual AnswerChange change(int function, const AnswerFacts& answer, const Context& ctx) = 0;
    // function(request), which changes the request it is given, or answers it.
    virtual RequestChange change(int function, const RequestFacts& request, const Context& ctx) = 0;

    // Where its calls are counted, from now on; on its loop, or before it is used there.
    void count_in(ScriptTally& tally) noexcept { tally_ = &tally; }

protected:
    ScriptTally* tally_ = nullptr;  // null: nowhere
};

// Set by the corridor while it serves a request on this thread: the VM that belongs to this loop and snapshot.
Script* script_of(const Context& ctx) noexcept;  // defined in gateway/passage.cpp
// What `:name` took from the path, undecoded.
std::string_view raw_parameter(const Context& ctx, std::string_view name) noexcept;  // gateway/passage_shaping.cpp

}  // namespace tollgate::config
