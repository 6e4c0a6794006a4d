// tests/core/support/roff_test.cpp - what texts become in a man page.
#include "support/roff.h"

#include <boost/test/unit_test.hpp>

#include <string>

using tollgate::Roff;

namespace {

bool contains(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

}  // namespace

BOOST_AUTO_TEST_SUITE(support_roff)

BOOST_AUTO_TEST_CASE(what_means_something_to_roff_is_taken_from_it) {
    BOOST_TEST(Roff::plain(R"(a\b --x 'q' `t` ^~)") == R"(a\eb \-\-x \(aqq\(aq \(gat\(ga \(ha\(ti)");
    BOOST_TEST(Roff::marked("say `--x` or `y`, not `z") == R"(say \fB\-\-x\fR or \fBy\fR, not \(gaz)");
    Roff page{"one", 1};
    page.section("A");
    page.paragraph("\n.dots begin\n'this\n\nand that\n");
    page.verbatim(".x\n  y\n");
    BOOST_TEST(contains(page.text(), ".SH A\n\\&.dots begin \\(aqthis\n.PP\nand that\n"
                                     ".PP\n.RS 4\n.nf\n\\&.x\n  y\n.fi\n"));
}

BOOST_AUTO_TEST_SUITE_END()
