// core/admin/answer.cpp - finding the handler of a request, and what is answered where there is none.
#include "admin/endpoints.h"

#include "support/log.h"
#include "support/text.h"

#include <Poco/JSON/Object.h>

#include <sstream>

namespace tollgate::admin {

namespace {

Answer no_endpoint(const Call& call, const Found& found) {
    if (found.methods.empty()) {
        std::vector<std::string_view> known;
        for (const Endpoint& endpoint : endpoints()) known.push_back(endpoint.path);
        return refused(404, "no page " + text::quote(call.path) + " here" + text::did_you_mean(call.path, known));
    }
    Answer answer = refused(405, call.path + ": wanted " + text::join(found.methods, " or ") + ", got " +
                                     text::printable(call.method));
    answer.lines.emplace_back("Allow", text::join(found.methods));
    return answer;
}

}  // namespace

Answer refused(int status, const std::string& error) {
    Poco::JSON::Object json{Poco::JSON_PRESERVE_KEY_ORDER};
    json.set("ok", false);
    json.set("error", error);
    std::ostringstream out;
    json.stringify(out);
    Answer answer{status, "application/json", out.str() + '\n'};
    answer.what = error;
    return answer;
}

Answer answer(Call call, const Controls& controls) {
    try {
        Found found = find_endpoint(call.method, call.path);
        call.parts = std::move(found.parts);
        return found.endpoint ? found.endpoint->handler(call, controls) : no_endpoint(call, found);
    } catch (const std::exception& thrown) {
        log::error("admin", call.method + ' ' + call.path + " failed: " + thrown.what());
        return refused(500, "the gateway failed; its log says why");
    }
}

}  // namespace tollgate::admin
