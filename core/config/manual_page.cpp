// core/config/manual_page.cpp - tollgate-routes.lua(5), out of vocabulary.h and the plugins' Fields.
#include "config/manual_page.h"

#include "config/setting_lines.h"
#include "plugins/catalogue.h"
#include "support/roff.h"

#include <map>

namespace tollgate::config {

namespace {

constexpr std::string_view description = R"(
What `tollgate serve` does is written in Lua (5.1, as LuaJIT runs it), in a file that is read once, and again at a
reload. It says what is wanted and does nothing itself: it has words for that, which are below, and no way to files, to the
network or to programs. A word that is unknown, a setting that no table has, a value of the wrong kind or a route that
can never match is an error, and all of them are told at once: `tollgate check FILE`.

The first route that matches a request wins. Plugins are named in the order in which requests meet them; lists nest. A
setting that may vary from request to request also takes `header "NAME"`, `query "NAME"`, `cookie "NAME"`, `caller`,
`client_ip`, `route`, `method`, `path`, `host`, or a function of the request.

Times, sizes and rates are numbers with a unit: `5 * seconds`, `10 * megabytes`, `60 / minute`. There are `millisecond`,
`second`, `minute`, `hour`, `day`, `week`, `month`, `byte`, `kilobyte`, `megabyte` and `gigabyte`, and the plural of each.
`env("NAME", default)` is a variable of the environment; `require "name"` reads name.lua beside the file.
)";

constexpr std::string_view example = R"(
listen "0.0.0.0:8080"
database "sqlite:/var/lib/tollgate/tollgate.db"

tier "free" { rate = 60 / minute, burst = 10 }

local orders = upstream "orders" {
    targets = { "10.0.0.11:9001", "10.0.0.12:9001" },
    balance = balancer { policy = "least_requests" },
    health  = { path = "/health", every = 5 * seconds },
}

always { logging { format = "json", to = "stdout" } }

route "GET /orders/:id" {
    upstream = orders,
    plugins  = { auth { key = header "X-API-Key" }, ratelimit { by = caller } },
}
route "GET /healthz" { answer = "ok\n" }
)";

void write_settings(Roff& page, const std::vector<SettingLine>& lines) {
    for (const SettingLine& line : lines) page.term(line.name, "", told(line));
}

// A field's variable, if it has any, with what it says.
void collect(std::map<std::string, std::string>& variables, const std::string& of, std::span<const Field> fields) {
    for (const Field& field : fields)
        if (field.environment)
            variables.emplace(field.environment, of + ": " + field.name + " where the file says nothing: " + field.doc);
}

}  // namespace

std::string manual_page(const plugins::Catalogue& catalogue) {
    Roff page{"tollgate-routes.lua", 5};
    page.name("tollgate-routes.lua", "the configuration of Tollgate");
    page.section("DESCRIPTION");
    page.paragraph(description);
    page.section("EXAMPLE");
    page.verbatim(example.substr(1));
    page.section("WORDS");
    for (const WordEntry& word : vocabulary()) page.term(word.name, "", word.doc);
    page.section("SETTINGS");
    std::map<std::string, std::string> variables;
    for (const Shape* const shape : shapes()) {
        page.subsection(shape->name);
        write_settings(page, lines_of(*shape));
        collect(variables, shape->name, shape->fields);
    }
    page.section("PLUGINS");
    for (const auto& entry : catalogue.all()) {
        page.subsection(entry.descriptor->name);
        page.paragraph(entry.descriptor->summary);
        write_settings(page, lines_of(entry.descriptor->fields));
        collect(variables, entry.descriptor->name, entry.descriptor->fields);
    }
    page.section("ENVIRONMENT");
    page.paragraph(
        "Of several names the first that is set counts. Numbers have no unit: seconds, bytes, requests a minute.");
    for (const auto& [name, doc] : variables) page.term(name, "", doc);
    page.section("SEE ALSO");
    page.paragraph("tollgate(1)");
    return page.text();
}

}  // namespace tollgate::config
