// core/gateway/explanation_json.cpp - an explanation for programs.
#include "gateway/explanation.h"
#include "snapshot/snapshot.h"

#include <Poco/JSON/Array.h>
#include <Poco/JSON/Object.h>

#include <sstream>

namespace tollgate::explanation {

namespace {

using Poco::Dynamic::Var;
using Poco::JSON::Array;
using Poco::JSON::Object;

Object::Ptr object() { return new Object{Poco::JSON_PRESERVE_KEY_ORDER}; }
Array::Ptr array() { return new Array; }
Var or_null(const std::string& text) { return text.empty() ? Var{} : Var{text}; }

Array::Ptr candidates(const Trace& trace) {
    constexpr const char* fates[] = {"taken", "passed_over", "not_asked"};
    Array::Ptr all = array();
    for (const auto& candidate : trace.candidates()) {
        Object::Ptr one = object();
        one->set("route", candidate.route->name);
        one->set("where", candidate.route->where);
        one->set("fate", fates[static_cast<std::size_t>(candidate.fate)]);
        one->set("why", or_null(trace.shown(candidate.why)));
        all->add(one);
    }
    return all;
}

Array::Ptr changes(const Trace& trace, const std::vector<Trace::Change>& changes) {
    constexpr const char* kinds[] = {"added", "changed", "removed"};
    Array::Ptr all = array();
    for (const auto& change : changes) {
        Object::Ptr one = object();
        one->set("header", change.name);
        one->set("change", kinds[static_cast<std::size_t>(change.kind)]);
        one->set("value",
                 change.kind == Trace::Change::Kind::removed ? Var{} : Var{trace.shown(change.name, change.value)});
        all->add(one);
    }
    return all;
}

Array::Ptr steps(const Trace& trace) {
    Array::Ptr all = array();
    for (const auto& step : trace.steps()) {
        if (step.silent() && std::string_view{step.door} != "on_request") continue;
        Object::Ptr one = object();
        one->set("who", step.who);
        one->set("where", or_null(step.where));
        one->set("door", or_null(step.door));
        Array::Ptr said = array();
        Object::Ptr facts = object();
        for (const auto& saying : step.said) {
            said->add(trace.shown(saying.text));
            for (const auto& [name, value] : saying.facts) facts->set(name, trace.shown(value));
        }
        one->set("said", said);
        one->set("facts", facts);
        one->set("outcome", or_null(trace.shown(step.outcome)));
        one->set("target", or_null(trace.shown(step.target)));
        one->set("request", changes(trace, step.request));
        one->set("answer", changes(trace, step.answer));
        all->add(one);
    }
    return all;
}

Array::Ptr lines(const Trace& trace, const std::vector<Trace::Line>& lines) {
    Array::Ptr all = array();
    for (const auto& [name, value] : lines) {
        Object::Ptr one = object();
        one->set("name", name);
        one->set("value", trace.shown(name, value));
        all->add(one);
    }
    return all;
}

Var route(const Trace& trace) {
    const auto& result = trace.result;
    if (!result.route) return {};
    Object::Ptr one = object(), parameters = object();
    for (const auto& [name, value] : result.parameters) parameters->set(name, trace.shown(value));
    one->set("route", result.route->name);
    one->set("where", result.route->where);
    one->set("parameters", parameters);
    return one;
}

Var caller(const Trace& trace) {
    const auto& who = trace.result.caller;
    if (!who) return {};
    Object::Ptr one = object();
    one->set("id", trace.shown(who->id()));
    one->set("owner", or_null(trace.shown(who->owner())));
    one->set("tier", or_null(trace.shown(who->tier())));
    return one;
}

Var sent(const Trace& trace) {
    const auto& result = trace.result;
    if (!result.sent) return {};
    Object::Ptr one = object();
    one->set("name", result.upstream);
    one->set("target", result.target);
    one->set("request", trace.shown(result.sent->first));
    one->set("headers", lines(trace, result.sent->lines));
    return one;
}

}  // namespace

std::string json(const Asked& asked, const Trace& trace) {
    const auto& result = trace.result;
    Object::Ptr request = object(), answer = object(), all = object();
    request->set("method", trace.asked().first.substr(0, trace.asked().first.find(' ')));
    request->set("url", trace.shown(asked.url));
    request->set("client_ip", result.client_ip);
    request->set("at", std::chrono::duration<double>(asked.at).count());
    answer->set("status", std::stoi(result.answer.first));
    answer->set("reason", or_null(result.reason));
    answer->set("headers", lines(trace, result.answer.lines));
    all->set("request", request);
    all->set("candidates", candidates(trace));
    all->set("route", route(trace));
    all->set("steps", steps(trace));
    all->set("caller", caller(trace));
    all->set("upstream", sent(trace));
    all->set("answer", answer);
    all->set("omitted", trace.omitted());
    std::ostringstream out;
    all->stringify(out, 2);
    return out.str() + '\n';
}

}  // namespace tollgate::explanation
