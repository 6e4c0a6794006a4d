// core/plugins/library.h - Library: one plugin's shared library, opened and checked; never closed.
//
// Never closed because a thread_local, a static or a coroutine of its code may outlive every instance, and dlclose()
// of such a library crashes later and elsewhere. A changed file therefore needs a restart, or another name.
#pragma once

#include <tollgate/plugin.h>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace tollgate::plugins {

// A descriptor as this gateway's headers lay it out, whatever (older) headers it was built with. Field has grown at
// its end in the meantime perhaps, so the plugin's fields lie `field_size` apart and not sizeof(Field): they are copied
// one by one, and what the plugin's headers did not have yet keeps its default. `abi` stays the plugin's own: doors
// that are newer than it must not be called.
struct Library {
    Descriptor descriptor;
    std::vector<Field> fields;  // what descriptor.fields spans
};

struct Opened {
    std::shared_ptr<const Library> library;  // null if there is a problem
    std::string problem;                     // "FILE: what is wrong", or ""
};

// Opens the file with every symbol resolved at once, and keeps its symbols to itself: two plugins with functions of the
// same name do not meet.
Opened open_library(const std::filesystem::path& file);

// Checks a descriptor, the ABI number before all else, and takes it over. `file` is for the text of a problem.
Opened adopt(const Descriptor* descriptor, const std::string& file);

// "1.0" for 0x0001'0000.
std::string abi_text(std::uint32_t abi);

// The word for a Field's type in texts: "duration".
std::string_view type_name(Type type) noexcept;

}  // namespace tollgate::plugins
