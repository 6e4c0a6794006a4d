// core/config/reader.cpp - runs routes.lua in its environment; words.cpp has the words, require.cpp the
// files it may name, item_reader.cpp their tables.
#include "config/reader.h"

#include "config/sandbox.h"
#include "plugins/catalogue.h"
#include "support/text.h"

#include <lua.hpp>

#include <algorithm>

namespace tollgate::config {

namespace {

// Room for tens of thousands of routes made in loops.
constexpr Bounds reading_bounds{.memory = 256u << 20,
                                .instructions = 100'000'000,
                                .time = std::chrono::seconds{20},
                                .interval = 1000,
                                .block = 16u << 20};
// Mistakes are kept outside of the VM's memory; nobody reads more of them.
constexpr std::size_t most_problems = 1000;
constexpr const char* reader_key = "tollgate.reader";
}  // namespace

Reader::Reader(Source& source, plugins::Catalogue& catalogue)
    : source_{&source}, catalogue_{catalogue}, lua_{source.files(), reading_bounds} {
    lua_State* state = lua_.state();
    lua_pushlightuserdata(state, this);
    lua_setfield(state, LUA_REGISTRYINDEX, reader_key);
    const auto error = lua_.protect([](lua_State* s, void* self) { static_cast<Reader*>(self)->open(s); }, this);
    if (error) throw std::runtime_error{"lua: " + error->what};
}

Reader::~Reader() = default;

Reader& Reader::of(lua_State* state) {
    lua_getfield(state, LUA_REGISTRYINDEX, reader_key);
    auto* self = static_cast<Reader*>(lua_touserdata(state, -1));
    lua_pop(state, 1);
    return *self;
}

// Scripts see an empty table: reads fall through to the names, and from there to unknown_word(); writes to
// assignment().
void Reader::open(lua_State* state) {
    open_objects(state, &Reader::call);
    for (const char* key : {functions_key, required_key}) {
        lua_newtable(state);
        lua_setfield(state, LUA_REGISTRYINDEX, key);
    }

    lua_getfield(state, LUA_REGISTRYINDEX, environment_key);
    add_units_and_values(state);
    for (int i = 0; i < int(Word::use); ++i) {
        Object object;
        object.kind = Object::Kind::word;
        object.word = Word(i);
        push_object(state, object, word_name(object.word));
        lua_setfield(state, -2, word_name(object.word));
    }
    lua_newtable(state);
    lua_pushcfunction(state, guarded<&Reader::unknown_word>);
    lua_setfield(state, -2, "__index");
    lua_setmetatable(state, -2);

    lua_newtable(state);
    lua_newtable(state);
    lua_pushvalue(state, -3);
    lua_setfield(state, -2, "__index");
    lua_pushvalue(state, -3);
    lua_pushcclosure(state, guarded<&Reader::assignment>, 1);
    lua_setfield(state, -2, "__newindex");
    lua_setmetatable(state, -2);
    lua_setfield(state, LUA_REGISTRYINDEX, environment_key);
}

void Reader::add_problem(Place place, std::string what) {
    if (reading_ && problems_.size() >= most_problems) throw Complaint{"too many mistakes to go on reading"};
    problems_.push_back({place, std::move(what)});
}

bool Reader::run() {
    reading_ = true;
    auto error = lua_.compile(source_->text(0));
    const bool compiled = !error;
    if (compiled) error = lua_.call(0, 0);
    reading_ = false;
    if (error) add_problem(error->place, compiled ? error->what : "syntax error: " + error->what);
    for (const auto& declaration : declarations_)
        if (!declaration.complete)
            add_problem(declaration.place, std::string{word_name(declaration.word)} + ' ' +
                                               text::quote(declaration.name) + ": expected { ... } after the name");
    return !error;
}

std::optional<LuaError> Reader::evaluate(std::string_view expression, Item& result) {
    if (auto error = lua_.compile("return " + std::string{expression})) return error;
    reading_ = true;
    auto error = lua_.call(0, 1);
    reading_ = false;
    if (error) return error;
    struct Call {
        Reader& reader;
        Item& result;
    } call{*this, result};
    // The value stays on the stack of the caller; protect() begins with an empty one.
    lua_setfield(lua_.state(), LUA_REGISTRYINDEX, "tollgate.result");
    const auto problems = problems_.size();
    error = lua_.protect(
        [](lua_State* state, void* data) {
            lua_getfield(state, LUA_REGISTRYINDEX, "tollgate.result");
            auto& c = *static_cast<Call*>(data);
            c.result = c.reader.item_at(state, 1);
        },
        &call);
    if (!error && problems_.size() > problems) error = LuaError{{}, problems_.back().what};
    return error;
}

void Reader::keep_functions_only() {
    // Assigning {} would empty them and keep their room.
    std::vector<Declaration>{}.swap(declarations_);
    std::vector<DeclaredUse>{}.swap(uses_);
    std::vector<DeclaredSplit>{}.swap(splits_);
    std::vector<ReadingProblem>{}.swap(problems_);
    source_ = nullptr;  // it need not live as long as a served VM
    lua_State* state = lua_.state();
    lua_getfield(state, LUA_REGISTRYINDEX, functions_key);
    for (int number = 1; number <= int(functions_.size()); ++number) {
        lua_rawgeti(state, -1, number);
        references_.push_back(luaL_ref(state, LUA_REGISTRYINDEX));
    }
    lua_pop(state, 1);
    for (const char* key : {functions_key, required_key}) {
        lua_pushnil(state);
        lua_setfield(state, LUA_REGISTRYINDEX, key);
    }
    lua_.forget_garbage();
}

void Reader::push_function(int number) {
    lua_rawgeti(lua_.state(), LUA_REGISTRYINDEX, references_.at(std::size_t(number) - 1));
}

int Reader::unknown_word(lua_State* state) {
    Reader& reader = of(state);
    lua_settop(state, 2);
    const std::string name{text_at(state, 2)};
    if (const auto* entry = reader.catalogue_.find(name)) {
        Object object;
        object.kind = Object::Kind::word;
        object.word = Word::use;
        object.descriptor = entry->descriptor;
        push_object(state, object, name);
        lua_pushvalue(state, 2);
        lua_pushvalue(state, -2);
        lua_rawset(state, 1);
        return 1;
    }
    std::vector<std::string> words;
    for (lua_pushnil(state); lua_next(state, 1); lua_pop(state, 1)) words.emplace_back(text_at(state, -2));
    std::vector<std::string> loaded;
    for (const auto& entry : reader.catalogue_.all()) loaded.emplace_back(entry.descriptor->name);
    words.insert(words.end(), loaded.begin(), loaded.end());
    std::sort(words.begin(), words.end());
    std::string what = "unknown word " + text::quote(name);
    const auto guess = text::did_you_mean(name, words);
    what += !guess.empty()   ? guess
            : loaded.empty() ? "; no plugin is loaded"
                             : "; loaded plugins: " + text::join(loaded);
    if (!reader.reading_) throw Complaint{what};
    reader.add_problem(reader.lua_.place(), std::move(what));
    return push_mistake(state);
}

int Reader::assignment(lua_State* state) {
    Reader& reader = of(state);
    const bool named = lua_type(state, 2) == LUA_TSTRING;
    std::string what = "assignment to the global " + (named ? text::quote(text_at(state, 2)) : std::string{"table"});
    if (!reader.reading_) throw Complaint{what + "; functions keep nothing between requests"};
    if (named) {
        lua_pushvalue(state, 2);
        lua_rawget(state, lua_upvalueindex(1));
        const auto* object = object_at(state, -1);
        const bool word = object && object->kind == Object::Kind::word;
        lua_pop(state, 1);
        what += word ? "; that is a word of Tollgate, written without \"=\""
                     : "; write: local " + std::string{text_at(state, 2).substr(0, 80)};
        // Kept, so that the lines which use it are not reported as well; words keep their meaning.
        lua_pushvalue(state, 2);
        lua_pushvalue(state, 3);
        if (word)
            lua_pop(state, 2);
        else
            lua_rawset(state, lua_upvalueindex(1));
    }
    reader.add_problem(reader.lua_.place(), std::move(what));
    return 0;
}

}  // namespace tollgate::config
