// core/config/tracing_assembly.cpp - `tracing { ... }`: which requests are traced, and where spans go.
#include "config/assembly.h"
#include "config/header_items.h"
#include "http/layout.h"
#include "support/text.h"

#include <algorithm>
#include <chrono>
#include <stdexcept>

namespace tollgate::config {

namespace {

using tracing::Believed;

constexpr std::chrono::seconds longest_to_connect{10};

// nullopt, and a problem, where it is none of them.
std::optional<Believed> believed(const Item& item, const Report& report) {
    if (item.is(Item::Kind::boolean)) return item.truth ? Believed::everybody : Believed::nobody;
    if (item.is(Item::Kind::text) && item.text == "trusted") return Believed::trusted;
    if (!item.is(Item::Kind::mistake))
        report("tracing: parent: expected true, false or \"trusted\", got " + item.describe());
    return std::nullopt;
}

// The URL in parts, into `to`. Of one without a path it is where OTLP is by itself.
std::optional<upstream::TargetAddress> address_of(const std::string& url, tracing::Destination& to, std::string& problem) {
    const auto scheme_end = url.find("://");
    const auto path = scheme_end == url.npos ? url.npos : url.find_first_of("/?#", scheme_end + 3);
    to.path = path == url.npos ? "/v1/traces" : url.substr(path);
    if (url.find('@') < url.find('?')) {  // a password, perhaps, and in one there may be a slash
        problem = "expected a URL without a login (headers = { Authorization = ... }), got another";
        return std::nullopt;
    }
    Request request;
    try {
        if (scheme_end == url.npos) throw std::invalid_argument{url};
        request.set_target(to.path);
    } catch (const std::invalid_argument&) {
        problem = "expected a URL (\"http://127.0.0.1:4318/v1/traces\"), got " + text::quote(url.substr(0, url.find('?')));
        return std::nullopt;
    }
    return upstream::TargetAddress::parse(url.substr(0, path), problem);
}

}  // namespace

void Assembly::add_tracing(const Declaration& declaration) {
    if (!once(declaration, "tracing", tracing_) || !expect_table(declaration)) return;
    const auto settings = check(declaration.place, "tracing", declaration.item, tracing_shape);
    auto parent = std::optional{Believed::trusted};
    if (const Item* said = declaration.item.find("parent")) parent = believed(*said, report_at(declaration.place));
    auto to = collector_of(declaration, settings ? settings->duration("timeout") : tracing::Destination{}.timeout);
    if (!settings || !parent) return;
    if (to) {
        to->service = settings->text("service");
        to->every = settings->duration("every");
        to->batch = std::size_t(settings->integer("batch"));
        to->queue = std::size_t(settings->integer("queue"));
        if (to->queue < to->batch)
            add_problem(declaration.place, "tracing: queue: expected at least batch, " + std::to_string(to->batch) + ", got " +
                                               std::to_string(to->queue));
    }
    snapshot_->tracing.emplace(
        Tracing{{settings->number("sample"), *parent}, std::move(to), settings->duration("noticeable")});
}

// Null where spans go nowhere, or, with problems, where something is wrong.
std::shared_ptr<tracing::Destination> Assembly::collector_of(const Declaration& declaration, net::Duration timeout) {
    const auto complain = [&](const std::string& what) { add_problem(declaration.place, "tracing: " + what); };
    const Item* const said = declaration.item.find("to");
    if (!said) {
        for (const char* name : {"headers", "tls"})
            if (declaration.item.find(name)) complain(std::string{name} + ": expected to = \"http://...\" beside it, got none");
        return nullptr;
    }
    if (said->is(Item::Kind::mistake)) return nullptr;
    auto to = std::make_shared<tracing::Destination>();
    std::string problem = "expected a URL (\"http://127.0.0.1:4318/v1/traces\"), got " + said->describe();
    auto address = said->is(Item::Kind::text) ? address_of(said->text, *to, problem) : std::nullopt;
    if (!address) {
        complain("to: " + problem);
        return nullptr;
    }
    to->url = said->text.substr(0, said->text.find('?'));
    to->timeout = timeout;
    auto collector = std::make_shared<upstream::Upstream>();
    collector->name = "tracing";
    collector->where = where(declaration.place);
    collector->preserve_host = false;
    collector->keep_alive = 1;
    // The export as a whole is what has a limit.
    collector->timeout = collector->idle_timeout = timeout;
    collector->connect_timeout = std::min<std::chrono::nanoseconds>(timeout, longest_to_connect);
    collector->targets.push_back(std::make_unique<upstream::UpstreamTarget>(*collector, std::move(*address), 1,
                                                                            std::make_shared<upstream::TargetState>()));
    set_tls(declaration, "tracing: tls", *collector);
    to->collector = std::move(collector);
    const Item* const headers = declaration.item.find("headers");
    if (!headers) return to;
    to->headers = fixed_headers("tracing: headers", *headers, origin_, report_at(declaration.place), ChangedHeaders::of_requests);
    if (const auto hosts = Headers::Layout::count(to->headers, http::Known::host); hosts > 1)
        complain("headers: Host: expected one text, got " + std::to_string(hosts));
    for (const char* name : {"Content-Type", "Content-Encoding"})
        if (to->headers.has(name)) complain(std::string{"headers: "} + text::quote(name) + " is the gateway's own to send");
    return to;
}

}  // namespace tollgate::config
