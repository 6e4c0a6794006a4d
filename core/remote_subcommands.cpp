// core/remote_subcommands.cpp - the options of what asks a running gateway.
#include "subcommands.h"

#include "admin/upgrade_wait.h"

#include <CLI/CLI.hpp>

#include <string>

namespace tollgate::commands {

namespace {

void of_gateway(const Subcommands& to, CLI::App* sub) {
    sub->add_option("--admin", to.options.admin, "the running gateway's admin address; default 127.0.0.1:9180")
        ->type_name("ADDR");
    sub->add_option("--token", to.options.token,
                    "the token it asks for, if it does; better in TOLLGATE_ADMIN_TOKEN, where `ps` does not "
                    "show it")
        ->type_name("TOKEN")
        ->envname("TOLLGATE_ADMIN_TOKEN");
}

void add_watching(const Subcommands& to) {
    CLI::App* const logs = to.add("logs", "Show the last requests of a running gateway, and follow those to come",
                                  commands::logs);
    of_gateway(to, logs);
    logs->add_flag("-f,--follow", to.options.follow, "go on with requests as they end");
    logs->add_option("-n,--lines", to.options.lines, "so many of the last ones; default 10")
        ->type_name("N")
        ->check(CLI::Range(0, 100'000));
    logs->add_option("--source", to.options.source,
                     "who is asked without -f; default the database, if requests are there")
        ->type_name("memory|database");
    logs->add_flag("--json", to.options.json, "as JSON, a line for each");
    constexpr const char* filters[][3] = {
        {"status", "CODE", "of this status (429), class (5xx) or range (400-499)"},
        {"method", "METHOD", "of this method"},
        {"path", "PATH", "whose paths begin so"},
        {"route", "ROUTE", "that took this route, as it is written"},
        {"upstream", "UPSTREAM", "that went to this upstream"},
        {"key", "ID", "of the caller with this id"},
        {"owner", "NAME", "of this owner's keys"},
        {"tier", "TIER", "of this tier"},
        {"ip", "IP", "of this client"},
        {"request_id", "ID", "the one with this id"},
        {"since", "TIME", "that began then or later: 2026-11-21T09:00:00Z, or 15m ago"},
        {"until", "TIME", "that began before, likewise"}};
    for (const auto& [name, type, help] : filters)
        logs->add_option("--" + (std::string{name} == "request_id" ? "request-id" : std::string{name}),
                         to.options.filters[name], std::string{"only requests "} + help)
            ->type_name(type);
    CLI::App* const top = to.add("top", "Watch the figures of a running gateway", commands::top);
    of_gateway(to, top);
    top->add_flag("--once", to.options.once, "show those of one second, and end");
    top->add_flag("--json", to.options.json, "as JSON, a line for each second");
}

}  // namespace

void add_remote_commands(const Subcommands& to) {
    of_gateway(to, to.add("reload", "Have a running gateway read its configuration again", commands::reload));
    CLI::App* const health =
        to.add("health", "Say whether a running gateway serves: exit code 0, else 1", commands::health);
    of_gateway(to, health);
    health->add_flag("--ready", to.options.ready, "whether requests should be sent to it");
    CLI::App* const upgrade =
        to.add("upgrade", "Have a running gateway replaced by the program that stands at its path now",
               commands::upgrade);
    of_gateway(to, upgrade);
    upgrade
        ->add_option("--wait", to.options.wait,
                     "seconds in which the new process must serve; default " +
                         std::to_string(admin::usual_upgrade_wait.count()))
        ->type_name("SECONDS")
        ->check(CLI::Range(1, int(admin::longest_upgrade_wait.count())));
    CLI::App* const upstreams =
        to.add("upstreams", "Show which targets of a running gateway are in, and why others are not",
               commands::upstreams);
    of_gateway(to, upstreams);
    upstreams->add_flag("--json", to.options.json, "as JSON");
    const auto of_target = [&](CLI::App* sub) {
        of_gateway(to, sub);
        sub->add_option("upstream", to.options.upstream, "its name")->required()->type_name("UPSTREAM");
        sub->add_option("target", to.options.target, "the target's address, as in routes.lua")
            ->required()
            ->type_name("TARGET");
    };
    of_target(to.add("drain", "Send no new requests to a target; those under way may end", commands::drain));
    of_target(to.add("undrain", "Send requests to a drained target again", commands::undrain));

    const Subcommands keys{*to.app.get_subcommand("keys"), to.options, to.chosen};
    CLI::App* const usage =
        keys.add("usage", "Show what a key's caller was answered by a running gateway", commands::key_usage);
    of_gateway(to, usage);
    usage->add_option("id", to.options.keys.id, "the key's id")->required();
    usage->add_flag("--json", to.options.json, "as JSON");

    add_watching(to);

    CLI::App* const plugin = to.app.add_subcommand("plugin", "Give a command to a plugin of a running gateway");
    of_gateway(to, plugin);
    plugin->add_option("name", to.options.plugin, "the plugin")->required()->type_name("PLUGIN");
    // The words are the plugin's: --options among them are not ours to know, once the name has been said.
    plugin->positionals_at_end(false)->prefix_command();
    plugin->callback([&options = to.options, &chosen = to.chosen, plugin] {
        options.words = plugin->remaining();
        if (options.words.empty()) throw CLI::RequiredError("WORDS: the plugin's command");
        chosen = commands::plugin;
    });
}

}  // namespace tollgate::commands
