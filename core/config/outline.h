// core/config/outline.h - Outline: what a configuration declares, setting by setting as text: what diffs compare.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace tollgate::config {

class Reader;
class Source;
struct Item;

struct Outline {
    struct Setting {
        std::string name;
        std::string shown;   // as an operator would write it, cut where it is long, hidden where it is a secret
        std::size_t digest;  // of all of it
        bool operator==(const Setting& other) const { return name == other.name && digest == other.digest; }
    };
    // One use of a plugin.
    struct Use {
        std::string plugin, where;
        std::vector<Setting> settings;  // by name
    };
    // One thing that has a name: a route, an upstream, one target of it, a tier, an address to listen on.
    struct Part {
        std::string kind, name, where;  // `name` is "" where there is one of the kind
        std::vector<Setting> settings{};  // by name
        std::vector<int> uses{};          // of Outline::uses, in the order of the chain

        std::string what() const;  // `route "GET /"`
    };
    // Of the part that was declared as the `number`th of its kind: more than routes.lua says, such as "certificates".
    void add_to(std::string_view kind, std::size_t number, const std::string& name, const std::string& value);
    std::vector<Part> parts;  // in the order declared
    std::vector<Use> uses;
};

// Of a file that was read without a problem.
Outline outline_of(const Reader& reader, const Source& source);

}  // namespace tollgate::config
