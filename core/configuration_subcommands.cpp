// core/configuration_subcommands.cpp - the options of what serves a configuration, or tells of it.
#include "subcommands.h"

#include <CLI/CLI.hpp>

namespace tollgate::commands {

namespace {

void add_explain(const Subcommands& to) {
    auto& asked = to.options.explained;
    CLI::App* const sub = to.add("explain", "Show what would become of a request, and why", commands::explain);
    sub->add_option("method", asked.method, "its method")->required()->type_name("METHOD");
    sub->add_option("url", asked.url, "http://host/path?query, or the path alone")->required();
    to.file_and_plugins(sub);
    sub->add_option("-H,--header", asked.headers, "a header line; may be repeated")
        ->type_name("'NAME: VALUE'")
        ->allow_extra_args(false);
    sub->add_option("--client", asked.client, "who connects; default 127.0.0.1")->type_name("IP|unix:");
    sub->add_option("--body", asked.body, "what it carries")->type_name("TEXT");
    sub->add_option("--times", asked.times, "ask so often, one after the other")
        ->type_name("N")
        ->check(CLI::Range(1, 100000));
    sub->add_option("--every", asked.every, "the time between two of them: 100ms, 1s, 2m, 1h; default none")
        ->type_name("TIME");
    sub->add_flag("--json", to.options.json, "as JSON, an object for each");
}

void add_diff(const Subcommands& to) {
    CLI::App* const diff =
        to.add("diff", "Show what distinguishes two configurations, and what a reload would keep", commands::diff);
    diff->add_option("old", to.options.file, "the configuration before")->required()->type_name("FILE");
    diff->add_option("new", to.options.other_file, "the configuration after")->required()->type_name("FILE");
    to.plugin_folders(diff);
    diff->add_flag("--exit-code", to.options.exit_code, "exit with 1 where they differ");
    diff->add_flag("--json", to.options.json, "as JSON");
}

}  // namespace

void add_configuration_commands(const Subcommands& to) {
    CLI::App* const serve = to.add("serve", "Serve a configuration", commands::serve);
    to.file_and_plugins(serve);
    serve->add_option("--loops", to.options.loops, "event loops; default one per core")
        ->type_name("N")
        ->check(CLI::Range(1, 1024));
    serve->add_option("--admin", to.options.admin, "where operators ask; default 127.0.0.1:9180")
        ->type_name("ADDR|off");
    serve->add_flag("--watch", to.options.watch, "reload when the configuration, or a file it requires, changes");

    serve->add_option("--pid-file", to.options.pid_file, "write the process' number there, also after an upgrade")
        ->type_name("FILE");

    CLI::App* const check = to.add("check", "Find every mistake in a configuration", commands::check);
    to.file_and_plugins(check);
    check->add_flag("--database", to.options.check_database, "and whether its database answers and fits");
    CLI::App* const routes = to.add("routes", "Show the routes as they will be matched", commands::routes);
    to.file_and_plugins(routes);
    routes->add_flag("--json", to.options.json, "as JSON");

    add_explain(to);
    add_diff(to);
}

void add_word_commands(const Subcommands& to) {
    CLI::App* const plugins = to.add("plugins", "List the plugins that can be used", commands::plugins);
    to.plugin_folders(plugins);
    plugins->add_flag("--settings", to.options.settings, "with everything each can be told");
    plugins->add_flag("--json", to.options.json, "as JSON, settings included");

    CLI::App* const words = to.add("words", "List what can be said in a configuration", commands::words);
    to.plugin_folders(words);
    words->add_option("--annotations", to.options.annotations, "write words.d.lua and plugins.d.lua for editors")
        ->type_name("DIR");
    words->add_option("--reference", to.options.reference, "write words.md and plugins.md, the manual's lists, there")
        ->type_name("DIR");
    words->add_option("--tables", to.options.tables, "write the tables of settings in this page anew")
        ->type_name("FILE")
        ->allow_extra_args(false);
}

}  // namespace tollgate::commands
