// tests/core/command_line/complete_test.cpp - what is offered where the cursor is.
#include "command_line/complete.h"

#include <CLI/CLI.hpp>

#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

using namespace tollgate::command_line;
using Words = std::vector<std::string>;

namespace {

// prog serve [file] --loops N --watch -H LINE; prog keys create NAME; prog give PLUGIN WORDS...; prog run URL... -R N
struct Program {
    Program() {
        CLI::App* const serve = app.add_subcommand("serve", "Serve");
        serve->add_option("file", file, "what to serve")->type_name("FILE");
        serve->add_option("--loops", loops, "event loops")->type_name("N")->check(CLI::Range(1, 8));
        serve->add_option("--source", source, "which")->type_name("memory|database|ADDR");
        serve->add_option("--plugins", source, "where")->type_name("DIR");
        serve->add_flag("--watch", watch, "look");
        serve->add_option("-H,--header", many, "a line")->type_name("LINE")->allow_extra_args(false);
        CLI::App* const keys = app.add_subcommand("keys", "Keys");
        keys->require_subcommand(1);
        keys->add_subcommand("create", "Make one")->add_option("method", source, "of it")->type_name("METHOD");
        CLI::App* const give = app.add_subcommand("give", "Give words");
        give->add_option("plugin", source, "to whom")->required();
        give->positionals_at_end(false)->prefix_command();
        CLI::App* const run = app.add_subcommand("run", "Run");
        run->add_option("URL", many, "what to ask")->type_name("");
        run->add_option("-R,--rate", loops, "how often")->type_name("N");
        app.add_subcommand("secret", "Not for people")->group("");
    }
    Words offered(const Words& words, std::string_view implied = {}) {
        Words all;
        for (const Candidate& one : complete(describe(app), words, implied).candidates) all.push_back(one.word);
        return all;
    }
    Completion::Files files(const Words& words) { return complete(describe(app), words).files; }

    CLI::App app{"A program", "prog"};
    std::string file, source;
    Words many;
    int loops = 1;
    bool watch = false;
};

void check(const Words& got, const Words& wanted) {
    BOOST_CHECK_EQUAL_COLLECTIONS(got.begin(), got.end(), wanted.begin(), wanted.end());
}

}  // namespace

BOOST_AUTO_TEST_SUITE(command_line_complete)

BOOST_FIXTURE_TEST_CASE(commands_that_begin_so_are_offered_and_hidden_ones_are_not, Program) {
    check(offered({""}), {"serve", "keys", "give", "run"});
    check(offered({"s"}), {"serve"});
    check(offered({"keys", ""}), {"create"});
    check(offered({"nothing"}), {});
    check(offered({}), {});
}

BOOST_FIXTURE_TEST_CASE(options_of_the_command_are_offered_once_unless_they_may_be_repeated, Program) {
    check(offered({"serve", "--"}), {"--help", "--loops", "--source", "--plugins", "--watch", "--header"});
    check(offered({"serve", "--watch", "--loops", "3", "-H", "x", "--"}),
          {"--help", "--source", "--plugins", "--header"});
    check(offered({"serve", "-"}), {"-h", "--help", "--loops", "--source", "--plugins", "--watch", "-H", "--header"});
    check(offered({"--"}), {"--help"});
}

BOOST_FIXTURE_TEST_CASE(the_value_of_an_option_is_not_taken_for_a_command_or_an_option, Program) {
    check(offered({"serve", "--source", "--watch", "--w"}), {"--watch"});
    check(offered({"run", "-R", "5", "--r"}), {});
    check(offered({"run", "-R5", "--r"}), {"--rate"});
}

BOOST_FIXTURE_TEST_CASE(values_that_are_written_as_they_are_named_are_offered, Program) {
    check(offered({"serve", "--source", ""}), {"memory", "database"});
    check(offered({"serve", "--source", "d"}), {"database"});
    check(offered({"serve", "--source=m"}), {"--source=memory"});
    check(offered({"serve", "--loops", ""}), {});
    check(offered({"keys", "create", "P"}), {"POST", "PUT", "PATCH"});
}

BOOST_FIXTURE_TEST_CASE(what_the_program_knows_by_the_name_of_a_value_is_offered, Program) {
    const auto known = [](std::string_view kind) { return kind == "LINE" ? Words{"one", "other"} : Words{}; };
    const auto words = [&](const Words& said) {
        Words all;
        for (const Candidate& one : complete(describe(app), said, "", known).candidates) all.push_back(one.word);
        return all;
    };
    check(words({"serve", "-H", ""}), {"one", "other"});
    check(words({"serve", "--header=ot"}), {"--header=other"});
    check(words({"serve", "--loops", ""}), {});
}

BOOST_FIXTURE_TEST_CASE(files_and_folders_are_the_shells_to_offer, Program) {
    BOOST_CHECK(files({"serve", ""}) == Completion::Files::files);
    BOOST_CHECK(files({"serve", "--plugins", ""}) == Completion::Files::folders);
    BOOST_CHECK(files({"serve", "--plugins=x"}) == Completion::Files::folders);
    BOOST_CHECK(files({"serve", "--loops", ""}) == Completion::Files::none);
    BOOST_CHECK(files({"serve", "one.lua", "x"}) == Completion::Files::none);
}

BOOST_FIXTURE_TEST_CASE(behind_the_last_word_that_stands_by_itself_the_options_are_shown, Program) {
    check(offered({"serve", "one.lua", ""}),
          {"-h", "--help", "--loops", "--source", "--plugins", "--watch", "-H", "--header"});
    check(offered({"serve", "--", ""}), {});
    BOOST_CHECK(files({"serve", "--", "--watch"}) == Completion::Files::files);
}

BOOST_FIXTURE_TEST_CASE(words_that_are_somebody_elses_are_left_alone, Program) {
    check(offered({"give", "cache", "--"}), {});
    check(offered({"give", "cache", ""}), {});
    check(offered({"give", "--h"}), {"--help"});
}

BOOST_FIXTURE_TEST_CASE(a_command_that_may_be_left_out_is_there_all_the_same, Program) {
    check(offered({"--r"}, "run"), {"--rate"});
    check(offered({"-R", "5", "--h"}, "run"), {"--help"});
    check(offered({"http://x/", "--r"}, "run"), {"--rate"});
    check(offered({"-"}, "run"), {"-h", "--help", "-R", "--rate"});
    check(offered({"serve", "--w"}, "run"), {"--watch"});
}

BOOST_AUTO_TEST_CASE(scripts_are_told_a_line_each_and_what_files_they_shall_add) {
    BOOST_TEST(text_of({{{"--x", "what it is"}, {"y", ""}}, Completion::Files::folders}) ==
               "--x\twhat it is\ny\t\n:folders\n");
    BOOST_TEST(text_of({}) == ":words\n");
}

BOOST_AUTO_TEST_SUITE_END()
