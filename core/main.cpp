// core/main.cpp - the program's command line: which subcommand with which options. Everything else is in core/commands.
#include <tollgate/plugin.h>

#include "command_line/shell_commands.h"
#include "commands/commands.h"
#include "commands/known_words.h"
#include "commands/manual.h"
#include "plugins/library.h"
#include "support/text.h"
#include "support/version.h"

#include <CLI/CLI.hpp>

#include <exception>
#include <functional>
#include <iostream>
#include <string>
#include <vector>

namespace {

namespace text = tollgate::text;
using tollgate::commands::Options;

class CommandLine {
public:
    CommandLine() {
        app_.require_subcommand(1);
        app_.set_version_flag("--version", std::string{"tollgate "} + tollgate::version() + " (plugin ABI " +
                                               tollgate::plugins::abi_text(tollgate::plugin_abi) + "; " +
                                               tollgate::build_stamp + ")");
        app_.footer("Exit codes: 0 done, 1 failed, 2 wrong usage or configuration.");
        local_commands();
        remote_commands();
        tollgate::command_line::add_shell_commands(
            app_, tollgate::commands::manual(), tollgate::commands::manual_pages(),
            [this](const auto& command) { chosen_ = [command](const Options&) { return command(); }; });
    }

    int run(int argc, char** argv) {
        if (const auto code = tollgate::command_line::answer_shell(app_, {argv + 1, argv + argc}, "",
                                                                   tollgate::commands::known_words))
            return *code;
        options_.arguments.assign(argv, argv + argc);
        try {
            app_.parse(argc, argv);
        } catch (const CLI::RequiredError& error) {
            return complain_of_command() ? tollgate::commands::wrong : exit_code(error);
        } catch (const CLI::ParseError& error) {
            return exit_code(error);
        }
        return chosen_(options_);
    }

private:
    // --help and --version are no mistakes; CLI11 has printed what there is to say.
    int exit_code(const CLI::ParseError& error) {
        return app_.exit(error) == 0 ? tollgate::commands::done : tollgate::commands::wrong;
    }

    // For a word that is no command CLI11 only says that one is required.
    bool complain_of_command() {
        const std::vector<std::string> words = app_.remaining();
        if (!app_.get_subcommands().empty() || words.empty()) return false;
        std::vector<std::string> known;
        for (const CLI::App* sub : app_.get_subcommands([](const CLI::App*) { return true; }))
            known.push_back(sub->get_name());
        std::cerr << "tollgate: unknown command " << text::quote(words[0]) << text::did_you_mean(words[0], known)
                  << "\nRun with --help for more information.\n";
        return true;
    }

    CLI::App* command(const char* name, const char* help, int (*function)(const Options&)) {
        CLI::App* const sub = app_.add_subcommand(name, help);
        sub->callback([this, function] { chosen_ = function; });
        return sub;
    }

    void file_and_plugins(CLI::App* sub) {
        sub->add_option("file", options_.file, "the configuration; default routes.lua, else scripts/routes.lua")
            ->type_name("FILE");
        plugin_folders(sub);
    }

    void plugin_folders(CLI::App* sub) {
        sub->add_option("--plugins", options_.plugin_folders, "also load the plugins of this folder; may be repeated")
            ->type_name("DIR")
            ->allow_extra_args(false);
    }

    void local_commands() {
        CLI::App* const serve = command("serve", "Serve a configuration", tollgate::commands::serve);
        file_and_plugins(serve);
        serve->add_option("--loops", options_.loops, "event loops; default one per core")
            ->type_name("N")
            ->check(CLI::Range(1, 1024));
        serve->add_option("--admin", options_.admin, "where operators ask; default 127.0.0.1:9180")
            ->type_name("ADDR|off");
        serve->add_flag("--watch", options_.watch, "reload when the configuration, or a file it requires, changes");

        serve->add_option("--pid-file", options_.pid_file, "write the process' number there, also after an upgrade")
            ->type_name("FILE");

        CLI::App* const check = command("check", "Find every mistake in a configuration", tollgate::commands::check);
        file_and_plugins(check);
        check->add_flag("--database", options_.check_database, "and whether its database answers and fits");
        CLI::App* const routes =
            command("routes", "Show the routes as they will be matched", tollgate::commands::routes);
        file_and_plugins(routes);
        routes->add_flag("--json", options_.json, "as JSON");

        explain();
        diff();
        keys();

        CLI::App* const plugins = command("plugins", "List the plugins that can be used", tollgate::commands::plugins);
        plugin_folders(plugins);
        plugins->add_flag("--settings", options_.settings, "with everything each can be told");
        plugins->add_flag("--json", options_.json, "as JSON, settings included");

        CLI::App* const words =
            command("words", "List what can be said in a configuration", tollgate::commands::words);
        plugin_folders(words);
        words->add_option("--annotations", options_.annotations, "write words.d.lua and plugins.d.lua for editors")
            ->type_name("DIR");
        words->add_option("--reference", options_.reference, "write words.md and plugins.md, the manual's lists, there")
            ->type_name("DIR");
        words->add_option("--tables", options_.tables, "write the tables of settings in this page anew")
            ->type_name("FILE")
            ->allow_extra_args(false);
    }

