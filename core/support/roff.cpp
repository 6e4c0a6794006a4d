// core/support/roff.cpp - writing man(7).
#include "support/roff.h"

#include "support/version.h"

#include <sys/stat.h>

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <ctime>

namespace tollgate {

namespace {

std::string upper(std::string_view text) {
    std::string out{text};
    for (char& letter : out) letter = char(std::toupper(static_cast<unsigned char>(letter)));
    return out;
}

std::string date_of_build() {
    std::time_t time = 0;
    struct stat file {};
    if (const char* const epoch = std::getenv("SOURCE_DATE_EPOCH")) time = std::atoll(epoch);
    else if (::stat("/proc/self/exe", &file) == 0) time = file.st_mtime;
    std::tm utc{};
    ::gmtime_r(&time, &utc);
    char text[16];
    return {text, std::strftime(text, sizeof text, "%Y-%m-%d", &utc)};
}

}  // namespace

Roff::Roff(std::string_view title, int section) {
    page_ = ".TH " + upper(title) + ' ' + std::to_string(section) + " \"" + date_of_build() + "\" \"tollgate " +
            version() + "\"\n.ad l\n.nh\n";
}

std::string Roff::plain(std::string_view text) {
    std::string out;
    for (const char letter : text) {
        switch (letter) {
            case '\\': out += "\\e"; break;
            // Else typeset as hyphens and quotes that no shell takes when they are copied.
            case '-': out += "\\-"; break;
            case '\'': out += "\\(aq"; break;
            case '`': out += "\\(ga"; break;
            case '^': out += "\\(ha"; break;
            case '~': out += "\\(ti"; break;
            default: out += letter;
        }
    }
    return out;
}

std::string Roff::marked(std::string_view text) {
    std::string out;
    while (true) {
        const std::size_t open = text.find('`'), close = open == text.npos ? open : text.find('`', open + 1);
        if (close == text.npos) return out + plain(text);
        out += plain(text.substr(0, open)) + bold(text.substr(open + 1, close - open - 1));
        text.remove_prefix(close + 1);
    }
}

void Roff::line(std::string_view text) {
    if (text.starts_with('.') || text.starts_with('\'')) page_ += "\\&";
    page_.append(text).append("\n");
    headed_ = false;
}

void Roff::name(std::string_view name, std::string_view what_for) {
    section("NAME");
    line(plain(name) + " \\- " + plain(what_for));
}

void Roff::section(std::string_view heading) {
    page_ += ".SH " + plain(heading) + '\n';
    headed_ = true;
}

void Roff::subsection(std::string_view heading) {
    page_ += ".SS " + plain(heading) + '\n';
    headed_ = true;
}

void Roff::begin_paragraph() {
    if (!headed_) page_ += ".PP\n";
}

void Roff::paragraph(std::string_view text) {
    while (text.starts_with('\n')) text.remove_prefix(1);
    while (text.ends_with('\n')) text.remove_suffix(1);
    for (std::size_t end = 0; !text.empty(); text.remove_prefix(std::min(end + 2, text.size()))) {
        end = std::min(text.find("\n\n"), text.size());
        begin_paragraph();
        std::string one{text.substr(0, end)};
        std::replace(one.begin(), one.end(), '\n', ' ');
        line(marked(one));
    }
}

void Roff::term(std::string_view bold_text, std::string_view italic_text, std::string_view text) {
    std::string marked = bold_text.empty() ? "" : bold(bold_text);
    if (!italic_text.empty()) marked += (marked.empty() ? "" : " ") + italics(italic_text);
    terms(marked, text);
}

void Roff::terms(std::string_view already_marked, std::string_view text) {
    page_ += ".TP\n";
    line(already_marked);
    line(marked(text));
}

void Roff::verbatim(std::string_view text) {
    begin_paragraph();
    page_ += ".RS 4\n.nf\n";
    for (std::size_t end = 0; !text.empty(); text.remove_prefix(std::min(end + 1, text.size()))) {
        end = std::min(text.find('\n'), text.size());
        line(plain(text.substr(0, end)));
    }
    page_ += ".fi\n.RE\n";
}

void Roff::synopsis(std::string_view program, std::string_view already_marked) {
    begin_paragraph();
    line(bold(program) + (already_marked.empty() ? "" : " ") + std::string{already_marked});
}

}  // namespace tollgate
