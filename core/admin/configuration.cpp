// core/admin/configuration.cpp - GET /config: what is in force and what it was read from, without secrets; what was
// wrong with the last reload.
#include "admin/bodies.h"
#include "config/written.h"
#include "snapshot/snapshot.h"
#include "support/json_text.h"
#include "support/log.h"

#include <iterator>

namespace tollgate::admin {

namespace {

using text::json_quoted;

template <class Range, class Print>
std::string list(const Range& range, const Print& print) {
    std::string out = "[";
    for (const auto& one : range) out += (out.size() > 1 ? "," : "") + print(one);
    return out + ']';
}

std::string member(const char* name, const std::string& json) { return ",\"" + std::string{name} + "\":" + json; }

}  // namespace

// By hand, and not by POCO's JSON: a file's bytes may be anything.
Answer show_configuration(const Call&, const Controls& controls) {
    const Configuration state = controls.configuration();
    const auto snapshot = controls.current();
    const config::Written& written = *snapshot->written;
    const config::Source& source = written.source;
    std::vector<std::string> texts;
    std::string files;
    for (std::size_t i = 0; i < source.files()->size(); ++i) {
        const std::string& name = source.files()->name(int(i));
        texts.push_back(json_quoted(config::shown_text(source.text(int(i)), written.secrets)));
        files += (i > 0 ? ",{\"name\":" : "{\"name\":") + json_quoted(name) +
                 member("path", json_quoted((source.folder() / name).string())) + member("text", texts.back()) + '}';
    }
    std::string json = "{\"file\":" + json_quoted(state.file.string());
    json += member("loaded", json_quoted(log::timestamp(state.loaded)));
    json += member("checked", json_quoted(log::timestamp(state.checked))) + member("ok", state.ok ? "true" : "false");
    json += member("problems", list(state.problems, [](const std::string& problem) { return json_quoted(problem); }));
    json += member("text", texts.front()) + member("files", '[' + files + ']');
    json += member("environment", list(config::shown_variables(written), [](const auto& variable) {
                       return "{\"name\":" + json_quoted(variable.first) +
                              member("value", variable.second ? json_quoted(*variable.second) : "null") + '}';
                   }));
    return {200, "application/json", json + "}\n"};
}

}  // namespace tollgate::admin
