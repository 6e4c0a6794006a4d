// core/manual.cpp - the words of tollgate(1).
#include "manual.h"

#include "commands/surroundings.h"
#include "config/manual_page.h"

namespace tollgate::commands {

namespace {

// With the settings of the plugins beside the program: those it is shipped with.
std::string routes_page() {
    plugins::Catalogue catalogue;
    for (const std::string& problem : catalogue.load_folder(plugins::Catalogue::default_folder(), true))
        complain(problem);
    return config::manual_page(catalogue);
}

}  // namespace

command_line::Manual manual() {
    return {R"(
`tollgate serve` stands between clients and the services they want: it finds out who asks, how much they may, which
service is meant and which of its targets works, and says so in logs, metrics and a dashboard. What it does is written
in Lua, in one file (tollgate-routes.lua(5)); who wants it to do more writes a plugin.

The other commands look at a configuration before it serves (`check`, `routes`, `explain`, `diff`), ask a running
gateway by its admin listener (`reload`, `upstreams`, `logs`, `top` ...), or work on its database (`keys`, `migrate`).
Results go to stdout, the rest to stderr.
)",
            {{"routes.lua", "the configuration, where no other file is named; else scripts/routes.lua"},
             {"/etc/tollgate/routes.lua", "the configuration of the service that the Debian package installs"},
             {"../lib/tollgate/plugins/*.so", "the plugins, from the folder of the program"},
             {"/usr/share/doc/tollgate", "the whole documentation"}},
            {{"DEBUG", "1: the log says more"}, {"NO_COLOR", "no colours on terminals"}},
            {"tollgate-routes.lua(5)", "loadtester(1)", "systemctl(1)"}};
}

std::vector<command_line::Page> manual_pages() {
    return {{"routes.lua", "tollgate-routes.lua", 5, "the words of a configuration", routes_page}};
}

}  // namespace tollgate::commands