    // The file is an option here: what stands by itself is a key.
    CLI::App* of_database(CLI::App* sub) {
        sub->add_option("--file", options_.file, "the configuration; default routes.lua, else scripts/routes.lua")
            ->type_name("FILE");
        plugin_folders(sub);
        sub->add_option("--database", options_.keys.database, "another database than the one it names")
            ->type_name("URL");
        return sub;
    }

    CLI::App* key_command(CLI::App* keys, const char* name, const char* help, int (*function)(const Options&)) {
        CLI::App* const sub = of_database(keys->add_subcommand(name, help));
        sub->callback([this, function] { chosen_ = function; });
        sub->add_flag("--json", options_.json, "as JSON, a line for each");
        return sub;
    }

    void facts_of_key(CLI::App* sub) {
        auto& flags = options_.keys;
        sub->add_option("--owner", flags.owner, "whom it belongs to");
        sub->add_option("--name", flags.name, "what its owner calls it");
        sub->add_option("--tier", flags.tier, "a tier of the configuration, or - for none")->type_name("TIER");
        sub->add_option("--scope", flags.scopes, "what it may be used for; may be repeated; - for nothing")
            ->allow_extra_args(false);
        sub->add_option("--rate", flags.rate, "a limit of its own, 100/60s or \"100/60s burst 20\"; - for its tier's")
            ->type_name("COUNT/TIME");
        sub->add_option("--expires", flags.expires, "30d, 2027-01-31T12:00:00Z or never")->type_name("TIME");
    }

    void state_of_key(CLI::App* sub, const char* active, const char* revoked) {
        CLI::Option* const on = sub->add_flag_callback("--active", [this] { options_.keys.active = true; }, active);
        sub->add_flag_callback("--revoked", [this] { options_.keys.active = false; }, revoked)->excludes(on);
    }

    void keys() {
        CLI::App* const migrate =
            of_database(command("migrate", "Bring the database's schema up to date", tollgate::commands::migrate));
        migrate->add_flag("--status", options_.status, "only look; exit with 1 where steps are pending");

        auto& flags = options_.keys;
        CLI::App* const keys = app_.add_subcommand("keys", "Make, list, change and revoke API keys");
        keys->require_subcommand(1);
        facts_of_key(
            key_command(keys, "create", "Make a key, and show its secret this once", tollgate::commands::create_key));
        CLI::App* const list = key_command(keys, "list", "List keys by their ids", tollgate::commands::list_keys);
        list->add_option("--owner", flags.owner, "of this owner only");
        list->add_option("--tier", flags.tier, "of this tier only")->type_name("TIER");
        state_of_key(list, "only those that are let in", "only those that were revoked");
        list->add_option("--after", flags.after, "those after this id")->type_name("ID");
        list->add_option("--limit", flags.limit, "at most so many")->type_name("N");
        const auto with_id = [&](CLI::App* sub) {
            sub->add_option("id", flags.id, "the key's id")->required();
            return sub;
        };
        with_id(key_command(keys, "show", "Show one key", tollgate::commands::show_key));
        CLI::App* const update =
            with_id(key_command(keys, "update", "Change what is said of a key", tollgate::commands::update_key));
        facts_of_key(update);
        state_of_key(update, "let it in again", "let it in no more");
        with_id(key_command(keys, "revoke", "Let a key in no more", tollgate::commands::revoke_key));
        CLI::App* const rotate = with_id(key_command(keys, "rotate", "Give a key another secret, and show it this once",
                                                     tollgate::commands::rotate_key));
        rotate->add_option("--grace", flags.grace, "how long the secret before works as well; default 24h")
            ->type_name("TIME");
        CLI::App* const import = key_command(keys, "import", "Take over keys from elsewhere: lines of KEY OWNER [TIER]",
                                             tollgate::commands::import_keys);
        import->add_option("lines", flags.id, "the file with them, or - for stdin")->required()->type_name("FILE");
    }

    void diff() {
        CLI::App* const diff =
            command("diff", "Show what distinguishes two configurations, and what a reload would keep",
                    tollgate::commands::diff);
        diff->add_option("old", options_.file, "the configuration before")->required()->type_name("FILE");
        diff->add_option("new", options_.other_file, "the configuration after")->required()->type_name("FILE");
        plugin_folders(diff);
        diff->add_flag("--exit-code", options_.exit_code, "exit with 1 where they differ");
        diff->add_flag("--json", options_.json, "as JSON");
    }

