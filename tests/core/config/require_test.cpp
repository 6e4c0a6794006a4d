// tests/core/config/require_test.cpp - files beside routes.lua: read once, run in every VM, never from outside.
#include "config/reader.h"

#include "config/lua_script.h"
#include "core/config/fake_plugins.h"
#include "support/failure.h"

#include <boost/test/unit_test.hpp>

#include <sys/stat.h>
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>

using namespace tollgate;
using namespace tollgate::config;

namespace fs = std::filesystem;

namespace {

const std::string any_port = "listen \"127.0.0.1:0\"\n";

// A folder with files in it, one of which is routes.lua.
struct Folder : test::Workshop {
    fs::path write(const fs::path& name, const std::string& text) {
        fs::create_directories((folder() / name).parent_path());
        std::ofstream{folder() / name, std::ios::binary} << text;
        return folder() / name;
    }
    std::shared_ptr<Snapshot> loaded(const std::string& routes) {
        const auto result = load_text(routes);
        for (const auto& problem : result.problems) BOOST_ERROR(problem.text());
        BOOST_REQUIRE(result.snapshot);
        return result.snapshot;
    }
    Source source(const std::string& routes) {
        return {write("routes.lua", routes), [](const char*) -> const char* { return nullptr; }};
    }
    std::vector<Place> functions(Source& source) {
        Reader reader{source, catalogue()};
        BOOST_TEST(reader.run());
        return reader.functions();
    }
};

class NoFacts final : public Facts {
public:
    std::string_view plain(Plain) const override { return ""; }
    std::string_view named(Named, std::string_view, std::string&) const override { return ""; }
};

std::string text_of(LuaScript& script, int function) {
    std::string scratch;
    return std::string{script.text(function, NoFacts{}, scratch)};
}

std::string failure_of(LuaScript& script, int function) {
    try {
        text_of(script, function);
    } catch (const Failure& failure) {
        BOOST_TEST(failure.reason == "script_failed");
        return failure.detail;
    }
    return "no failure";
}

}  // namespace

BOOST_AUTO_TEST_SUITE(config_require)

BOOST_AUTO_TEST_CASE(a_required_file_declares_and_returns) {
    Folder folder;
    folder.write("tiers.lua", "tier 'free' { rate = 60 / minute }\nreturn { patience = 2 * seconds }\n");
    folder.write("shared/services.lua",
                 "local tiers = require 'tiers'\n"
                 "return upstream 'orders' { targets = { '127.0.0.1:9001' }, timeout = tiers.patience }\n");
    const auto snapshot = folder.loaded(any_port +
                                        "local orders = require 'shared.services'\n"
                                        "route 'GET /' { upstream = orders }");
    BOOST_TEST(snapshot->tiers.at("free").where_ == "tiers.lua:1");
    BOOST_TEST(snapshot->upstreams.at(0)->where == "shared/services.lua:2");
    BOOST_CHECK((snapshot->upstreams.at(0)->timeout == std::chrono::seconds{2}));
    BOOST_TEST(snapshot->routes.at(0).upstream == snapshot->upstreams[0].get());
    BOOST_TEST(snapshot->routes.at(0).where == "routes.lua:3");
}

BOOST_AUTO_TEST_CASE(a_file_runs_once_and_gives_the_same_value_to_all) {
    Folder folder;
    folder.write("tiers.lua", "tier 'free' { rate = 60 / minute }\nreturn {}\n");
    folder.write("nothing.lua", "");
    folder.loaded(any_port +
                  "assert(require 'tiers' == require 'tiers')\nassert(require 'nothing' == true)\n"
                  "assert(require 'nothing' == true)\nassert(select('#', require 'tiers') == 1)");
    fs::create_symlink("tiers.lua", folder.folder() / "same.lua");
    folder.loaded(any_port + "assert(require 'tiers' == require 'same', 'one file by two names')");
}

BOOST_AUTO_TEST_CASE(its_environment_is_the_one_of_routes) {
    Folder folder;
    folder.write("limits.lua", "limits { body = 10 * megabytes }\ncounter = 1\nio.open('x')");
    BOOST_TEST(folder.problems_of(any_port + "require 'limits'") ==
               "limits.lua:2: assignment to the global \"counter\"; write: local counter\n"
               "limits.lua:3: unknown word \"io\"; loaded plugins: auth, balancer, cache, logging, probe, ratelimit");
}

BOOST_AUTO_TEST_CASE(relative_paths_begin_at_the_folder_of_routes) {
    Folder folder;
    folder.write("keys", "");
    folder.write("deep/er/members.lua", "return auth { file = 'keys' }");
    folder.loaded(any_port + "route 'GET /' { answer = 'ok', plugins = { require 'deep.er.members' } }");
    BOOST_TEST(folder.seen().at(0).texts.at("file") == (folder.folder() / "keys").string());
    BOOST_TEST(folder.seen().at(0).where == "deep/er/members.lua:1");
}

