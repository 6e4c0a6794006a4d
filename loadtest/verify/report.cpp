// loadtest/verify/report.cpp - Findings for people: a row a limit, what went wrong when, what was not verified and why.
#include "loadtest/verify/findings.h"

#include "loadtest/exit_codes.h"
#include "loadtest/report_words.h"
#include "loadtest/text_page.h"
#include "loadtest/text_table.h"
#include "support/text.h"

#include <cmath>

namespace tollgate::loadtest::verify {

namespace {

std::string number(std::uint64_t value) { return std::to_string(value); }

std::string at(std::int64_t moment) {
    char text[32];
    const int size = std::snprintf(text, sizeof text, "%.3f s", static_cast<double>(moment) * 1e-9);
    return {text, static_cast<std::size_t>(size)};
}

std::string tenths(double requests) {
    char text[32];
    const int size = std::snprintf(text, sizeof text, "%.1f", requests);
    std::string shown{text, static_cast<std::size_t>(size)};
    if (shown.ends_with(".0")) shown.resize(shown.size() - 2);
    return shown;
}

std::string_view colour_of(const Finding& limit) {
    if (!limit.conforms()) return TextPage::red;
    return limit.unproven.empty() ? TextPage::green : TextPage::yellow;
}

std::string excess(const std::optional<Wrong>& wrong) {
    return wrong ? tenths(std::max(0.1, wrong->offence.by())) : "0";
}

void add_head(TextPage& page, const Findings& findings) {
    page.text(page.painted("loadtester " + shortened(findings.version, 20), TextPage::bold) + "   verify " +
              shortened(findings.file, 60) + "   " + shortened(findings.started, 30) + '\n');
    std::vector<std::string> urls;
    for (const std::string& url : findings.urls) urls.push_back(shortened(url, 60));
    page.text(text::join(urls) + '\n' + shown_seconds(findings.seconds) + ", to find what is wrong by " +
              show_percent(findings.precision, 1) + " or more\n\n");
}

void add_table(TextPage& page, const Findings& findings) {
    if (findings.limits.empty()) return;
    TextTable table{"llllrrrrrrrrl"};
    table.row({"verdict", "limit", "of", "tier", "identities", "sent", "admitted", "refused", "over", "under", "finds",
               "jain", "headers"}, TextPage::dim);
    for (const Finding& limit : findings.limits) {
        std::string routes = shortened(limit.routes.front(), 30);
        if (limit.routes.size() > 1) routes += " +" + number(limit.routes.size() - 1);
        char jain[16];
        std::snprintf(jain, sizeof jain, "%.4f", limit.jain);
        table.row({std::string{limit.verdict()}, limit.limit + ' ' + shortened(limit.by, 40), routes,
                   limit.tier.empty() ? "-" : shortened(limit.tier, 40), number(limit.identities.size()),
                   number(limit.sent), number(limit.admitted), number(limit.refused), excess(limit.over),
                   excess(limit.under), limit.seen_from < 1 ? show_percent(limit.seen_from, 1) : "-",
                   limit.identities.size() > 1 ? jain : "-",
                   limit.told ? limit.lies.empty() ? "true" : "LIES" : "-"}, colour_of(limit));
    }
    page.text(table.text("  ", page.colour()));
    page.text(
        page.painted("  over, under: requests beyond the bound, in the worst interval; finds: from which error on\n\n",
                     TextPage::dim));
}

void add_wrong(TextPage& page, const Finding& limit, const std::optional<Wrong>& wrong, bool over) {
    if (!wrong) return;
    const Offence& offence = wrong->offence;
    page.text(page.painted(over ? "  over " : "  under", TextPage::red) + "  " + limit.where + ' ' + limit.limit +
              ", " + shortened(wrong->identity, 40) + ": from " + at(offence.from) + " to " + at(offence.to) + ' ' +
              tenths(offence.admitted) +
              (over ? " were admitted, at most " : " were admitted before a refusal, at least ") +
              tenths(offence.bound) + (over ? " may be\n" : " had to be\n"));
}

void add_lies(TextPage& page, const Finding& limit) {
    for (const std::string& lie : limit.lies)
        page.text(page.painted("  lie  ", TextPage::red) + "  " + limit.where + ' ' + limit.limit + ", " + lie + '\n');
}

void add_disturbed(TextPage& page, const Finding& limit) {
    if (!limit.disturbed) return;
    const Disturbed& found = *limit.disturbed;
    page.text(page.painted("  apart", found.refused > 0 ? TextPage::red : TextPage::green) + "  " + limit.where + ' ' +
              limit.limit +
              ": while one asked for 10 times his limit, others below theirs were refused without a reason " +
              number(found.refused) + " of " + text::count(found.sent, "time") + "; their p99 was " +
              show(found.p99_before) + ", then " + show(found.p99_meanwhile) + '\n');
}

void add_details(TextPage& page, const Findings& findings) {
    for (const Finding& limit : findings.limits) {
        add_wrong(page, limit, limit.over, true);
        add_wrong(page, limit, limit.under, false);
        add_lies(page, limit);
        add_disturbed(page, limit);
        if (limit.conforms() && !limit.unproven.empty())
            page.text("  not verified  " + limit.where + ' ' + limit.limit + ": " + shortened(limit.unproven, 160) +
                      '\n');
        else if (!limit.notes.empty())
            page.text("  note  " + limit.where + ' ' + limit.limit + ": " + shortened(text::join(limit.notes), 160) +
                      '\n');
    }
    for (const NotVerified& one : findings.not_verified)
        page.text("  not verified  " + one.where + ' ' + shortened(one.what, 80) + ": " + shortened(one.why, 160) +
                  '\n');
}

}  // namespace

std::string text_of(const Findings& findings, bool colour) {
    TextPage page{colour};
    add_head(page, findings);
    add_table(page, findings);
    add_details(page, findings);
    const bool passed = findings.exit_code == exit_passed;
    std::string said{passed ? "CONFORMS" : word_of(findings.exit_code)};
    if (!passed) said += " (exit " + std::to_string(findings.exit_code) + ')';
    page.text('\n' + page.painted(said, passed ? TextPage::green : TextPage::red));
    if (!findings.verdict.empty()) page.text(": " + shortened(text::join(findings.verdict, "; "), 200));
    page.text("\n");
    return page.whole();
}

}  // namespace tollgate::loadtest::verify
