// core/admin/docs_page.cpp - GET /docs: the table of endpoints as a page to read, made without a script.
#include "admin/endpoints.h"
#include "admin/files.h"

#include "support/version.h"

#include <array>
#include <cctype>

namespace tollgate::admin {

namespace {

constexpr std::string_view style = R"(:root { color-scheme: light dark; --line: #8884; --soft: #777; --accent: #0a6; }
body { font: 15px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.5rem; margin-bottom: 0; }
h2 { margin-top: 2.5rem; border-bottom: 1px solid var(--line); text-transform: capitalize; }
h3 { font-size: 1rem; margin: 1.5rem 0 0; }
p { margin: .25rem 0; }
code { font: .9em ui-monospace, monospace; }
a { color: inherit; }
.method { display: inline-block; min-width: 4rem; font-weight: 700; color: var(--accent); }
.soft { color: var(--soft); }
table { border-collapse: collapse; width: 100%; margin: .5rem 0; }
th, td { text-align: left; vertical-align: top; padding: .2rem .8rem .2rem 0; border-top: 1px solid var(--line); }
th { font-weight: 600; }
)";

constexpr std::array<File, 1> files{{{"page.css", "text/css; charset=utf-8", style}}};

std::string escaped(std::string_view text) {
    std::string out;
    for (const char c : text) {
        switch (c) {
            case '<': out += "&lt;"; break;
            case '>': out += "&gt;"; break;
            case '&': out += "&amp;"; break;
            case '"': out += "&quot;"; break;
            default: out += c;
        }
    }
    return out;
}

std::string code(std::string_view text) { return "<code>" + escaped(text) + "</code>"; }

// A type, with a link to its shape if it has one.
std::string linked(std::string_view type) {
    for (const Shape* shape : shapes()) {
        const auto at = type.find(shape->name);
        const auto end = at + shape->name.size();
        const auto letter = [&](std::size_t i) {
            return i < type.size() && std::isalpha(static_cast<unsigned char>(type[i]));
        };
        if (at == type.npos || letter(end) || (at > 0 && letter(at - 1))) continue;
        const std::string name{shape->name};
        return "<code>" + escaped(type.substr(0, at)) + "<a href=\"#" + name + "\">" + name + "</a>" +
               escaped(type.substr(end)) + "</code>";
    }
    return code(type);
}

std::string rows_of(const std::vector<Member>& members) {
    std::string html = "<table>\n";
    for (const Member& member : members)
        html += "<tr><td>" + code(member.name) + "</td><td>" + linked(member.type) + "</td><td>" + escaped(member.doc) +
                "</td></tr>\n";
    return html + "</table>\n";
}

std::string section_of(const Endpoint& endpoint) {
    std::string html = "<h3><span class=\"method\">" + escaped(endpoint.method.empty() ? "any" : endpoint.method) +
                       "</span>" + code(endpoint.path) + "</h3>\n<p>" + escaped(endpoint.summary) +
                       (endpoint.open ? " <span class=\"soft\">(asked without the token)</span>" : "") + "</p>\n";
    if (!endpoint.parameters.empty()) html += rows_of(endpoint.parameters);
    if (!endpoint.body.empty()) html += "<p>body: " + linked(endpoint.body) + "</p>\n";
    html += "<table>\n";
    for (const Reply& reply : endpoint.replies) {
        const std::string type = reply.type.empty() ? code(reply.content_type) : linked(reply.type);
        html += "<tr><td>" + std::to_string(reply.status) + "</td><td>" + type + "</td><td>" + escaped(reply.doc) +
                "</td></tr>\n";
    }
    return html + "</table>\n";
}

std::string page() {
    std::string html = "<!doctype html>\n<html lang=\"en\">\n"
                       "<head><meta charset=\"utf-8\"><title>Tollgate admin API</title>\n"
                       "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
                       "<link rel=\"stylesheet\" href=\"/docs/page.css\"></head>\n<body>\n<h1>Tollgate admin API</h1>\n"
                       "<p class=\"soft\">" +
                       escaped(version()) +
                       ", the same as <a href=\"/openapi.json\">openapi.json</a>. A name with ? may be absent, a type "
                       "with ? null; [T] is a list, {T} an object with any names. Who shows no token where one is "
                       "declared gets 401, a page of somebody else's 403.</p>\n";
    for (const Tag& tag : tags()) {
        html += "<h2>" + escaped(tag.name) + "</h2>\n<p class=\"soft\">" + escaped(tag.doc) + "</p>\n";
        for (const Endpoint& endpoint : endpoints())
            if (endpoint.tag == tag.name) html += section_of(endpoint);
    }
    html += "<h2>What is said</h2>\n";
    for (const Shape* shape : shapes())
        html += "<h3 id=\"" + std::string{shape->name} + "\">" + escaped(shape->name) + "</h3>\n<p>" +
                escaped(shape->doc) + "</p>\n" + rows_of(shape->members);
    return html + "</body>\n</html>\n";
}

}  // namespace

Answer show_docs(const Call& call, const Controls&) {
    if (!call.parts.empty() && !call.parts[0].empty()) return show_file(call, files, call.parts[0]);
    static const std::string html = page();
    Answer answer{200, "text/html; charset=utf-8", html};
    add_page_lines(answer);
    return answer;
}

}  // namespace tollgate::admin
