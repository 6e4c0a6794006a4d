// core/config/shaping_items.cpp - reads `errors`, `cors`, `request` and `response`.
#include "config/shaping_assembly.h"
#include "http/layout.h"
#include "support/text.h"

#include <algorithm>

namespace tollgate::config {

namespace {

std::optional<BodyTemplate> read_body(const std::string& owner, const std::string& text, std::string_view type,
                                      const Report& report) {
    std::string problem;
    auto body = BodyTemplate::parse(text, BodyTemplate::escaping_of(type), problem);
    if (!body) report(owner + ": " + problem);
    return body;
}

std::optional<ErrorAnswer> read_error(const std::string& owner, const Item& item, const Origin& origin,
                                      const Report& report) {
    ErrorAnswer answer;
    if (item.is(Item::Kind::text)) {
        answer.body = read_body(owner, item.text, {}, report);
        return answer;
    }
    answer.function = function_of(item);
    if (answer.function) return answer;
    if (!item.is(Item::Kind::table)) {
        report(owner + ": expected a body, { status = 400, body = \"...\", type = \"...\" } or a function, got " +
               item.describe());
        return std::nullopt;
    }
    const auto settings = read_settings(owner, item, error_answer_shape, origin, report);
    if (const Item* headers = item.find("headers"))
        answer.headers = fixed_headers(owner + ": headers", *headers, origin, report);
    if (!settings) return std::nullopt;
    if (settings->has("status")) answer.status = int(settings->integer("status"));
    if (settings->has("type")) answer.type = settings->text("type");
    if (!can_be_header_value(answer.type))
        report(owner + ": type: expected a text of one line, got " + text::quote(answer.type));
    if (settings->has("body")) {
        // What is filled in is written as the type asks, also where a line of `headers` says it.
        const auto line = answer.headers.get("Content-Type");
        answer.body = read_body(owner + ": body", settings->text("body"), line.empty() ? answer.type : line, report);
        if (answer.status == 204 || answer.status == 304)
            report(owner + ": expected no body with status " + std::to_string(*answer.status));
    } else if (settings->has("type")) {
        report(owner + ": type: expected a body with it, got none");
    }
    return answer;
}

// 404, "5xx" or any; nullopt for what must then be a reason.
std::optional<int> status_key(std::string_view name) {
    if (name == "any") return ErrorAnswers::any;
    if (name == "4xx" || name == "5xx") return name[0] - '0';
    const auto status = text::whole_number<int>(name);
    return status && *status >= 400 && *status <= 599 ? status : std::nullopt;
}

}  // namespace

std::shared_ptr<const ErrorAnswers> read_errors(const std::string& owner, const Item& item, const Origin& origin,
                                                const Report& report) {
    if (!item.is(Item::Kind::table) || !item.list.empty()) {
        report(owner + ": expected { [404] = ..., rate_limited = ..., [\"5xx\"] = ..., any = ... }, got " +
               item.describe());
        return nullptr;
    }
    auto answers = std::make_shared<ErrorAnswers>();
    for (const auto& [name, said] : item.named) {
        if (said.is(Item::Kind::mistake)) continue;
        const auto status = status_key(name);
        if (!status && !text::is_word(name)) {
            report(owner +
                   ": expected a status from 400 to 599, \"4xx\", \"5xx\", a reason (rate_limited) or any, got " +
                   text::quote(name));
            continue;
        }
        auto answer = read_error(owner + ": " + name, said, origin, report);
        if (!answer) continue;
        if (status)
            answers->add_status(*status, *std::move(answer));
        else
            answers->add_reason(name, *std::move(answer));
    }
    return answers;
}

std::shared_ptr<const Cors> read_cors(const std::string& owner, const Item& item, const Origin& origin,
                                      const Report& report) {
    if (!item.is(Item::Kind::table)) {
        report(owner + ": expected { origins = { ... } } or, in a route, false, got " + item.describe());
        return nullptr;
    }
    const auto settings = read_settings(owner, item, cors_shape, origin, report);
    if (!settings) return nullptr;
    Cors::Rules rules;
    std::string problem;
    const auto texts = settings->texts("origins");
    if (texts.empty()) report(owner + ": origins: expected at least one, got none");
    for (const auto& text : texts) {
        if (auto pattern = OriginPattern::parse(text, problem))
            rules.origins.push_back(*std::move(pattern));
        else
            report(owner + ": origins: " + problem);
    }
    if (settings->has("credentials")) rules.credentials = settings->boolean("credentials");
    for (const auto& pattern : rules.origins)
        if (rules.credentials && (pattern.any() || pattern.opaque()))
            report(owner +
                   ": credentials: expected origins with names, since anybody's page could use its reader's cookies; "
                   "got \"" +
                   (pattern.any() ? "*" : "null") + '"');
    const auto tokens = [&](const char* name, const char* wanted) {
        auto list = settings->texts(name);
        for (const auto& text : list)
            if (!http::is_token(text))
                report(owner + ": " + name + ": expected " + wanted + ", got " + text::quote(text));
        return list;
    };
    rules.methods = tokens("methods", "methods (\"GET\")");
    rules.headers = tokens("headers", "header names");
    rules.expose = tokens("expose", "header names");
    if (settings->has("max_age"))
        rules.max_age = std::chrono::duration_cast<std::chrono::seconds>(settings->duration("max_age")).count();
    return std::make_shared<const Cors>(std::move(rules));
}

std::optional<ChangeFunction> read_change(const std::string& owner, const Item& item, const Shape& shape,
                                          const Origin& origin, const Report& report) {
    ChangeFunction function{function_of(item), 0};
    if (function.number) return function;
    if (!item.is(Item::Kind::table)) {
        report(owner + ": expected a function or { body = 64 * kilobytes, change = function }, got " + item.describe());
        return std::nullopt;
    }
    const auto settings = read_settings(owner, item, shape, origin, report);
    const Item* change = item.find("change");
    if (change && change->is(Item::Kind::mistake)) return std::nullopt;
    function.number = change ? function_of(*change) : 0;
    if (!function.number)
        report(owner + ": change: expected a function of the " +
               (&shape == &request_change_shape ? "request" : "response") + ", got " +
               (change ? change->describe() : "none"));
    if (!settings || !function.number) return std::nullopt;
    if (settings->has("body")) function.body = settings->size("body");
    return function;
}

}  // namespace tollgate::config