BOOST_AUTO_TEST_CASE(functions_of_required_files_run_in_every_vm_and_fail_with_their_line) {
    Folder folder;
    folder.write("rules.lua",
                 "local calls = 0\nreturn {\n  count = function() calls = calls + 1 return calls end,\n"
                 "  fail = function(request)\n    return request.headers.x.y.z\n  end,\n}");
    auto source = folder.source(any_port +
                                "local rules = require 'rules'\n"
                                "route 'GET /a' { answer = 'a', when = rules.count }\n"
                                "route 'GET /b' { answer = 'b', when = rules.fail }");
    const auto functions = folder.functions(source);
    BOOST_CHECK((functions == std::vector<Place>{{1, 3}, {1, 4}}));
    LuaScript one{source, folder.catalogue(), functions}, two{source, folder.catalogue(), functions};
    BOOST_TEST(text_of(one, 1) == "1");
    BOOST_TEST(text_of(one, 1) == "2");
    BOOST_TEST(text_of(two, 1) == "1", "another VM has its own locals");
    BOOST_TEST(failure_of(one, 2) == "rules.lua:5: attempt to index field 'y' (a nil value)");
    BOOST_TEST(failure_of(two, 2) == failure_of(one, 2));
}

BOOST_AUTO_TEST_CASE(requests_require_nothing) {
    Folder folder;
    folder.write("rules.lua", "return 1");
    auto source =
        folder.source(any_port + "route 'GET /' { answer = 'a', when = function() return require 'rules' end }");
    LuaScript script{source, folder.catalogue(), folder.functions(source)};
    BOOST_TEST(failure_of(script, 1) == "routes.lua:2: \"require\" has no meaning while requests are served");
}

BOOST_AUTO_TEST_CASE(all_vms_see_the_text_that_was_read_first) {
    Folder folder;
    const auto rules = folder.write("rules.lua", "return function() return 'old' end");
    auto source = folder.source(any_port + "route 'GET /' { answer = 'a', when = require 'rules' }");
    const auto functions = folder.functions(source);
    folder.write("rules.lua", "return function() return 'new' end");
    LuaScript changed{source, folder.catalogue(), functions};
    fs::remove(rules);
    fs::remove(folder.folder() / "routes.lua");
    LuaScript deleted{source, folder.catalogue(), functions};
    BOOST_TEST(text_of(changed, 1) == "old");
    BOOST_TEST(text_of(deleted, 1) == "old");
}

BOOST_AUTO_TEST_CASE(nothing_outside_of_the_folder_is_read) {
    Folder folder, outside;
    const auto secret = outside.write("secret.lua", "return 'secret'");
    outside.write("more/secret.lua", "return 'secret'");
    fs::create_symlink(secret, folder.folder() / "link.lua");
    fs::create_directory_symlink(outside.folder() / "more", folder.folder() / "more");
    BOOST_TEST(folder.problems_of(any_port + "require 'link'") ==
               "routes.lua:2: require: \"link.lua\" lies outside of the folder of routes.lua");
    BOOST_TEST(folder.problems_of(any_port + "require 'more.secret'") ==
               "routes.lua:2: require: \"more/secret.lua\" lies outside of the folder of routes.lua");
    fs::create_symlink("/dev/zero", folder.folder() / "zero.lua");
    BOOST_TEST(folder.problems_of(any_port + "require 'zero'") ==
               "routes.lua:2: require: \"zero.lua\" is no file that can be read as text");
    for (const std::string name : {"", ".", "..", "a..b", ".a", "a.", "../a", "a/b", "/etc/passwd", "a\\0b", "a b"})
        BOOST_TEST(folder.problems_of(any_port + "require '" + name + "'")
                       .starts_with("routes.lua:2: require: expected a file below this one's folder"),
                   name);
    // A folder that begins like ours is not ours.
    const fs::path neighbour = folder.folder().string() + "-other";
    fs::create_directory(neighbour);
    std::ofstream{neighbour / "n.lua"} << "return 1";
    fs::create_symlink(neighbour / "n.lua", folder.folder() / "n.lua");
    BOOST_TEST(folder.problems_of(any_port + "require 'n'") ==
               "routes.lua:2: require: \"n.lua\" lies outside of the folder of routes.lua");
    fs::remove_all(neighbour);
}

