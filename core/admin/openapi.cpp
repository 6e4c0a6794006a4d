// core/admin/openapi.cpp - GET /openapi.json: the table of endpoints as an OpenAPI 3.1 document.
#include "admin/endpoints.h"

#include "support/version.h"

#include <Poco/JSON/Array.h>
#include <Poco/JSON/Object.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <sstream>
#include <utility>

namespace tollgate::admin {

namespace {

using Poco::JSON::Array;
using Poco::JSON::Object;
using Pairs = std::initializer_list<std::pair<const char*, Poco::Dynamic::Var>>;

Object::Ptr object(Pairs pairs = {}) {
    Object::Ptr json = new Object{Poco::JSON_PRESERVE_KEY_ORDER};
    for (const auto& [name, value] : pairs) json->set(name, value);
    return json;
}

template <class Range>
Array::Ptr array(const Range& values) {
    Array::Ptr json = new Array;
    for (const auto& value : values) json->add(value);
    return json;
}

Poco::Dynamic::Var words(std::string_view text) { return std::string{text}; }
Object::Ptr reference(const std::string& to) { return object({{"$ref", "#/components/" + to}}); }

// JSON Schema of a type as members have it.
Object::Ptr schema(std::string_view type) {
    static constexpr std::array<std::pair<std::string_view, const char*>, 5> plain{
        {{"text", "string"}, {"time", "string"}, {"integer", "integer"}, {"number", "number"}, {"truth", "boolean"}}};
    if (type.ends_with('?')) {
        const std::array choices{schema(type.substr(0, type.size() - 1)), object({{"type", "null"}})};
        return object({{"anyOf", array(choices)}});
    }
    const std::string_view inner = type.size() > 2 ? type.substr(1, type.size() - 2) : type;
    if (type.starts_with('[')) return object({{"type", "array"}, {"items", schema(inner)}});
    if (type.starts_with('{')) return object({{"type", "object"}, {"additionalProperties", schema(inner)}});
    if (type == "anything") return object();
    for (const auto& [name, word] : plain) {
        if (name != type) continue;
        Object::Ptr json = object({{"type", word}});
        if (type == "time") json->set("format", "date-time");
        return json;
    }
    if (type.find('|') == type.npos) return reference("schemas/" + std::string{type});
    std::vector<std::string> choices;
    std::istringstream all{std::string{type}};
    for (std::string word; std::getline(all, word, '|');) choices.push_back(word);
    return object({{"type", "string"}, {"enum", array(choices)}});
}

// Its name without the '?' that says that it may be absent.
std::string name_of(const Member& member) {
    return std::string{member.name.substr(0, member.name.size() - member.name.ends_with('?'))};
}

Object::Ptr described(Object::Ptr json, std::string_view doc) {
    json->set("description", words(doc));
    return json;
}

Object::Ptr schema(const Shape& shape) {
    Object::Ptr properties = object();
    std::vector<std::string> required;
    for (const Member& member : shape.members) {
        properties->set(name_of(member), described(schema(member.type), member.doc));
        if (!member.name.ends_with('?')) required.push_back(name_of(member));
    }
    Object::Ptr json = object({{"type", "object"}, {"description", words(shape.doc)}, {"properties", properties}});
    if (!required.empty()) json->set("required", array(required));
    return json;
}

Object::Ptr content(std::string_view content_type, Object::Ptr schema) {
    Object::Ptr json = object();
    json->set(std::string{content_type}, object({{"schema", schema}}));
    return json;
}

Array::Ptr parameters(const Endpoint& endpoint) {
    Array::Ptr all = new Array;
    for (const Member& parameter : endpoint.parameters) {
        const std::string name = name_of(parameter);
        const bool in_path = endpoint.path.find('{' + name) != endpoint.path.npos;
        all->add(object({{"name", name},
                         {"in", in_path ? "path" : "query"},
                         {"description", words(parameter.doc)},
                         {"required", in_path || !parameter.name.ends_with('?')},
                         {"schema", schema(parameter.type)}}));
    }
    return all;
}

Object::Ptr responses(const Endpoint& endpoint) {
    Object::Ptr all = object();
    for (const Reply& reply : endpoint.replies) {
        const std::string status = std::to_string(reply.status);
        if (!all->has(status)) all->set(status, object({{"description", words(reply.doc)}}));
        Object::Ptr one = all->getObject(status);
        if (reply.content_type.empty()) continue;
        if (!one->has("content")) one->set("content", object());
        const Object::Ptr said = reply.type.empty() ? object({{"type", "string"}}) : schema(reply.type);
        one->getObject("content")->set(std::string{reply.content_type}, object({{"schema", said}}));
    }
    if (!endpoint.open) all->set("401", reference("responses/NoToken"));
    all->set("403", reference("responses/Foreign"));
    return all;
}

// "/plugins/{plugin}/{page*}" without the star, which OpenAPI does not know.
std::string path_of(const Endpoint& endpoint) {
    std::string path{endpoint.path};
    path.erase(std::remove(path.begin(), path.end(), '*'), path.end());
    return path;
}

// "get_upstreams_upstream_next".
std::string id_of(const std::string& method, const std::string& path) {
    std::string id = method;
    bool between = true;
    for (const char c : path) {
        const bool letter = std::isalnum(static_cast<unsigned char>(c)) != 0;
        if (letter && between) id += '_';
        if (letter) id += c;
        between = !letter;
    }
    return id;
}

Object::Ptr operation(const Endpoint& endpoint, const std::string& method) {
    Object::Ptr json = object({{"operationId", id_of(method, path_of(endpoint))},
                               {"tags", array(std::array{std::string{endpoint.tag}})},
                               {"summary", words(endpoint.summary)}});
    if (!endpoint.parameters.empty()) json->set("parameters", parameters(endpoint));
    if (!endpoint.body.empty())
        json->set("requestBody",
                  object({{"required", true}, {"content", content("application/json", schema(endpoint.body))}}));
    json->set("responses", responses(endpoint));
    if (endpoint.open) json->set("security", Array::Ptr{new Array});
    return json;
}

Object::Ptr paths() {
    Object::Ptr all = object();
    for (const Endpoint& endpoint : endpoints()) {
        const std::string path = path_of(endpoint);
        if (!all->has(path)) all->set(path, object());
        Object::Ptr here = all->getObject(path);
        for (const std::string method : {"get", "put", "post", "patch", "delete"}) {
            std::string upper = method;
            std::transform(upper.begin(), upper.end(), upper.begin(),
                           [](unsigned char c) { return char(std::toupper(c)); });
            if (endpoint.method.empty() || endpoint.method == upper) here->set(method, operation(endpoint, method));
        }
    }
    return all;
}

Object::Ptr components() {
    Object::Ptr schemas = object();
    for (const Shape* shape : shapes()) schemas->set(std::string{shape->name}, schema(*shape));
    const auto refusal = [](const char* why) {
        return object({{"description", why}, {"content", content("application/json", schema("Error"))}});
    };
    const Object::Ptr foreign = refusal("another page than this listener's own asks, as Host, Origin or Sec-Fetch-Site "
                                        "say, or no token is declared and this is not loopback");
    return object({{"schemas", schemas},
                   {"responses", object({{"NoToken", refusal("the admin token is wanted, and was not shown")},
                                         {"Foreign", foreign}})},
                   {"securitySchemes", object({{"token", object({{"type", "http"}, {"scheme", "bearer"}})}})}});
}

std::string document() {
    Array::Ptr tag_list = new Array;
    for (const Tag& tag : tags()) tag_list->add(object({{"name", words(tag.name)}, {"description", words(tag.doc)}}));
    Object::Ptr json = object(
        {{"openapi", "3.1.0"},
         {"info", object({{"title", "Tollgate admin API"},
                          {"version", words(version())},
                          {"description", "What operators may ask a running gateway. The token is wanted where "
                                          "routes.lua declares one (admin { token = ... }); without one the listener "
                                          "is on loopback only."}})},
         {"servers", array(std::array{object({{"url", "/"}})})},
         // Either the token, or nothing where none is declared.
         {"security", array(std::array{object({{"token", Array::Ptr{new Array}}}), object()})},
         {"tags", tag_list},
         {"paths", paths()},
         {"components", components()}});
    std::ostringstream out;
    json->stringify(out, 1);
    return out.str() + '\n';
}

}  // namespace

const std::string& openapi() {
    static const std::string text = document();
    return text;
}

Answer show_openapi(const Call&, const Controls&) { return {200, "application/json", openapi()}; }

}  // namespace tollgate::admin
