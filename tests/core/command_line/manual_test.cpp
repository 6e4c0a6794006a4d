// tests/core/command_line/manual_test.cpp - a program's options as a man page.
#include "command_line/manual.h"

#include <CLI/CLI.hpp>

#include <boost/test/unit_test.hpp>

#include <string>

using namespace tollgate::command_line;

namespace {

bool contains(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

}  // namespace

BOOST_AUTO_TEST_SUITE(command_line_manual)

BOOST_AUTO_TEST_CASE(every_command_has_its_synopsis_and_its_options) {
    CLI::App app{"Does things", "prog"};
    app.footer("Try:\n  prog serve x\nExit codes: 0 done.");
    CLI::App* const serve = app.add_subcommand("serve", "Serve a file");
    std::string text;
    std::vector<std::string> many;
    int number = 0;
    serve->add_option("file", text, "what")->required()->type_name("FILE");
    serve->add_option("-n,--number", number, "so many")->type_name("N")->check(CLI::Range(1, 9))->envname("NUMBER");
    serve->add_option("url", many, "where")->type_name("");
    app.add_subcommand("secret", "Not for people")->group("");
    const Manual manual{"It `does`.", {{"/etc/x", "a file"}}, {{"DEBUG", "more"}}, {"other(1)"}};
    const std::string page = manual_of(describe(app), manual);

    BOOST_TEST(contains(page, ".SH NAME\nprog \\- Does things\n"));
    BOOST_TEST(contains(page, ".SH DESCRIPTION\nIt \\fBdoes\\fR.\n"));
    BOOST_TEST(contains(page, ".SS prog serve\n\\fBprog serve\\fR [\\fIoptions\\fR] \\fIfile\\fR [\\fIurl\\fR...]\n"
                              ".PP\nServe a file.\n.TP\n\\fIfile\\fR\nwhat; required\n"));
    BOOST_TEST(contains(page, ".TP\n\\fB\\-n\\fR, \\fB\\-\\-number\\fR \\fIN\\fR\n"
                              "so many; 1 \\- 9; else \\fBNUMBER\\fR\n"));
    BOOST_TEST(contains(page, ".SH EXAMPLES\n.RS 4\n.nf\nTry:\n  prog serve x\n.fi\n.RE\n"
                              ".SH EXIT STATUS\n0 done.\n"));
    BOOST_TEST(contains(page, ".SH ENVIRONMENT\n.TP\n\\fBDEBUG\\fR\nmore\n.TP\n\\fBNUMBER\\fR\nwhat \\-\\-number says\n"));
    BOOST_TEST(contains(page, ".SH FILES\n.TP\n\\fB/etc/x\\fR\na file\n.SH SEE ALSO\nother(1)\n"));
    BOOST_TEST(!contains(page, "secret"));
}

BOOST_AUTO_TEST_SUITE_END()
