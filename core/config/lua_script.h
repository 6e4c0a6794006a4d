// core/config/lua_script.h - LuaScript: the functions of one configuration in a VM of their own, for one loop.
#pragma once

#include "config/reader.h"
#include "config/script.h"

#include <memory>
#include <string>
#include <string_view>

namespace tollgate::config {

// What a function sees of a request. The gateway's is a Context; a test may bring its own.
class Facts {
public:
    enum class Plain { method, path, host, scheme, client_ip, route, caller, tier, client_certificate };
    enum class Named { headers, query, cookies, parameters, claims };
    virtual ~Facts() = default;
    // Absent is "". Views hold until the function has returned, or `scratch` changes.
    virtual std::string_view plain(Plain fact) const = 0;
    virtual std::string_view named(Named fact, std::string_view name, std::string& scratch) const = 0;
};

// A function that decides over a request takes some hundred instructions, and these bounds are not met by accident.
// Plain instructions hold a loop for a few milliseconds at worst; what C functions do in bulk is charged as the
// instructions it is worth. Long texts (copied, compared, joined) cost more than they count for: there the time is the
// bound. It is looked at every `interval` instructions and in every charged function, and may be overrun by what goes
// by between two looks, which `block` holds to some tens of milliseconds.
inline constexpr Bounds request_bounds{.memory = 8u << 20,
                                       .instructions = 100'000,
                                       .time = std::chrono::milliseconds{20},
                                       .interval = 100,
                                       .block = 1u << 20};

class LuaScript final : public Script {
public:
    // Runs `source` again. Throws std::runtime_error unless that gives functions that begin at the places `expected`.
    LuaScript(Source& source, plugins::Catalogue& catalogue, const std::vector<Place>& expected,
              Bounds bounds = request_bounds);

    bool test(int function, const Context& ctx) override;
    std::string_view text(int function, const Context& ctx, std::string& scratch) override;
    std::string target(int function, const Context& ctx) override;
    std::optional<SaidAnswer> error_answer(int function, const Failure& failure, std::string_view request_id,
                                           const Context& ctx) override;
    AnswerChange change(int function, const AnswerFacts& answer, const Context& ctx) override;
    RequestChange change(int function, const RequestFacts& request, const Context& ctx) override;

    bool test(int function, const Facts& facts);
    std::string_view text(int function, const Facts& facts, std::string& scratch);
    std::optional<SaidAnswer> error_answer(int function, const Failure& failure, std::string_view request_id,
                                           const Facts& facts);
    AnswerChange change(int function, const AnswerFacts& answer, const Facts& facts);
    RequestChange change(int function, const RequestFacts& request, const Facts& facts);

private:
    static void open_request(lua_State* state, void* self);
    static int plain_field(lua_State* state);
    static int named_field(lua_State* state);
    static const Facts& facts_of(lua_State* state);
    void call(int function, const Facts& facts);  // leaves one result on the stack
    // The function and `arguments` are on the stack; the request comes last. `results` are left there.
    void run(int function, int arguments, int results, const Facts& facts);
    [[noreturn]] void fail(int function, const std::string& what);

    Reader reader_;
    const Facts* facts_ = nullptr;  // of the call under way
    int request_ = 0;               // the request's userdata, in the registry
};

}  // namespace tollgate::config
