// core/config/place.h - Place: a line of one of a configuration's files; Files: what these are called.
#pragma once

#include <string>
#include <vector>

namespace tollgate::config {

// In the order of the files as they were read, then of their lines.
struct Place {
    int file = 0;  // its number in Files
    int line = 0;  // 0: the file as a whole
    friend auto operator<=>(const Place&, const Place&) = default;
};

// The names of a configuration's files as messages have them: "routes.lua", "shared/tiers.lua". Grows while the first
// VM reads them; all other VMs meet the same files.
class Files {
public:
    explicit Files(std::string main) { add(std::move(main)); }

    int add(std::string name);  // gives its number
    std::size_t size() const noexcept { return names_.size(); }
    const std::string& name(int file) const { return names_.at(std::size_t(file)).whole; }
    // What Lua is told: it cuts long names, and then positions in its messages could not be told from text.
    const std::string& short_name(int file) const { return names_.at(std::size_t(file)).brief; }
    // "routes.lua:26", or "routes.lua" for the file as a whole.
    std::string text(Place place) const;
    // `place` as it is called in a message about `here`: "line 26" of the same file, "tiers.lua:26" of another.
    std::string seen_from(Place here, Place place) const;

private:
    struct Name {
        std::string whole, brief;
    };
    std::vector<Name> names_;
};

}  // namespace tollgate::config
