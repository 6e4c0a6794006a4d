// core/admin/command.cpp - POST /command {"plugin": "cache", "words": ["purge", "/orders/*"]}: runs a plugin's command.
#include "admin/handlers.h"
#include "support/text.h"

#include <Poco/JSON/Array.h>
#include <Poco/JSON/JSONException.h>
#include <Poco/JSON/Object.h>
#include <Poco/JSON/Parser.h>

#include <optional>
#include <sstream>

namespace tollgate::admin {

namespace {

struct Order {
    std::string plugin;
    std::vector<std::string> words;
};

// Throws Poco::Exception where it is no JSON, or not of that form.
std::optional<Order> parse(const std::string& body) {
    Poco::JSON::Parser parser;
    const auto json = parser.parse(body).extract<Poco::JSON::Object::Ptr>();
    const auto words = json->getArray("words");
    if (!json->get("plugin").isString() || words.isNull() || words->size() == 0) return std::nullopt;
    Order order{json->getValue<std::string>("plugin"), {}};
    for (unsigned i = 0; i < words->size(); ++i) {
        if (!words->get(i).isString()) return std::nullopt;
        order.words.push_back(words->getElement<std::string>(i));
    }
    return order;
}

std::optional<Order> order_of(const std::string& body) {
    try {
        return parse(body);
    } catch (const Poco::Exception&) {
        return std::nullopt;  // the caller says what was wanted
    }
}

Answer unknown(const Order& order, const plugins::Pages& pages) {
    std::vector<std::string> names, lines;
    for (const plugins::Pages::Listed& listed : pages.list()) {
        if (!listed.is_command || listed.plugin != order.plugin) continue;
        names.push_back(listed.name);
        lines.push_back(listed.help.empty() ? listed.name : listed.name + " (" + listed.help + ')');
    }
    if (names.empty())
        return refused(404, "plugin " + text::quote(order.plugin) + " has no commands in this configuration");
    return refused(404, "plugin " + text::quote(order.plugin) + " has no command " + text::quote(order.words[0]) +
                            "; it has " + text::join(lines) + text::did_you_mean(order.words[0], names));
}

}  // namespace

Answer run_command(const Call& call, const Controls& controls) {
    const std::optional<Order> order = order_of(call.body);
    if (!order) return refused(400, R"(expected {"plugin": "name", "words": ["command", ...]})");
    const AdminRequest request{call.method, order->words[0], {}, {}, {order->words.begin() + 1, order->words.end()}};
    const auto done = controls.pages.command(order->plugin, order->words[0], request);
    if (!done) return unknown(*order, controls.pages);

    Poco::JSON::Object json{Poco::JSON_PRESERVE_KEY_ORDER};
    json.set("ok", done->status == 0 || done->status == 200);
    json.set("exit", done->status == 200 ? 0 : done->status);
    json.set("output", done->body);
    std::ostringstream out;
    json.stringify(out);
    return {200, "application/json", out.str() + '\n'};
}

}  // namespace tollgate::admin
