// core/commands/remote.cpp - `tollgate reload` and `tollgate plugin`: orders to a running gateway, and what it answers.
#include "commands/remote.h"

#include "admin/admin_listener.h"
#include "commands/admin_client.h"
#include "commands/surroundings.h"
#include "support/text.h"

#include <Poco/Exception.h>
#include <Poco/JSON/Array.h>
#include <Poco/JSON/Object.h>
#include <Poco/JSON/Parser.h>

#include <algorithm>
#include <functional>
#include <iostream>
#include <sstream>

namespace tollgate::commands {

namespace {

using Poco::JSON::Object;

std::string text_of(const Object& json, const std::string& name) {
    return json.has(name) ? json.getValue<std::string>(name) : std::string{};
}

int tell_of_reload(int, const Object& json) {
    if (json.optValue("ok", false)) {
        std::cout << "reloaded: " << text_of(json, "summary") << '\n';
        if (const auto lines = json.getArray("lines"))
            for (unsigned i = 0; i < lines->size(); ++i) std::cout << lines->getElement<std::string>(i) << '\n';
        return done;
    }
    if (const auto problems = json.getArray("problems"))
        for (unsigned i = 0; i < problems->size(); ++i) std::cerr << problems->getElement<std::string>(i) << '\n';
    complain("reload refused: " + text_of(json, json.has("error") ? "error" : "summary"));
    return failed;
}

int tell_of_command(int status, const Object& json) {
    if (status != 200) {
        complain(text_of(json, "error"));
        return failed;
    }
    std::cout << text_of(json, "output");
    return std::clamp(json.optValue("exit", failed), 0, 255);
}

}  // namespace

int order(const Options& options, const std::string& path, const std::optional<std::string>& body,
          const std::function<int(int status, const Object&)>& tell, std::chrono::seconds patience) {
    const std::string address = options.admin.value_or(admin::AdminListener::default_address);
    AdminReply reply;
    try {
        reply = ask_admin(address, options.token, path, body, patience);
        if (reply.status == 401) {
            complain("the gateway's admin listener at " + address + " wants " +
                     (options.token.empty() ? "its token" : "another token") +
                     "; give it by the environment variable TOLLGATE_ADMIN_TOKEN, or --token");
            return failed;
        }
        Poco::JSON::Parser parser{new Poco::JSON::ParseHandler{true}};  // members in the order in which they came
        return tell(reply.status, *parser.parse(reply.body).extract<Object::Ptr>());
    } catch (const BadAddress& error) {
        complain(error.what());
        return wrong;
    } catch (const Poco::Exception&) {
        complain("what answers at " + address + " is no gateway's admin listener: " + text::quote(reply.body));
    } catch (const std::exception& error) {
        complain(error.what());
    }
    return failed;
}

int reload(const Options& options) { return order(options, "/reload", "", tell_of_reload); }

int plugin(const Options& options) {
    Poco::JSON::Array words;
    for (const std::string& word : options.words) words.add(word);
    Object json;
    json.set("plugin", options.plugin);
    json.set("words", words);
    std::ostringstream body;
    json.stringify(body);
    return order(options, "/command", body.str(), tell_of_command);
}

}  // namespace tollgate::commands
