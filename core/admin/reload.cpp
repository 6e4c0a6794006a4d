// core/admin/reload.cpp - POST /reload: reads routes.lua again and says what changed; 409 with every problem where it is
// refused.
#include "admin/handlers.h"

#include <Poco/JSON/Array.h>
#include <Poco/JSON/Object.h>
#include <Poco/JSON/Parser.h>

#include <sstream>

namespace tollgate::admin {

Answer reload(const Call&, const Controls& controls) {
    const ReloadResult result = controls.reload();
    Poco::JSON::Object json{Poco::JSON_PRESERVE_KEY_ORDER};
    json.set("ok", result.ok);
    json.set("summary", result.summary);
    if (!result.ok) {
        Poco::JSON::Array problems;
        for (const std::string& problem : result.problems) problems.add(problem);
        json.set("problems", problems);
    }
    Poco::JSON::Array lines;
    for (const std::string& line : result.changes) lines.add(line);
    if (result.ok) json.set("lines", lines);
    if (!result.difference.empty()) json.set("difference", Poco::JSON::Parser{}.parse(result.difference));
    std::ostringstream out;
    json.stringify(out);
    return {result.ok ? 200 : 409, "application/json", out.str() + '\n'};
}

}  // namespace tollgate::admin