BOOST_AUTO_TEST_CASE(links_within_the_folder_are_followed) {
    Folder folder;  // as Kubernetes mounts a ConfigMap
    folder.write("..2026_11_21/tiers.lua", "tier 'free' { rate = 60 / minute }");
    fs::create_directory_symlink("..2026_11_21", folder.folder() / "..data");
    fs::create_symlink("..data/tiers.lua", folder.folder() / "tiers.lua");
    BOOST_TEST(folder.loaded(any_port + "require 'tiers'")->tiers.at("free").where_ == "tiers.lua:1");
}

BOOST_AUTO_TEST_CASE(what_is_no_text_is_refused) {
    Folder folder;
    fs::create_directory(folder.folder() / "folder.lua");
    BOOST_TEST(folder.problems_of(any_port + "require 'folder'") ==
               "routes.lua:2: require: \"folder.lua\" is no file that can be read as text");
    BOOST_REQUIRE(::mkfifo((folder.folder() / "pipe.lua").c_str(), 0600) == 0);
    BOOST_TEST(folder.problems_of(any_port + "require 'pipe'") ==
               "routes.lua:2: require: \"pipe.lua\" is no file that can be read as text");
    folder.write("binary.lua", std::string("return 1\0", 9));
    BOOST_TEST(folder.problems_of(any_port + "require 'binary'") ==
               "routes.lua:2: require: \"binary.lua\" expected Lua's source text, got binary data");
    fs::create_symlink("self.lua", folder.folder() / "self.lua");
    BOOST_TEST(
        folder.problems_of(any_port + "require 'self'").starts_with("routes.lua:2: require: \"self.lua\" cannot be"));
}

BOOST_AUTO_TEST_CASE(all_files_together_have_a_bound) {
    Folder folder;
    const auto huge = folder.write("huge.lua", "return 1");
    fs::resize_file(huge, 65 << 20);
    BOOST_TEST(folder.problems_of(any_port + "require 'huge'") ==
               "routes.lua:2: require: \"huge.lua\" expected files of at most 64 megabytes together");
    const std::string comment = "--" + std::string(22 << 20, 'x') + "\nreturn 1\n";
    for (const char* name : {"a.lua", "b.lua", "c.lua"}) folder.write(name, comment);
    BOOST_TEST(folder.problems_of(any_port + "require 'a'\nrequire 'b'\nrequire 'c'") ==
               "routes.lua:4: require: \"c.lua\" expected files of at most 64 megabytes together");
}

BOOST_AUTO_TEST_CASE(files_that_require_each_other_are_told_how) {
    Folder folder;
    folder.write("a.lua", "return require 'b'");
    folder.write("b.lua", "local a = require 'a'\nreturn a");
    BOOST_TEST(folder.problems_of(any_port + "require 'a'") ==
               "b.lua:1: require: files that require each other: a.lua, b.lua, a.lua");
    folder.write("c.lua", "local main = require 'routes'");
    BOOST_TEST(folder.problems_of(any_port + "require 'c'") ==
               "c.lua:1: require: files that require each other: routes.lua, c.lua, routes.lua");
    BOOST_TEST(folder.problems_of(any_port + "local me = require 'routes'") ==
               "routes.lua:2: require: files that require each other: routes.lua, routes.lua");
    for (int i = 0; i < 40; ++i)
        folder.write("f" + std::to_string(i) + ".lua", "local deeper = require 'f" + std::to_string(i + 1) + "'");
    BOOST_TEST(folder.problems_of(any_port + "require 'f0'") ==
               "f31.lua:1: require: files require each other more than 32 deep");
}

BOOST_AUTO_TEST_CASE(a_file_that_failed_is_no_circle_afterwards) {
    Folder folder;
    folder.write("failing.lua", "error 'not today'");
    folder.write("mid.lua", "local ok, what = pcall(require, 'failing')\nassert(not ok)\nreturn what");
    BOOST_TEST(folder.problems_of(any_port +
                                  "local what = require 'mid'\nassert(what == 'failing.lua:1: not today', what)\n"
                                  "require 'failing'") == "failing.lua:1: not today");
}

BOOST_AUTO_TEST_CASE(the_bounds_hold_for_all_files_together) {
    Folder folder;
    folder.write("endless.lua", "\nwhile true do end");
    const auto endless = folder.problems_of(any_port + "pcall(require, 'endless')");
    BOOST_TEST(endless == "endless.lua:2: did not end within 100000000 instructions; does a loop run forever?");
    folder.write("bomb.lua", "local t = {}\nlocal s = ('x'):rep(1e6)\nwhile true do t[#t + 1] = s .. #t end");
    BOOST_TEST(folder.problems_of(any_port + "require 'bomb'") == "bomb.lua:3: uses more than 256 megabytes of memory");
}

