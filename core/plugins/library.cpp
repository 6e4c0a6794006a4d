// core/plugins/library.cpp - opening a plugin's shared library and judging its descriptor.
#include "plugins/library.h"

#include "support/text.h"

#include <dlfcn.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <set>
#include <string_view>
#include <system_error>

namespace tollgate::plugins {

namespace {

// Sizes of ABI 1.0, the oldest that loads. A plugin's may lie between these and ours, never outside.
constexpr std::uint32_t first_descriptor_size = 64;
constexpr std::uint32_t first_field_size = 72;
static_assert(sizeof(void*) != 8 || (sizeof(Descriptor) >= first_descriptor_size && sizeof(Field) >= first_field_size));
static_assert(std::is_trivially_copyable_v<Descriptor> && std::is_trivially_copyable_v<Field>);

constexpr std::array<std::string_view, 13> type_names{"boolean", "integer", "number", "text",  "duration", "size",
                                                      "rate",    "choice",  "value",  "texts", "path", "tables", "values"};

constexpr std::array<std::string_view, 22> lua_words{
    "and", "break", "do",  "else", "elseif", "end",    "false",  "for",  "function", "goto",  "if",
    "in",  "local", "nil", "not",  "or",     "repeat", "return", "then", "true",     "until", "while"};

bool is_lua_word(std::string_view name) {
    return std::find(lua_words.begin(), lua_words.end(), name) != lua_words.end();
}

std::string_view text_of(const char* text) { return text ? std::string_view{text} : std::string_view{}; }

std::string abi_problem(const Descriptor& theirs) {
    const std::uint32_t abi = theirs.abi;
    if (abi >> 16 == plugin_abi >> 16 && (abi & 0xFFFF) <= (plugin_abi & 0xFFFF)) return {};
    const bool newer = abi > plugin_abi;
    return "built for plugin ABI " + abi_text(abi) + ", this gateway has " + abi_text(plugin_abi) +
           (newer ? "; rebuild it against this gateway's headers, or upgrade the gateway" : "; rebuild it");
}

std::string size_problem(const Descriptor& theirs) {
    const auto sane = [](std::uint32_t size, std::size_t first, std::size_t ours) {
        return size >= first && size <= ours;
    };
    if (sane(theirs.size, first_descriptor_size, sizeof(Descriptor)) &&
        sane(theirs.field_size, first_field_size, sizeof(Field)) && theirs.field_size % alignof(Field) == 0)
        return {};
    return "its descriptor is damaged: a size of " + std::to_string(theirs.size) + " and fields of " +
           std::to_string(theirs.field_size) + " bytes; rebuild it";
}

std::string field_problem(const Field& field, std::set<std::string_view>& seen) {
    const std::string_view name = text_of(field.name);
    if (!text::is_word(name)) return "setting " + text::quote(name) + ": expected a name like \"max_size\"";
    const std::string prefix = "setting " + text::quote(name) + ": ";
    if (!seen.insert(name).second) return prefix + "declared twice";
    if (std::size_t(field.type) >= type_names.size())
        return prefix + "type " + std::to_string(std::uint32_t(field.type)) + " is unknown to this gateway";
    if (text_of(field.doc).empty()) return prefix + "has no doc";
    if (field.required && field.fallback) return prefix + "is required and has a default";
    if (field.min > field.max) return prefix + "its min is above its max";
    if (field.type == Type::choice && field.choices.empty()) return prefix + "is a choice of nothing";
    if ((field.type == Type::texts || field.type == Type::tables) && field.environment)
        return prefix + "a list cannot come from the environment";
    return {};
}

std::string content_problem(const Library& library) {
    const Descriptor& plugin = library.descriptor;
    const std::string_view build = text_of(plugin.build);
    if (build != build_stamp)
        return "built as \"" + text::printable(build) + "\", this gateway as \"" + build_stamp +
               "\"; rebuild it to match";
    const std::string_view name = text_of(plugin.name);
    if (!text::is_word(name))
        return "its name is " + text::quote(name) + ": expected lower case letters, digits and _, a letter first";
    if (is_lua_word(name)) return "its name " + text::quote(name) + " is a word of Lua";
    if (!plugin.create) return "plugin " + text::quote(name) + " has no create";
    std::set<std::string_view> seen;
    for (const Field& field : library.fields)
        if (std::string problem = field_problem(field, seen); !problem.empty())
            return "plugin " + text::quote(name) + ": " + problem;
    return {};
}

// Copies what the plugin's headers knew; the rest keeps the default of ours.
std::shared_ptr<Library> copy(const Descriptor& theirs) {
    auto library = std::make_shared<Library>();
    std::memcpy(static_cast<void*>(&library->descriptor), &theirs, theirs.size);
    const auto& fields = library->descriptor.fields;
    const auto* first = reinterpret_cast<const char*>(fields.data());
    library->fields.resize(fields.size());
    for (std::size_t i = 0; i < fields.size(); ++i)
        std::memcpy(static_cast<void*>(&library->fields[i]), first + i * theirs.field_size, theirs.field_size);
    library->descriptor.fields = library->fields;
    if (!library->descriptor.summary) library->descriptor.summary = "";
    return library;
}

std::string last_dl_error(const std::string& file) {
    const char* error = ::dlerror();
    std::string text = error ? error : "unknown reason";
    // dlerror() begins with the file already, most of the time.
    if (text.starts_with(file + ": ")) text.erase(0, file.size() + 2);
    return text;
}

}  // namespace

std::string abi_text(std::uint32_t abi) { return std::to_string(abi >> 16) + '.' + std::to_string(abi & 0xFFFF); }

std::string_view type_name(Type type) noexcept {
    return std::size_t(type) < type_names.size() ? type_names[std::size_t(type)] : "unknown";
}

Opened adopt(const Descriptor* descriptor, const std::string& file) {
    const auto refused = [&](const std::string& problem) { return Opened{nullptr, file + ": " + problem}; };
    if (!descriptor) return refused("tollgate_plugin() returned nothing");
    for (const auto check : {abi_problem, size_problem})
        if (const std::string problem = check(*descriptor); !problem.empty()) return refused(problem);
    std::shared_ptr<const Library> library = copy(*descriptor);
    if (const std::string problem = content_problem(*library); !problem.empty()) return refused(problem);
    return {std::move(library), {}};
}

Opened open_library(const std::filesystem::path& file) {
    // dlopen() would look for a bare name in the system's folders.
    std::error_code error;
    const std::string path = std::filesystem::absolute(file, error).string();
    const std::string shown = file.string();
    const auto refused = [&](const std::string& problem) { return Opened{nullptr, shown + ": " + problem}; };
    if (error) return refused(error.message());

    void* const handle = ::dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
    if (!handle) {
        const std::string reason = last_dl_error(path);
        const bool symbol = reason.find("undefined symbol") != std::string::npos;
        return refused("cannot be loaded: " + reason + (symbol ? "; built against another gateway? rebuild it" : ""));
    }
    void* const entry = ::dlsym(handle, "tollgate_plugin");
    if (!entry) return refused("is no plugin of Tollgate: " + last_dl_error(path));
    try {
        return adopt(reinterpret_cast<const Descriptor* (*)()>(entry)(), shown);
    } catch (const std::exception& thrown) {
        return refused(std::string{"tollgate_plugin() threw: "} + thrown.what());
    }
}

}  // namespace tollgate::plugins
