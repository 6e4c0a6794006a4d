// core/config/reader.h - Reader: runs routes.lua and collects what it declared, with the place of each declaration.
//
// What the declarations mean is not known here: see schema.h for plugin settings, assembly.h for the rest.
#pragma once

#include "config/item.h"
#include "config/lua.h"
#include "config/objects.h"
#include "config/place.h"
#include "config/source.h"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tollgate::plugins {
class Catalogue;
}

namespace tollgate::config {

struct Declaration {
    Word word;
    std::string name;  // of a tier, upstream or route
    Place place{};
    Item item{};
    bool complete = false;  // upstream "x" was followed by its { ... }
};

struct DeclaredUse {
    const Descriptor* descriptor;
    Place place;
    Item settings;
};

// What `split { ... }` was given.
struct DeclaredSplit {
    Place place;
    Item item;
};

struct ReadingProblem {
    Place place;
    std::string what;
};

// Of the registry, while the file is read: functions by number and the other way round; what required files returned.
inline constexpr const char* functions_key = "tollgate.functions";
inline constexpr const char* required_key = "tollgate.required";

class Reader {
public:
    // `source` must live until keep_functions_only() or the end of the Reader.
    Reader(Source& source, plugins::Catalogue& catalogue);
    ~Reader();

    // Runs the file. False if it ended early: what it would have declared is not known then.
    bool run();
    // Evaluates an expression of Lua with the words of routes.lua: a Field's fallback.
    std::optional<LuaError> evaluate(std::string_view expression, Item& result);

    const std::vector<Declaration>& declarations() const noexcept { return declarations_; }
    const std::vector<DeclaredUse>& uses() const noexcept { return uses_; }
    const std::vector<DeclaredSplit>& splits() const noexcept { return splits_; }
    const std::vector<ReadingProblem>& problems() const noexcept { return problems_; }
    void add_problem(Place place, std::string what);  // throws Complaint where the file being read makes too many
    // Where each function begins that a declaration holds; function n is at n - 1.
    const std::vector<Place>& functions() const noexcept { return functions_; }
    int last_line_of(int function) const { return last_lines_.at(std::size_t(function) - 1); }

    // Forgets all but the functions: what a VM needs to serve requests.
    void keep_functions_only();
    Lua& lua() noexcept { return lua_; }
    void push_function(int number);  // numbered from 1; once only functions are kept

private:
    static int call(lua_State* state);
    static int call_object(lua_State* state);
    static int unknown_word(lua_State* state);
    static int assignment(lua_State* state);
    static Reader& of(lua_State* state);

    void open(lua_State* state);
    int call_word(lua_State* state, const Object& word);
    int declare(lua_State* state, Word word);
    int start(lua_State* state, Word word, std::string_view name);
    int complete(lua_State* state, const Object& started);
    int use_plugin(lua_State* state, const Object& word);
    int load_plugin(lua_State* state);
    int read_env(lua_State* state);
    int require(lua_State* state);
    int push_required(lua_State* state);
    int keep_required(lua_State* state, int file);
    int make_value(lua_State* state, ValueKind kind);
    int make_expression(lua_State* state);
    int make_split(lua_State* state);

    Item item_at(lua_State* state, int index, int depth = 0);
    Item table_at(lua_State* state, int index, int depth);
    Item object_item(const Object& object);
    int number_of_function(lua_State* state, int index);

    std::string copied(std::string_view text);  // for an Item or a Declaration; throws Complaint where it is too much

    Source* source_;  // null once only functions are kept
    plugins::Catalogue& catalogue_;
    Lua lua_;
    std::vector<Declaration> declarations_;
    std::vector<DeclaredUse> uses_;
    std::vector<DeclaredSplit> splits_;
    std::vector<ReadingProblem> problems_;
    std::vector<Place> functions_;
    std::vector<int> last_lines_;  // of functions_
    std::vector<int> references_;
    std::size_t items_ = 0, copied_bytes_ = 0;
    bool reading_ = false;
};

}  // namespace tollgate::config
