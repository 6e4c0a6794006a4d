// core/key_subcommands.cpp - the options of what makes, shows and changes API keys.
#include "subcommands.h"

#include <CLI/CLI.hpp>

namespace tollgate::commands {

namespace {

// The file is an option here: what stands by itself is a key.
CLI::App* of_database(const Subcommands& to, CLI::App* sub) {
    sub->add_option("--file", to.options.file, "the configuration; default routes.lua, else scripts/routes.lua")
        ->type_name("FILE");
    to.plugin_folders(sub);
    sub->add_option("--database", to.options.keys.database, "another database than the one it names")
        ->type_name("URL");
    return sub;
}

CLI::App* key_command(const Subcommands& keys, const char* name, const char* help, int (*function)(const Options&)) {
    CLI::App* const sub = of_database(keys, keys.add(name, help, function));
    sub->add_flag("--json", keys.options.json, "as JSON, a line for each");
    return sub;
}

void facts_of_key(Options::Keys& flags, CLI::App* sub) {
    sub->add_option("--owner", flags.owner, "whom it belongs to");
    sub->add_option("--name", flags.name, "what its owner calls it");
    sub->add_option("--tier", flags.tier, "a tier of the configuration, or - for none")->type_name("TIER");
    sub->add_option("--scope", flags.scopes, "what it may be used for; may be repeated; - for nothing")
        ->allow_extra_args(false);
    sub->add_option("--rate", flags.rate, "a limit of its own, 100/60s or \"100/60s burst 20\"; - for its tier's")
        ->type_name("COUNT/TIME");
    sub->add_option("--expires", flags.expires, "30d, 2027-01-31T12:00:00Z or never")->type_name("TIME");
}

void state_of_key(Options::Keys& flags, CLI::App* sub, const char* active, const char* revoked) {
    CLI::Option* const on = sub->add_flag_callback("--active", [&flags] { flags.active = true; }, active);
    sub->add_flag_callback("--revoked", [&flags] { flags.active = false; }, revoked)->excludes(on);
}

}  // namespace

void add_key_commands(const Subcommands& to) {
    CLI::App* const migrate =
        of_database(to, to.add("migrate", "Bring the database's schema up to date", commands::migrate));
    migrate->add_flag("--status", to.options.status, "only look; exit with 1 where steps are pending");

    auto& flags = to.options.keys;
    CLI::App* const all = to.app.add_subcommand("keys", "Make, list, change and revoke API keys");
    all->require_subcommand(1);
    const Subcommands keys{*all, to.options, to.chosen};
    facts_of_key(flags, key_command(keys, "create", "Make a key, and show its secret this once", commands::create_key));
    CLI::App* const list = key_command(keys, "list", "List keys by their ids", commands::list_keys);
    list->add_option("--owner", flags.owner, "of this owner only");
    list->add_option("--tier", flags.tier, "of this tier only")->type_name("TIER");
    state_of_key(flags, list, "only those that are let in", "only those that were revoked");
    list->add_option("--after", flags.after, "those after this id")->type_name("ID");
    list->add_option("--limit", flags.limit, "at most so many")->type_name("N");
    const auto with_id = [&](CLI::App* sub) {
        sub->add_option("id", flags.id, "the key's id")->required();
        return sub;
    };
    with_id(key_command(keys, "show", "Show one key", commands::show_key));
    CLI::App* const update = with_id(key_command(keys, "update", "Change what is said of a key", commands::update_key));
    facts_of_key(flags, update);
    state_of_key(flags, update, "let it in again", "let it in no more");
    with_id(key_command(keys, "revoke", "Let a key in no more", commands::revoke_key));
    CLI::App* const rotate = with_id(key_command(keys, "rotate", "Give a key another secret, and show it this once",
                                                 commands::rotate_key));
    rotate->add_option("--grace", flags.grace, "how long the secret before works as well; default 24h")
        ->type_name("TIME");
    CLI::App* const import = key_command(keys, "import", "Take over keys from elsewhere: lines of KEY OWNER [TIER]",
                                         commands::import_keys);
    import->add_option("lines", flags.id, "the file with them, or - for stdin")->required()->type_name("FILE");
}

}  // namespace tollgate::commands
