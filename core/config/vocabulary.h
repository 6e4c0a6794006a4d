// core/config/vocabulary.h - every word of routes.lua and every setting of its tables, written down once.
//
// The assembly checks configurations with these tables; `tollgate words` prints them, writes the annotations that
// editors complete from (annotations.h), and the tables of docs/configuration.md.
#pragma once

#include <tollgate/settings.h>

#include <span>
#include <string_view>
#include <vector>

namespace tollgate::config {

// A setting whose values no Field describes: a list of plugins, a table of its own.
struct Special {
    const char* name;
    const char* lua;            // its type as an annotation: "string|string[]"
    const char* doc;            // a noun phrase, as Field::doc
    const char* fallback = "";  // what holds without it, in Lua or words
    bool required = false;
};

// The settings of one table of routes.lua, in the order in which documentation shows them: specials, then fields.
struct Shape {
    const char* name;  // "limits", "route", "answer"; annotations call it tollgate.limits
    std::span<const Special> specials;
    std::span<const Field> fields;
    bool given = false;  // not written by the operator but given to a function: every field is there
    const Shape* and_of = nullptr;  // the fields of that one are there, too
};

extern const Shape admin_shape, answer_shape, branch_shape, breaker_shape, certificate_shape, cors_shape, eject_shape,
    error_answer_shape, failure_shape, header_changes_shape, health_shape, limits_shape, listen_shape, mirror_shape,
    redirect_shape, register_shape, request_change_shape, request_shape, response_shape, answer_given_shape,
    request_given_shape, retry_shape, rewrite_shape, route_limits_shape, route_shape, service_shape, split_shape,
    target_shape, tier_shape, tls_shape, tracing_shape, upstream_shape, upstream_tls_shape;

// One word of routes.lua, or a value that is simply there.
struct WordEntry {
    enum class Form {
        statement,  // listen "..." or limits { ... }: one argument; nothing comes back
        named,      // tier "free" { ... }: a name, then a table
        function,   // header "X": something comes back
        constant,   // caller, seconds
    };
    const char* name;
    Form form;
    const char* takes;    // annotation of the argument: "string|string[]"; of `named`, of what follows the name
    const char* returns;  // annotation of what comes back or is there, "" for none
    const char* doc;
};

std::span<const WordEntry> vocabulary();  // `env` and the units, which no entry describes, are annotations.cpp's
std::span<const Shape* const> shapes();
std::vector<std::string_view> special_names(const Shape& shape);  // but for "[1]", which is no name

}  // namespace tollgate::config
