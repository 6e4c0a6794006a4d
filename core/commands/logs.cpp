// core/commands/logs.cpp - `tollgate logs`: the last requests of a running gateway, and with -f those that follow.
#include "commands/commands.h"
#include "commands/remote.h"
#include "commands/watching.h"

#include "admin/watcher.h"
#include "commands/surroundings.h"
#include "support/text.h"

#include <algorithm>
#include <iostream>
#include <vector>

namespace tollgate::commands {

namespace {

using Poco::JSON::Object;

constexpr std::size_t most_on_page = 1000;

std::string text_of(const Object& json, const char* name) {
    return text::printable(json.optValue<std::string>(name, ""));  // a client chose some of it, and this is a terminal
}

const char* colour_of(int status) {
    if (status >= 500) return "\x1b[31m";
    if (status >= 400) return "\x1b[33m";
    return "\x1b[32m";
}

// "09:00:00.123 200    1.234 ms GET /orders/7  route=GET /orders/:id upstream=orders caller=key-1 client=192.0.2.7"
std::string line_of(const Object& json, bool colour) {
    const int status = json.optValue("status", 0);
    const std::string time = text_of(json, "time"), took = text::number(json.optValue("duration_ms", 0.0));
    std::string line = time.size() > 23 ? time.substr(11, 12) : time;
    line += ' ' + (colour ? colour_of(status) + std::to_string(status) + "\x1b[0m" : std::to_string(status));
    line += std::string(took.size() < 9 ? 9 - took.size() : 0, ' ') + took + " ms " + text_of(json, "method") + ' ' +
            text_of(json, "path");
    const auto more = [&](const char* label, const char* name) {
        if (const std::string value = text_of(json, name); !value.empty()) line += std::string{"  "} + label + '=' + value;
    };
    more("reason", "reason");
    more("route", "route");
    more("upstream", "upstream");
    more("target", "target");
    more("cache", "cache");
    more("caller", "caller");
    more("client", "client_ip");
    if (!json.optValue("complete", true)) line += "  (cut)";
    return line;
}

// The message without what makes it one: `{"id":...}`.
std::string record_of(const std::string& message) {
    constexpr std::string_view lead = R"({"type":"request",)";
    return message.starts_with(lead) ? '{' + message.substr(lead.size()) : message;
}

// As a query, or "" having complained.
std::optional<std::string> query_of(const Options& options) {
    std::string query;
    for (const auto& [name, value] : options.filters)
        if (!value.empty()) query += query_member(name, value);
    admin::Wish wish;
    if (const std::string problem = wish.read(query); !problem.empty()) {
        complain("--" + problem);
        return std::nullopt;
    }
    return query;
}

void show(const Options& options, const Object& json, bool colour) {
    if (options.json) json.stringify(std::cout);
    else std::cout << line_of(json, colour);
    std::cout << '\n';
}

// A page of what the gateway, or its database, remembers, added to `found`; `cursor` is that of the next, "" at the end.
int next_page(const Options& options, const std::string& query, std::vector<Object::Ptr>& found, std::string& cursor) {
    const std::size_t limit = std::min<std::size_t>(options.lines - found.size(), most_on_page);
    const std::string path = "/logs?" + query + query_member("limit", std::to_string(limit)) +
                             (cursor.empty() ? "" : query_member("cursor", cursor));
    return order(options, path, std::nullopt, [&](int status, const Object& json) {
        if (status != 200) {
            complain(json.optValue<std::string>("error", "it did not say why"));
            if (const auto fields = json.getObject("fields"))
                for (const auto& [name, problem] : *fields) complain("--" + name + ": " + problem.convert<std::string>());
            return failed;
        }
        const auto requests = json.getArray("requests");
        for (unsigned i = 0; i < requests->size(); ++i) found.push_back(requests->getObject(i));
        cursor = json.isNull("next") ? "" : json.getValue<std::string>("next");
        return done;
    });
}

// Those of before, as they happened: the oldest first.
int past_logs(const Options& options, std::string query) {
    if (!options.source.empty()) query += query_member("source", options.source);
    std::vector<Object::Ptr> found;
    std::string cursor;
    do {
        if (options.lines == 0) return done;
        if (const int code = next_page(options, query, found, cursor); code != done) return code;
    } while (!cursor.empty() && found.size() < options.lines);
    const bool colour = wants_colour(1);
    for (auto one = found.rbegin(); one != found.rend(); ++one) show(options, **one, colour);
    return std::cout ? done : failed;
}

}  // namespace

int logs(const Options& options) {
    const auto query = query_of(options);
    if (!query) return wrong;
    if (!options.follow) return past_logs(options, *query);
    if (options.lines > admin::Wish::most_recent) {
        complain("-n: expected at most " + std::to_string(admin::Wish::most_recent) + " with -f, got " +
                 std::to_string(options.lines));
        return wrong;
    }
    return watched([&] {
        const bool colour = wants_colour(1);
        Watching watching{options, *query, "recent=" + std::to_string(options.lines)};
        for (std::optional<std::uint64_t> before;;) {  // how many of before are still to come
            const auto message = watching.next(std::chrono::seconds{1});
            if (!message) continue;
            if (message->type() == "hello" && !before) before = message->json->optValue<std::uint64_t>("recent", 0);
            const auto left_out = message->json->optValue<std::uint64_t>("sampled_out", 0);
            if (message->type() == "second" && left_out > 0)
                complain(text::count(left_out, "request") + " of that second not looked at: there are too many");
            if (message->type() != "request") continue;
            std::cout << (options.json ? record_of(message->text) : line_of(*message->json, colour)) << '\n' << std::flush;
            if (!std::cout) return failed;
            if (before && *before > 0) --*before;
        }
    });
}

}  // namespace tollgate::commands
