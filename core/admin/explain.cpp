// core/admin/explain.cpp - POST /explain: what would become of a request, rehearsed in the configuration in force.
#include "admin/bodies.h"
#include "gateway/rehearsed_request.h"
#include "support/text.h"

#include <Poco/JSON/Array.h>

namespace tollgate::admin {

namespace {

using Poco::JSON::Array;
using Poco::JSON::Object;
using Problems = std::vector<store::FieldProblem>;

std::string text_of(const std::string& name, const Poco::Dynamic::Var& value, Problems& problems) {
    if (value.isString()) return value.convert<std::string>();
    problems.push_back({name, "expected a text"});
    return {};
}

// {"Name": "value"}, or ["Name: value"] where a name stands twice.
std::vector<std::string> headers_of(const Poco::Dynamic::Var& value, Problems& problems) {
    std::vector<std::string> lines;
    if (value.type() == typeid(Object::Ptr)) {
        for (const auto& [name, text] : *value.extract<Object::Ptr>())
            lines.push_back(name + ": " + text_of("headers", text, problems));
    } else if (value.type() == typeid(Array::Ptr)) {
        for (const auto& line : *value.extract<Array::Ptr>()) lines.push_back(text_of("headers", line, problems));
    } else {
        problems.push_back({"headers", R"(expected {"Name": "value"} or ["Name: value"])"});
    }
    return lines;
}

AskedRequest asked_in(const Object& json, Problems& problems) {
    AskedRequest asked;
    for (const auto& [name, value] : json) {
        if (name == "method") asked.method = text_of(name, value, problems);
        else if (name == "url") asked.url = text_of(name, value, problems);
        else if (name == "headers") asked.headers = headers_of(value, problems);
        else if (name == "body") asked.body = text_of(name, value, problems);
        else if (name == "client_ip") asked.client = text_of(name, value, problems);
        else problems.push_back({name, "there is no such field; expected method, url, headers, body or client_ip"});
    }
    return asked;
}

const char* field_of(WrongRequest::Part part) {
    switch (part) {
        case WrongRequest::Part::method: return "method";
        case WrongRequest::Part::url: return "url";
        case WrongRequest::Part::header: return "headers";
        case WrongRequest::Part::client: break;
    }
    return "client_ip";
}

}  // namespace

Answer explain(const Call& call, const Controls& controls) {
    const auto object = object_of(call.body);
    if (!object) return refused(400, R"(expected a JSON object like {"method": "GET", "url": "/orders/7"})");
    Problems problems;
    const AskedRequest asked = asked_in(*object, problems);
    if (!problems.empty()) return wrong_fields(problems);
    try {
        return {200, "application/json", controls.explain(asked)};
    } catch (const WrongRequest& wrong) {
        return wrong_fields({{field_of(wrong.part), wrong.what()}});
    } catch (const std::runtime_error& error) {
        return refused(503, error.what());
    }
}

}  // namespace tollgate::admin
