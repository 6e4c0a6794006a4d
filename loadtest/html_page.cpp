// loadtest/html_page.cpp - the frame and the style of HTML reports.
#include "loadtest/html_page.h"

#include "support/digest.h"

#include <Poco/Base64Encoder.h>

#include <sstream>

namespace tollgate::loadtest {

namespace {

// Colours of statuses were chosen to be told apart by most who see colours otherwise, on white and on black.
constexpr std::string_view style = R"(
:root{color-scheme:light dark;--paper:#fbfbfa;--card:#fff;--ink:#1c2024;--soft:#667079;--rule:#e4e6e8;
--s1xx:#8a94a0;--s2xx:#2a9d7c;--s3xx:#4f86c6;--s4xx:#c98a1b;--s429:#8b6fc0;--s5xx:#d1495b;--sno:#5b6068;
--good:#1f7a5f;--bad:#b3293d}
@media(prefers-color-scheme:dark){:root{--paper:#15181b;--card:#1c2024;--ink:#e6e8ea;--soft:#98a2ac;--rule:#30363c;
--s1xx:#8a94a0;--s2xx:#46c4a0;--s3xx:#74a9e6;--s4xx:#e0ab4a;--s429:#b39ae3;--s5xx:#ef7183;--sno:#9aa1a9;
--good:#52cfa9;--bad:#f2798b}}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);font:15px/1.5 system-ui,sans-serif}
main{max-width:60rem;margin:0 auto;padding:2rem 1.25rem 4rem}
h1{font-size:1.35rem;font-weight:600;margin:0;overflow-wrap:anywhere}
h2{font-size:1rem;font-weight:600;margin:0 0 .75rem}
header p,footer,.note{color:var(--soft);margin:.25rem 0;overflow-wrap:anywhere}
footer{margin-top:2rem;font-size:.85rem}
section{background:var(--card);border:1px solid var(--rule);border-radius:10px;padding:1.1rem 1.25rem;margin:1rem 0}
.figures{display:grid;grid-template-columns:repeat(auto-fit,minmax(7.6rem,1fr));gap:.8rem;margin:1.25rem 0}
.figures div{background:var(--card);border:1px solid var(--rule);border-radius:10px;padding:.8rem 1rem}
.figures b{display:block;font-size:1.5rem;font-weight:600;font-variant-numeric:tabular-nums}
.figures span{color:var(--soft);font-size:.85rem}
.badge{display:inline-block;border-radius:99px;
padding:.15rem .8rem;font-weight:600;border:1.5px solid currentColor;margin:.75rem 0 .25rem}
.good{color:var(--good)}.bad{color:var(--bad)}
.scroll{overflow-x:auto}
table{border-collapse:collapse;width:100%;font-size:.9rem;font-variant-numeric:tabular-nums}
th,td{padding:.3rem .6rem;text-align:right;white-space:nowrap;border-bottom:1px solid var(--rule)}
th{color:var(--soft);font-weight:500}
th:first-child,td:first-child{text-align:left;padding-left:0}
th.text,td.text{text-align:left}
td:first-child,td.text{white-space:normal;overflow-wrap:anywhere;min-width:7rem}
tr:last-child td{border-bottom:0}
tr.code td:first-child{padding-left:1.2rem;color:var(--soft)}
tr.bad td{color:var(--bad)}
svg{display:block;width:100%;min-width:34rem;height:auto;font:12px system-ui,sans-serif}
svg .grid{stroke:var(--rule)}
svg text{fill:var(--soft)}
svg .line{fill:none;stroke-width:1.8;stroke-linejoin:round}
svg .area{stroke:none;fill-opacity:.8}
svg .hint{fill:transparent}
svg .hint:hover{fill:var(--ink);fill-opacity:.08}
svg .dashed{stroke-dasharray:4 4;stroke-width:1.3}
.legend{display:flex;flex-wrap:wrap;
gap:.3rem 1.1rem;color:var(--soft);font-size:.85rem;margin:.5rem 0 0;padding:0;list-style:none}
.legend i{display:inline-block;
width:.8rem;height:.8rem;border-radius:3px;margin-right:.4rem;vertical-align:-1px;background:currentColor}
)";

// A class for each status class: as a line, as an area, in a legend.
std::string status_styles() {
    std::string out;
    for (const char* name : {"s1xx", "s2xx", "s3xx", "s4xx", "s429", "s5xx", "sno"}) {
        const std::string one = name, colour = "var(--" + one + ")";
        out += "svg .line." + one + "{stroke:" + colour + "}svg .area." + one + "{fill:" + colour + "}.legend ." + one +
               "{color:" + colour + "}\n";
    }
    return out + "summary{cursor:pointer;font-weight:600}summary+*{margin-top:.75rem}\n"
                 "@media print{body{background:none}section,.figures div{break-inside:avoid}}\n";
}

std::string base64_of_digest(std::string_view text) {
    const Digest digest = sha256(text);
    std::ostringstream out;
    Poco::Base64Encoder encoder{out};
    encoder.write(reinterpret_cast<const char*>(digest.data()), static_cast<std::streamsize>(digest.size()));
    encoder.close();
    return out.str();
}

}  // namespace

HtmlTable::HtmlTable(std::vector<std::string> titles, std::size_t texts_from)
    : columns_{titles.size()}, texts_from_{texts_from} {
    text_ = "<thead><tr>";
    for (std::size_t i = 0; i < titles.size(); ++i)
        text_ += std::string{"<th"} + (i >= texts_from_ ? " class=\"text\">" : ">") + escaped(titles[i]) + "</th>";
    text_ += "</tr></thead><tbody>\n";
}

void HtmlTable::row(const std::vector<std::string>& cells, std::string_view row_style) {
    text_ += row_style.empty() ? "<tr>" : "<tr class=\"" + std::string{row_style} + "\">";
    for (std::size_t i = 0; i < columns_; ++i)
        text_ += std::string{"<td"} + (i >= texts_from_ ? " class=\"text\">" : ">") +
                 escaped(i < cells.size() ? cells[i] : "") + "</td>";
    text_ += "</tr>\n";
    ++rows_;
}

std::string html_section(std::string_view title, std::string_view content) {
    return "<section><h2>" + escaped(title) + "</h2>\n" + std::string{content} + "</section>\n";
}

std::string html_details(std::string_view title, std::string_view content) {
    return "<section><details><summary>" + escaped(title) + "</summary>\n" + std::string{content} +
           "</details></section>\n";
}

std::string html_page(std::string_view title, std::string_view content) {
    const std::string styles = std::string{style} + status_styles();
    return "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
           "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'sha256-" +
           base64_of_digest(styles) + "'\">\n<meta name=\"viewport\" content=\"width=device-width\">\n<title>" +
           escaped(title) + "</title>\n<style>" + styles + "</style>\n</head>\n<body>\n<main>\n" +
           std::string{content} + "</main>\n</body>\n</html>\n";
}

}  // namespace tollgate::loadtest