    void explain() {
        auto& asked = options_.explained;
        CLI::App* const sub =
            command("explain", "Show what would become of a request, and why", tollgate::commands::explain);
        sub->add_option("method", asked.method, "its method")->required()->type_name("METHOD");
        sub->add_option("url", asked.url, "http://host/path?query, or the path alone")->required();
        file_and_plugins(sub);
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
        sub->add_flag("--json", options_.json, "as JSON, an object for each");
    }

    void remote_commands() {
        const auto admin = [this](CLI::App* sub) {
            sub->add_option("--admin", options_.admin, "the running gateway's admin address; default 127.0.0.1:9180")
                ->type_name("ADDR");
            sub->add_option("--token", options_.token,
                            "the token it asks for, if it does; better in TOLLGATE_ADMIN_TOKEN, where `ps` does not "
                            "show it")
                ->type_name("TOKEN")
                ->envname("TOLLGATE_ADMIN_TOKEN");
        };
        admin(command("reload", "Have a running gateway read its configuration again", tollgate::commands::reload));
        CLI::App* const health =
            command("health", "Say whether a running gateway serves: exit code 0, else 1", tollgate::commands::health);
        admin(health);
        health->add_flag("--ready", options_.ready, "whether requests should be sent to it");
        CLI::App* const upgrade =
            command("upgrade", "Have a running gateway replaced by the program that stands at its path now",
                    tollgate::commands::upgrade);
        admin(upgrade);
        upgrade->add_option("--wait", options_.wait, "seconds in which the new process must serve; default 60")
            ->type_name("SECONDS")
            ->check(CLI::Range(1, 240));
        CLI::App* const upstreams =
            command("upstreams", "Show which targets of a running gateway are in, and why others are not",
                    tollgate::commands::upstreams);
        admin(upstreams);
        upstreams->add_flag("--json", options_.json, "as JSON");
        const auto of_target = [&](CLI::App* sub) {
            admin(sub);
            sub->add_option("upstream", options_.upstream, "its name")->required()->type_name("UPSTREAM");
            sub->add_option("target", options_.target, "the target's address, as in routes.lua")
                ->required()
                ->type_name("TARGET");
        };
        of_target(
            command("drain", "Send no new requests to a target; those under way may end", tollgate::commands::drain));
        of_target(command("undrain", "Send requests to a drained target again", tollgate::commands::undrain));

        CLI::App* const usage = app_.get_subcommand("keys")->add_subcommand(
            "usage", "Show what a key's caller was answered by a running gateway");
        usage->callback([this] { chosen_ = tollgate::commands::key_usage; });
        admin(usage);
        usage->add_option("id", options_.keys.id, "the key's id")->required();
        usage->add_flag("--json", options_.json, "as JSON");

        watching(admin);

        CLI::App* const plugin = app_.add_subcommand("plugin", "Give a command to a plugin of a running gateway");
        admin(plugin);
        plugin->add_option("name", options_.plugin, "the plugin")->required()->type_name("PLUGIN");
        // The words are the plugin's: --options among them are not ours to know, once the name has been said.
        plugin->positionals_at_end(false)->prefix_command();
        plugin->callback([this, plugin] {
            options_.words = plugin->remaining();
            if (options_.words.empty()) throw CLI::RequiredError("WORDS: the plugin's command");
            chosen_ = tollgate::commands::plugin;
        });
    }

    void watching(const std::function<void(CLI::App*)>& admin) {
        CLI::App* const logs = command("logs", "Show the last requests of a running gateway, and follow those to come",
                                       tollgate::commands::logs);
        admin(logs);
        logs->add_flag("-f,--follow", options_.follow, "go on with requests as they end");
        logs->add_option("-n,--lines", options_.lines, "so many of the last ones; default 10")
            ->type_name("N")
            ->check(CLI::Range(0, 100'000));
        logs->add_option("--source", options_.source,
                         "who is asked without -f; default the database, if requests are there")
            ->type_name("memory|database");
        logs->add_flag("--json", options_.json, "as JSON, a line for each");
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
                             options_.filters[name], std::string{"only requests "} + help)
                ->type_name(type);
        CLI::App* const top = command("top", "Watch the figures of a running gateway", tollgate::commands::top);
        admin(top);
        top->add_flag("--once", options_.once, "show those of one second, and end");
        top->add_flag("--json", options_.json, "as JSON, a line for each second");
    }

    CLI::App app_{"Tollgate, an API gateway: Lua says what is wanted, plugins do it", "tollgate"};
    Options options_;
    std::function<int(const Options&)> chosen_;
};

}  // namespace

int main(int argc, char** argv) {
    try {
        return CommandLine{}.run(argc, argv);
    } catch (const std::exception& error) {
        std::cerr << "tollgate: " << error.what() << '\n';
        return tollgate::commands::failed;
    }
}
