// tests/core/config/fake_plugins.h - plugins for tests of the configuration: they take settings and do nothing.
#pragma once

#include <tollgate/plugin.h>

#include "config/builder.h"
#include "plugins/catalogue.h"

#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace tollgate::test {

// One use as its plugin's create() saw it.
struct Seen {
    std::string plugin, where;
    int ordinal = 0;
    std::map<std::string, std::string> texts;  // what the settings say, as text
    std::map<std::string, Value> values;
    bool knows_free = false, knows_none = false;  // the tiers "free" and ""
};

// Everything load() needs, with plugins called auth, balancer, cache, logging and ratelimit: their fields are close to
// those of the built-in ones, and `probe` has one field of each type.
class Workshop {
public:
    Workshop();
    ~Workshop();

    config::Loaded load(const std::filesystem::path& file);
    config::Loaded load_text(const std::string& text);  // as routes.lua in a folder of its own
    std::string problems_of(const std::string& text);   // one a line, "" if there are none
    config::Surroundings surroundings();

    const std::vector<Seen>& seen() const;  // by all creates since the Workshop was made
    std::map<std::string, std::string>& env() { return env_; }
    std::filesystem::path folder() const { return folder_; }
    plugins::Catalogue& catalogue() { return catalogue_; }
    std::size_t loops = 2;

private:
    plugins::Catalogue catalogue_;
    std::map<std::string, std::string> env_;
    std::filesystem::path folder_;
};

}  // namespace tollgate::test