BOOST_AUTO_TEST_CASE(mistakes_come_file_by_file) {
    Folder folder;
    folder.write("a.lua", "tier 'a' { rate = 1 }\nrequire 'b'");
    folder.write("b.lua", "tier 'b' { rate = 1 }");
    BOOST_TEST(folder.problems_of(any_port + "require 'a'\ntier 'c' { rate = 1 }") ==
               "routes.lua:3: tier \"c\": rate: expected a rate (60 / minute) of more than 0, got 1\n"
               "a.lua:1: tier \"a\": rate: expected a rate (60 / minute) of more than 0, got 1\n"
               "b.lua:1: tier \"b\": rate: expected a rate (60 / minute) of more than 0, got 1");
}

BOOST_AUTO_TEST_CASE(all_files_are_listed_also_those_that_are_missing) {
    Folder folder;
    folder.write("tiers.lua", "tier 'free' { rate = 60 / minute }");
    auto result = folder.load_text(any_port + "require 'tiers' require 'tiers' require 'missing'");
    BOOST_TEST(!result.snapshot);
    const auto& at = folder.folder();
    BOOST_CHECK((result.files == std::vector<fs::path>{at / "routes.lua", at / "tiers.lua", at / "missing.lua"}));
    result = folder.load_text(any_port + "require 'tiers'");
    BOOST_REQUIRE(result.snapshot);
    BOOST_CHECK((result.snapshot->files == std::vector<fs::path>{at / "routes.lua", at / "tiers.lua"}));
}

BOOST_AUTO_TEST_CASE(a_file_that_ends_by_returning_a_declaration_keeps_its_line) {
    Folder folder;
    folder.write("b.lua", "local x = 1\n\nreturn ratelimit {\n  rat = 1,\n}");
    folder.write("a.lua", "local b = require 'b' return ratelimit {\n  rat = 1 }");
    folder.write("c.lua", "return ratelimit { rat = 1 }\n\n");
    const std::string wrong = ": ratelimit: unknown setting \"rat\"; did you mean \"rate\"?";
    BOOST_TEST(folder.problems_of(any_port + "require 'a'\nrequire 'c'") ==
               "a.lua:1" + wrong + "\nb.lua:3" + wrong + "\nc.lua:1" + wrong);
    folder.write("d.lua", "return upstream(7)");
    BOOST_TEST(folder.problems_of(any_port + "require 'd'") ==
               "d.lua:1: upstream: expected a name (upstream \"name\" { ... }), got 7");
    // Where Lua forgets the line, the file is still told.
    folder.write("e.lua", "if true then return ratelimit { rat = 1 } end");
    BOOST_TEST(folder.problems_of(any_port + "\nrequire 'e'") == "e.lua" + wrong);
}

BOOST_AUTO_TEST_CASE(whatever_a_file_ends_with_it_means_what_it_says) {
    Folder folder;
    const std::pair<const char*, const char*> files[] = {{"return 7", "7"},
                                                         {"return 7;", "7"},
                                                         {"return", "true"},
                                                         {"local a, b = 7", "true"},
                                                         {"return (7) -- seven", "7"},
                                                         {"return 7, 8", "7"},
                                                         {"local x = 1 x = 7", "true"},
                                                         {"do return 7 end", "7"},
                                                         {"--[[ all ]]", "true"},
                                                         {"return false", "false"},
                                                         {"return nil", "true"},
                                                         {"", "true"}};
    for (const auto& [text, value] : files) {
        folder.write("a.lua", text);
        BOOST_TEST(folder.problems_of(any_port + "assert(tostring(require 'a') == '" + value + "')") == "", text);
    }
    folder.write("a.lua", "return 7 +");
    BOOST_TEST(folder.problems_of(any_port + "require 'a'") == "a.lua:1: syntax error: unexpected symbol near '<eof>'");
    folder.write("a.lua", "local a, b =");
    BOOST_TEST(folder.problems_of(any_port + "require 'a'") == "a.lua:1: syntax error: unexpected symbol near '<eof>'");
}

BOOST_AUTO_TEST_CASE(long_names_keep_their_lines) {
    Folder folder;
    const std::string name(60, 'n');
    folder.write(name + "/" + name + ".lua", "\nreturn function(request) return request.no end");
    auto source =
        folder.source(any_port + "route 'GET /' { answer = 'a', when = require '" + name + "." + name + "' }");
    LuaScript script{source, folder.catalogue(), folder.functions(source)};
    BOOST_TEST(failure_of(script, 1).starts_with(name + "/" + name + ".lua:2: a request has no \"no\""));
}

BOOST_AUTO_TEST_SUITE_END()
