// core/config/shaping_assembly.cpp - joining what holds for all routes with what one route says.
#include "config/shaping_assembly.h"

#include "support/text.h"

namespace tollgate::config {

std::optional<CheckedSettings> read_settings(const std::string& owner, const Item& item, const Shape& shape,
                                             const Origin& origin, const Report& report) {
    CheckedSettings settings{owner, {}, shape.fields, std::make_shared<Common>()};
    const auto none = [](const Field&) { return Default{}; };
    auto problems = check_settings(owner, item, shape.fields, origin, none, settings, special_names(shape));
    for (auto& problem : problems) report(std::move(problem));
    if (!problems.empty()) return std::nullopt;
    return settings;
}

void ShapingAssembly::read(Said& said, std::string_view name, const std::string& owner, const Item& item,
                           const Report& report) {
    if (item.is(Item::Kind::mistake)) return;
    if (name == "request_headers")
        said.request_headers = header_changes(owner, item, ChangedHeaders::of_requests, origin_, report);
    else if (name == "response_headers")
        said.response_headers = header_changes(owner, item, ChangedHeaders::of_answers, origin_, report);
    else if (name == "errors")
        said.errors = read_errors(owner, item, origin_, report);
    else if (name == "cors")
        said.cors = read_cors(owner, item, origin_, report);
    else if (name == "request") {
        if (const auto function = read_change(owner, item, request_change_shape, origin_, report))
            said.request_functions.push_back(*function);
    } else if (const auto function = read_change(owner, item, response_shape, origin_, report)) {
        said.response_functions.push_back(*function);
    }
}

void ShapingAssembly::add(Word word, const Item& item, const Report& report) {
    anything_ = true;
    read(all_, word_name(word), word_name(word), item, report);
}

std::shared_ptr<Shaping> ShapingAssembly::joined(const Said& route) const {
    auto shaping = std::make_shared<Shaping>();
    shaping->request_headers = all_.request_headers;
    shaping->request_headers.append(route.request_headers);
    shaping->sets_host = shaping->request_headers.names("Host");
    shaping->response_headers = all_.response_headers;
    shaping->response_headers.append(route.response_headers);
    for (const auto& errors : {route.errors, all_.errors})
        if (errors) shaping->errors.push_back(errors);
    shaping->cors = route.cors ? route.cors : all_.cors;
    const auto joined = [](auto first, const auto& then) {
        first.insert(first.end(), then.begin(), then.end());
        return first;
    };
    shaping->request_functions = joined(all_.request_functions, route.request_functions);
    shaping->response_functions = joined(route.response_functions, all_.response_functions);
    return shaping;
}

std::shared_ptr<const Shaping> ShapingAssembly::of_all() {
    if (anything_ && !shared_) shared_ = joined({});
    return shared_;
}

std::shared_ptr<const Shaping> ShapingAssembly::of_route(const std::string& owner, const Item& table,
                                                         const RouteFacts& route, const Report& report) {
    Said said;
    bool own = false, no_cors = false;
    std::optional<Rewrite> rewrite;
    std::optional<Redirect> redirect;
    for (const auto name : route_names) {
        const Item* item = table.find(name);
        if (!item || item->is(Item::Kind::mistake)) continue;
        own = true;
        const std::string what = owner + ": " + std::string{name};
        if ((name == "rewrite" || name == "request_headers") && !route.has_upstream) {
            report(what + ": expected an upstream that the request goes to, got none");
            continue;
        }
        if (name == "request" && !route.has_upstream && !route.has_register) {
            report(what + ": expected an upstream that the request goes to, or register, got none");
            continue;
        }
        if (name == "rewrite")
            rewrite = read_rewrite(what, *item, route.name, report);
        else if (name == "redirect")
            redirect = read_redirect(what, *item, route.name, origin_, report);
        else if (name == "cors" && item->is(Item::Kind::boolean) && !item->truth)
            no_cors = true;
        else
            read(said, name, what, *item, report);
    }
    if (!own) return of_all();
    auto shaping = joined(said);
    shaping->rewrite = std::move(rewrite);
    shaping->redirect = std::move(redirect);
    if (no_cors) shaping->cors.reset();
    return shaping;
}

}  // namespace tollgate::config
