// core/commands/commands.h - what `tollgate` can be told on the command line, one function per subcommand.
//
// main.cpp parses (CLI11 ends there and in subcommands.h) and calls one of these; each returns the exit code: 0 done,
// 1 failed, 2 wrong usage or configuration. Results go to stdout, everything else to stderr.
#pragma once

#include "admin/upgrade_wait.h"

#include <cstddef>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace tollgate::commands {

inline constexpr int done = 0, failed = 1, wrong = 2;

struct Options {
    std::string file;  // "": ./routes.lua, else scripts/routes.lua
    std::vector<std::string> plugin_folders;
    std::size_t loops = 0;             // 0: one per core
    std::optional<std::string> admin;  // an address, or "off" for serve
    std::string token;                 // for the admin listener of a running gateway; "": none
    bool watch = false;                // `serve`: reload when a file changes
    std::filesystem::path pid_file;    // `serve`: names its process; "": none does
    std::string other_file;            // `diff`: the second
    bool exit_code = false;            // `diff`: 1 where they differ
    bool json = false;
    bool settings = false;
    std::string plugin;              // `plugin NAME`
    std::vector<std::string> words;  // and what follows
    std::string upstream, target;    // `drain UPSTREAM TARGET`
    std::map<std::string, std::string> filters;  // `logs --status 5xx`: as a query of /ws/live names them
    bool follow = false, once = false;           // `logs -f`, `top --once`
    std::string source;                          // `logs --source database`; "": as the gateway thinks best
    std::size_t lines = 10;                      // `logs -n`
    struct Explained {
        std::string method, url, client = "127.0.0.1", body, every = "0s";
        std::vector<std::string> headers;  // "Name: value"
        std::size_t times = 1;
    } explained;
    bool status = false;          // `migrate`: look only
    bool ready = false;           // `health`: whether requests should be sent there
    bool check_database = false;  // `check`: the database too
    struct Keys {
        std::string database;  // "": what routes.lua says
        std::string id;        // or the file of `keys import`
        std::optional<std::string> owner, name, tier, rate, expires;
        std::vector<std::string> scopes;
        std::optional<bool> active;
        std::string after, grace = "24h";
        std::size_t limit = 100'000;
    } keys;
    std::optional<std::filesystem::path> annotations;  // `words --annotations DIR`
    std::optional<std::filesystem::path> reference;    // `words --reference DIR`
    std::vector<std::string> tables;                   // `words --tables FILE`
    std::vector<std::string> arguments;  // all of them, the program's name first
    std::size_t wait = admin::usual_upgrade_wait.count();  // `upgrade`: seconds in which the new process must serve
};

int serve(const Options& options);
int check(const Options& options);
int routes(const Options& options);
int diff(const Options& options);
int plugins(const Options& options);
int explain(const Options& options);
int words(const Options& options);
int migrate(const Options& options);
int create_key(const Options& options);
int list_keys(const Options& options);
int show_key(const Options& options);
int update_key(const Options& options);
int revoke_key(const Options& options);
int rotate_key(const Options& options);
int import_keys(const Options& options);
int reload(const Options& options);  // asks a running gateway
int upgrade(const Options& options);  // the same, as do those that follow
int key_usage(const Options& options);
int health(const Options& options);
int plugin(const Options& options);
int upstreams(const Options& options);
int drain(const Options& options);
int undrain(const Options& options);
int logs(const Options& options);
int top(const Options& options);

}  // namespace tollgate::commands
