// tests/scenarios/shells_test.cpp - completions and man pages of both programs, held against what --help says, by the
// shells and the readers of man pages themselves.
#include "support/child_process.h"
#include "support/gateway_process.h"
#include "support/temporary_folder.h"
#include "support/upstream_process.h"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <fstream>
#include <regex>
#include <string>
#include <vector>

using namespace tollgate;
namespace fs = std::filesystem;
using Words = std::vector<std::string>;

namespace {

std::string must(const Words& command) {
    const test::Finished finished = test::run(command);
    BOOST_REQUIRE_MESSAGE(finished.code == 0, command[0] + ": " + finished.out + finished.err);
    BOOST_TEST(finished.err == "", command[0] << " " << command[1]);
    return finished.out;
}

Words lines_of(const std::string& text) {
    Words lines;
    for (std::size_t begin = 0, end = 0; begin < text.size(); begin = end + 1) {
        end = std::min(text.find('\n', begin), text.size());
        lines.push_back(text.substr(begin, end - begin));
    }
    return lines;
}

// One command, as CLI11's own --help shows it: what these tests hold everything against.
struct Shown {
    Words path;     // {"keys", "create"}
    Words options;  // "-H", "--header"
    Words commands;
};

Shown shown(const std::string& program, const Words& path) {
    Words command{program};
    command.insert(command.end(), path.begin(), path.end());
    command.push_back("--help");
    Shown shown{path, {}, {}};
    static const std::regex option{"^  (-[-,A-Za-z0-9]+)( .*)?$"}, name{"^  ([a-z]+) .*$"}, one{"[^,]+"};
    bool commands = false;
    for (const std::string& line : lines_of(must(command))) {
        std::smatch found;
        if (!line.starts_with(' ')) commands = line == "Subcommands:";
        if (std::regex_match(line, found, option)) {
            const std::string names = found[1];
            for (std::sregex_iterator at{names.begin(), names.end(), one}, end; at != end; ++at)
                shown.options.push_back(at->str());
        } else if (commands && std::regex_match(line, found, name)) {
            shown.commands.push_back(found[1]);
        }
    }
    return shown;
}

std::vector<Shown> everything(const std::string& program) {
    std::vector<Shown> all{shown(program, {})};
    for (std::size_t i = 0; i < all.size(); ++i)
        for (const std::string& name : Words{all[i].commands}) {
            Words path = all[i].path;
            path.push_back(name);
            all.push_back(shown(program, path));
        }
    return all;
}

const Words programs{test::tollgate_program(), test::loadtester_program()};

std::string name_of(const std::string& program) { return std::filesystem::path{program}.filename(); }

// "PROGRAM keys create": where the cursor stands behind it.
std::string line_of(const std::string& program, const Shown& command) {
    std::string line = program;
    for (const std::string& word : command.path) line += ' ' + word;
    return line;
}

// Has a shell play what `text` says.
std::string play(const std::string& shell, const std::string& text) {
    const test::TemporaryFolder folder;
    std::ofstream{folder / "script"} << text;
    const Words quiet = shell == "bash"  ? Words{"--norc", "--noprofile"}
                        : shell == "zsh" ? Words{"-f"}
                                         : Words{"--no-config"};
    Words command{shell};
    command.insert(command.end(), quiet.begin(), quiet.end());
    command.push_back((folder / "script").string());
    return must(command);
}

// Asks a shell for what it would offer for each line, in one process. `preamble` defines `offer LINE WORD...`, which
// prints a candidate a line.
std::vector<Words> offered(const std::string& shell, const std::string& preamble, const Words& calls) {
    std::string script = preamble;
    for (const std::string& call : calls) script += "offer " + call + "\necho '====='\n";
    std::vector<Words> all(1);
    for (const std::string& line : lines_of(play(shell, script))) {
        if (line == "=====") all.emplace_back();
        else all.back().push_back(line);
    }
    all.pop_back();
    BOOST_REQUIRE(all.size() == calls.size());
    return all;
}

std::string preamble(const std::string& shell, const std::string& program) {
    const std::string script = must({program, "completion", shell}), function = "_" + name_of(program);
    if (shell == "bash")
        return script + R"(
            offer() {
                COMP_LINE=$1; COMP_POINT=${#1}; shift
                COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1))
                )" + function + R"(
                printf '%s\n' "${COMPREPLY[@]}"
            }
        )";
    if (shell == "fish")
        return script + "\nfunction offer\n    complete -C $argv[1] | string replace -r '\\t.*' ''\nend\n";
    // What zsh's completion system would do, reduced to saying what it was told.
    return R"(
            compdef() { :; }
            compset() { PREFIX=${PREFIX#--*=}; }
            _describe() { local one; for one in "${(@P)3}"; do print -r -- "${one%%:*}"; done }
            _files() { print -r -- "files $* $PREFIX"; }
        )" + script + R"(
            offer() { shift; words=("$@"); CURRENT=$#; PREFIX=${words[-1]}; )" + function + R"( }
        )";
}

// As the shell cuts it: for bash the line, and its words; fish cuts by itself.
std::string call(const std::string& line) {
    std::string words;
    static const std::regex blank{" "};
    for (std::sregex_token_iterator at{line.begin(), line.end(), blank, -1}, end; at != end; ++at)
        words += " '" + at->str() + "'";
    if (line.ends_with(' ')) words += " ''";
    return "'" + line + "'" + words;
}

void check_all_is_offered(const std::string& shell) {
    for (const std::string& program : programs) {
        const std::vector<Shown> all = everything(program);
        Words calls;
        for (const Shown& command : all) {
            calls.push_back(call(line_of(program, command) + " -"));
            calls.push_back(call(line_of(program, command) + " "));
        }
        const std::vector<Words> words = offered(shell, preamble(shell, program), calls);
        std::size_t seen = 0;
        const auto check = [&](const Words& there, const std::string& word, const Shown& command) {
            BOOST_TEST((std::find(there.begin(), there.end(), word) != there.end()),
                       shell << ": " << line_of(program, command) << ' ' << word);
            ++seen;
        };
        for (std::size_t i = 0; i < all.size(); ++i) {
            for (const std::string& option : all[i].options) check(words[2 * i], option, all[i]);
            for (const std::string& name : all[i].commands) check(words[2 * i + 1], name, all[i]);
        }
        BOOST_TEST(seen > 60U, program);
    }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(scenarios_shells)

BOOST_AUTO_TEST_CASE(bash_offers_every_command_and_every_option) { check_all_is_offered("bash"); }
BOOST_AUTO_TEST_CASE(fish_offers_every_command_and_every_option) { check_all_is_offered("fish"); }
BOOST_AUTO_TEST_CASE(zsh_offers_every_command_and_every_option) { check_all_is_offered("zsh"); }

BOOST_AUTO_TEST_CASE(bash_puts_together_what_it_has_cut_at_signs) {
    const test::TemporaryFolder folder;
    std::ofstream{folder / "a file.lua"} << "";
    const std::string program = test::tollgate_program(), path = (folder / "a").string();
    // As readline cuts these lines: = and : are words of their own.
    const std::vector<Words> words = offered("bash", preamble("bash", program),
        {"'" + program + " logs --source=' '" + program + "' logs --source =",
         "'" + program + " logs --source=d' '" + program + "' logs --source = d",
         "'" + program + "  logs   --source m' '" + program + "' logs --source m",
         "'" + program + " check " + path + "' '" + program + "' check '" + path + "'",
         "'" + program + " check --plugins=/us' '" + program + "' check --plugins = /us",
         "'" + program + " check \"" + path + " f' '" + program + "' check '\"" + path + " f'"});
    BOOST_TEST(words[0] == (Words{"memory", "database"}), boost::test_tools::per_element());
    BOOST_TEST(words[1] == Words{"database"}, boost::test_tools::per_element());
    BOOST_TEST(words[2] == Words{"memory"}, boost::test_tools::per_element());
    BOOST_TEST(words[3] == Words{path + " file.lua"}, boost::test_tools::per_element());
    BOOST_TEST(words[4] == Words{"/usr"}, boost::test_tools::per_element());
    BOOST_TEST(words[5] == Words{path + " file.lua"}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(files_are_offered_where_a_file_is_wanted) {
    const test::TemporaryFolder folder;
    std::ofstream{folder / "mine.lua"} << "";
    const std::string program = test::tollgate_program(), line = program + " check " + (folder / "mi").string();
    const Words file{(folder / "mine.lua").string()};
    BOOST_TEST(offered("fish", preamble("fish", program), {call(line)})[0] == file, boost::test_tools::per_element());
    BOOST_TEST(offered("zsh", preamble("zsh", program), {call(line)})[0] == Words{"files  " + (folder / "mi").string()},
               boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(names_of_the_configuration_at_hand_are_offered) {
    const test::TemporaryFolder folder;
    const std::string file = (folder / "mine.lua").string();
    std::ofstream{file} << R"(listen "127.0.0.1:0"
                              upstream "orders" { targets = { "127.0.0.1:9001", "127.0.0.1:9002" } }
                              upstream "search" { targets = { "127.0.0.1:9003" } }
                              tier "free" { rate = 1 / second }
                              tier "pro" { rate = 2 / second })";
    const auto offers = [&](const Words& words) {
        Words command{test::tollgate_program(), "__complete"};
        command.insert(command.end(), words.begin(), words.end());
        return must(command);
    };
    BOOST_TEST(offers({"keys", "create", "--file", file, "--tier", ""}) == "free\t\npro\t\n:words\n");
    BOOST_TEST(offers({"keys", "create", "--file", file, "--tier", "p"}) == "pro\t\n:words\n");
    BOOST_TEST(offers({"plugin", "rate"}) == "ratelimit\t\n:words\n");
    // `drain` has no --file: it asks a gateway. What stands in routes.lua here is what it most likely serves.
    fs::rename(file, folder / "routes.lua");
    const std::string script = "cd '" + folder.path().string() + "'\n" + preamble("bash", test::tollgate_program());
    const std::string program = test::tollgate_program(), line = program + " drain ";
    const std::vector<Words> words =
        offered("bash", script, {call(line), call(line + "orders 127"),
                                 "'" + line + "search 127.0.0.1:' '" + program + "' drain search 127.0.0.1 :"});
    BOOST_TEST(words[0] == (Words{"orders", "search"}), boost::test_tools::per_element());
    BOOST_TEST(words[1] == (Words{"127.0.0.1:9001", "127.0.0.1:9002"}), boost::test_tools::per_element());
    BOOST_TEST(words[2] == Words{"9003"}, boost::test_tools::per_element());
    // Mistakes are told by others.
    std::ofstream{folder / "routes.lua"} << "oops";
    BOOST_TEST(offered("bash", script, {call(line)})[0] == Words{""}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(an_unknown_shell_is_a_mistake) {
    const test::Finished said = test::run({test::tollgate_program(), "completion", "tcsh"});
    BOOST_TEST(said.code == 2);
    BOOST_TEST(said.err.find("tcsh") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(the_man_pages_have_every_command_and_every_option) {
    for (const std::string& program : programs) {
        const std::string page = must({program, "man"});
        for (const Shown& command : everything(program)) {
            const std::string heading =
                ".SS " + line_of(name_of(program), command) + (command.commands.empty() ? "\n" : " ...\n");
            const std::size_t begin = command.path.empty() ? page.find(".SH OPTIONS") : page.find(heading);
            BOOST_REQUIRE_MESSAGE(begin != page.npos, heading);
            const std::string part = page.substr(begin, page.find("\n.S", begin) - begin);
            for (std::string option : command.options) {
                if (!command.path.empty() && (option == "-h" || option == "--help")) continue;  // said once
                option = std::regex_replace(option, std::regex{"-"}, "\\-");
                BOOST_TEST(part.find("\\fB" + option + "\\fR") != part.npos, heading << ' ' << option);
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(the_page_of_routes_lua_has_every_word_and_every_setting) {
    const std::string page = must({test::tollgate_program(), "man", "routes.lua"});
    std::size_t seen = 0;
    static const std::regex setting{"^ *([a-z_0-9]+)  .*$"};
    for (const char* const list : {"words", "plugins"}) {
        Words command{test::tollgate_program(), list};
        if (command[1] == "plugins") command.push_back("--settings");
        for (const std::string& line : lines_of(must(command))) {
            std::smatch found;
            if (!std::regex_match(line, found, setting)) continue;
            const std::string name = found[1];
            const bool there = page.find("\n\\fB" + name + "\\fR\n") != page.npos ||
                               page.find("\n.SS " + name + "\n") != page.npos;
            BOOST_TEST(there, name);
            ++seen;
        }
    }
    BOOST_TEST(seen > 200U);
}

BOOST_AUTO_TEST_CASE(readers_of_man_pages_find_nothing_to_complain_of) {
    const test::TemporaryFolder folder;
    for (const std::string& program : programs) must({program, "man", "--folder", folder.path().string()});
    for (const char* const name : {"man1/tollgate.1", "man1/loadtester.1", "man5/tollgate-routes.lua.5"}) {
        const std::string file = (folder / name).string();
        BOOST_TEST(must({"mandoc", "-T", "lint", "-W", "warning", file}) == "", name);
        BOOST_TEST(must({"man", "--warnings", "-l", file}).size() > 5'000U, name);
    }
}

BOOST_AUTO_TEST_SUITE_END()
