// core/support/roff.h - Roff: a page for man(1), in the man(7) macros that groff and mandoc both read.
#pragma once

#include <string>
#include <string_view>

namespace tollgate {

class Roff {
public:
    // Dated by SOURCE_DATE_EPOCH where packages are built, else by when this program was.
    Roff(std::string_view title, int section);

    void name(std::string_view name, std::string_view what_for);
    void section(std::string_view heading);
    void subsection(std::string_view heading);
    // Plain text, paragraphs with blank lines between them; what stands in `backticks` is emphasised.
    void paragraph(std::string_view text);
    // A term in bold with what is to be put in its place in italics, and what it means.
    void term(std::string_view bold, std::string_view italics, std::string_view text);
    void terms(std::string_view already_marked, std::string_view text);
    // As it is, line by line.
    void verbatim(std::string_view text);
    void synopsis(std::string_view program, std::string_view already_marked);

    std::string text() const { return page_; }

    // What means nothing to roff any more.
    static std::string plain(std::string_view text);
    static std::string bold(std::string_view text) { return "\\fB" + plain(text) + "\\fR"; }
    static std::string italics(std::string_view text) { return "\\fI" + plain(text) + "\\fR"; }
    // Backticks made bold.
    static std::string marked(std::string_view text);

private:
    void begin_paragraph();
    void line(std::string_view text);

    std::string page_;
    bool headed_ = false;  // a heading was the last: the next paragraph is its
};

}  // namespace tollgate
