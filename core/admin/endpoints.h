// core/admin/endpoints.h - the one table of the admin API: what may be asked, what it takes and what comes of it.
//
// answer.cpp finds handlers by it; openapi.cpp and docs_page.cpp print it; docs/admin-api.md is held against it, and so
// are real answers, by tests. Rows are in endpoints.cpp, shapes of what is said in *_shapes.cpp.
#pragma once

#include "admin/handlers.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tollgate::admin {

// A member of an object, or a parameter of a request. With '?' at its name's end it may be absent.
//
// A type is text, time, integer, number, truth, anything, words to choose from (serving|draining), the name of a Shape,
// [T] for a list, {T} for an object with members of any name; with '?' at its end it may be null.
struct Member {
    std::string_view name, type, doc;
};

// An object of JSON that is spoken of by name.
struct Shape {
    std::string_view name, doc;
    std::vector<Member> members;
};

struct Reply {
    int status;
    std::string_view type;  // as of members; "": it is no JSON
    std::string_view doc;
    std::string_view content_type = "application/json";  // "": it has no body
};

struct Endpoint {
    std::string_view method;  // "": any
    std::string_view path;    // {name} takes one part of it, {name*} at the end the rest, if there is one
    Answer (*handler)(const Call&, const Controls&);
    std::string_view tag, summary;  // the summary is a noun or an order, without a full stop
    std::vector<Reply> replies;     // refusals of who asks (401, 403) are everybody's and not named
    std::vector<Member> parameters{};  // all of the path, and those of the query
    std::string_view body{};           // a type; "": none
    bool open = false;                 // asked without the token: nothing in it is for operators only
    bool acts = false;                 // also as a GET: it may change something
};

struct Tag {
    std::string_view name, doc;
};

const std::vector<Endpoint>& endpoints();
const std::vector<Tag>& tags();            // in the order in which they are printed
const std::vector<const Shape*>& shapes();

// Shapes by what they are about; shapes() has them all.
const std::vector<Shape>& gateway_shapes();
const std::vector<Shape>& key_shapes();
const std::vector<Shape>& past_shapes();
const std::vector<Shape>& plugin_shapes();
const std::vector<Shape>& explanation_shapes();
const std::vector<Shape>& upstream_shapes();

struct Found {
    const Endpoint* endpoint = nullptr;  // null: none takes this method at this path
    std::vector<std::string> parts{};    // of the path, in its order; decoded, but for {name*}
    std::vector<std::string_view> methods{};  // that are taken there
};
// HEAD is taken where GET is.
Found find_endpoint(std::string_view method, std::string_view path);

// The document that GET /openapi.json answers (OpenAPI 3.1).
const std::string& openapi();

}  // namespace tollgate::admin
