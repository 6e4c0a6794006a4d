// core/admin/endpoints.cpp - the rows of the admin API's table.
#include "admin/endpoints.h"

#include "admin/upgrade_wait.h"

#include <string>

namespace tollgate::admin {

namespace {

constexpr std::string_view text_plain = "text/plain", text_html = "text/html";
constexpr std::string_view open_metrics = "application/openmetrics-text";

constexpr Reply no_upstream{404, "Error", "no such upstream, or target of it"};
constexpr Reply no_key{404, "Error", "no such key"};
constexpr Reply keys_away{503, "Error", "the database of keys does not answer"};
constexpr Reply wrong_fields{422, "WrongFields", "something is wrong with some of the fields"};
constexpr Member of_upstream{"upstream", "text", "its name in routes.lua"};
constexpr Member of_target{"target", "text", "the target's address, as GET /upstreams says it"};
constexpr Reply past_away{503, "Error", "the database, or a loop, does not answer in time"};
constexpr Reply loops_away{503, "Error", "a loop does not answer in time"};
constexpr Reply not_seen{404, "Error", "nobody is remembered by that name"};
constexpr Member of_source{"source?", "memory|database",
                           "who is asked; the database, where requests are written there"};
constexpr Member of_key{"id", "text", "the key's id"};

}  // namespace

const std::vector<Tag>& tags() {
    static const std::vector<Tag> all{
        {"gateway", "Whether it works, what it does, what it is made of."},
        {"configuration", "What routes.lua says, and what follows from it."},
        {"upstreams", "Where requests go: health, figures, draining."},
        {"callers", "Who asks: keys and what they may."},
        {"watching", "What happened: metrics, requests, figures over time."},
        {"plugins", "What plugins are loaded, their pages and commands."},
    };
    return all;
}

const std::vector<Endpoint>& endpoints() {
    static const std::string wait_doc =
        "seconds in which it must serve, 1 to " + std::to_string(longest_upgrade_wait.count()) + "; " +
        std::to_string(usual_upgrade_wait.count()) + " unless told";
    static const std::vector<Endpoint> all{
        {"GET", "/health", show_health, "gateway", "whether it serves, for whoever balances over gateways",
         {{200, "Health", "it serves"}, {503, "Health", "it drains"}}, {}, {}, true},
        {"GET", "/ready", show_ready, "gateway", "whether requests should be sent here",
         {{200, "Ready", "they should"}, {503, "Ready", "they should not, and why"}}, {}, {}, true},
        {"GET", "/status", show_status, "gateway", "the gateway at a glance, as one small object",
         {{200, "Status", "as of now"}}},
        {"GET", "/services", show_services, "gateway", "what operators may have restarted, and what came of it",
         {{200, "Services", "as `admin { services = ... }` says"}}},
        {"POST", "/services/{service}/restart", restart_service, "gateway",
         "run a service's restart program, and wait for its end",
         {{200, "Restart", "it was run; `status` says how it went"}, {404, "Error", "no such service"},
          {409, "Error", "a restart is under way"}},
         {{"service", "text", "its name in routes.lua"}}},
        {"POST", "/upgrade", upgrade, "gateway", "replace this process by the program that stands at its path now",
         {{200, "Upgrade", "the new process serves; this one drains, and ends"},
          {409, "Upgrade", "refused, or the new process failed; this one goes on"}, wrong_fields},
         {{"wait?", "integer", wait_doc}}},
        {"GET", "/audit", show_audit, "gateway", "who changed what here, or was refused to",
         {{200, "AuditLog", "since this gateway began"}, wrong_fields},
         {{"limit?", "integer", "at most so many, 1 to 1000; 100 unless told"}}},
        {"GET", "/config", show_configuration, "configuration", "what is in force as it was written, without secrets",
         {{200, "Configuration", "with what was wrong with the last reload"}}},
        {"POST", "/explain", explain, "configuration", "what would become of a request: a rehearsal, nothing is sent",
         {{200, "Explanation", "as `tollgate explain --json`"}, {400, "Error", "the body is no JSON object"},
          wrong_fields, {503, "Error", "it cannot be rehearsed"}},
         {}, "ExplainedRequest"},
        {"GET", "/tiers", show_tiers, "callers", "what callers of each tier may", {{200, "Tiers", "as declared"}}},
        {"POST", "/reload", reload, "configuration", "read routes.lua again; all of it or nothing",
         {{200, "Reload", "it is in force"}, {409, "Reload", "refused; the configuration before stays"}}},
        {"GET", "/routes", show_routes, "configuration", "the routes in force, in the order in which they are tried",
         {{200, "[Route]", "the last is what becomes of requests that no route takes"}}},
        {"GET", "/upstreams", show_upstreams, "upstreams", "all upstreams and what is known of each target",
         {{200, "Upstreams", "as of now"}}},
        {"GET", "/upstreams/{upstream}/next", show_next_target, "upstreams",
         "the target that the next request would go to",
         {{200, "NextTarget", "where a balancer counts, it has counted"}, no_upstream,
          {503, "Error", "no target can take a request"}},
         {of_upstream}, {}, false, true},
        {"POST", "/upstreams/{upstream}/drain", drain_target, "upstreams", "no new requests for a target",
         {{200, "Drained", "requests under way go on"}, {400, "Error", "no target is named"}, no_upstream},
         {of_upstream, of_target}},
        {"POST", "/upstreams/{upstream}/undrain", undrain_target, "upstreams", "requests for a target again",
         {{200, "Drained", "it is in where it is healthy"}, {400, "Error", "no target is named"}, no_upstream},
         {of_upstream, of_target}},
        {"GET", "/keys", list_keys, "callers", "the API keys, by id; never their secrets",
         {{200, "Keys", "a page of them"}, wrong_fields, keys_away},
         {{"owner?", "text", "only this owner's"},
          {"tier?", "text", "only those of this tier"},
          {"active?", "truth", "only those that are active, or that are revoked"},
          {"after?", "text", "where the page before ended: its `next`"},
          {"limit?", "integer", "at most so many, 1 to 1000"}}},
        {"POST", "/keys", create_key, "callers", "make a key; its secret is shown this once",
         {{201, "KeyWithSecret", "made"}, {400, "Error", "the body is no JSON object"},
          {409, "Error", "the database refuses it"}, wrong_fields, keys_away},
         {}, "KeyFields"},
        {"GET", "/keys/{id}", show_key, "callers", "one key", {{200, "Key", "it"}, no_key, keys_away}, {of_key}},
        {"PATCH", "/keys/{id}", update_key, "callers", "change what a key says",
         {{200, "Key", "as it is now"}, {400, "Error", "the body is no JSON object"}, no_key, wrong_fields, keys_away},
         {of_key}, "KeyFields"},
        {"DELETE", "/keys/{id}", revoke_key, "callers", "revoke a key",
         {{200, "Key", "revoked; it stays in the list"}, no_key, keys_away}, {of_key}},
        {"POST", "/keys/{id}/rotate", rotate_key, "callers", "a new secret for a key; the one before works a while",
         {{200, "KeyWithSecret", "with the new secret, shown this once"}, {400, "Error", "the body is no JSON object"},
          no_key, wrong_fields, keys_away},
         {of_key}, "Rotation"},
        {"GET", "/keys/{id}/usage", show_key_usage, "callers",
         "what a key's caller was answered, and has left of his limits",
         {{200, "Usage", "since he is remembered"}, not_seen, loops_away},
         {of_key}},
        {"GET", "/callers", show_callers, "callers", "who asked, with and without keys of the database",
         {{200, "Callers", "who asked most first"}, wrong_fields, loops_away},
         {{"limit?", "integer", "at most so many, 1 to 1000"},
          {"cursor?", "text", "where the page before ended: its `next`"}}},
        {"GET", "/analytics", show_analytics, "watching", "requests over time, and who and what came most",
         {{200, "Analytics", "up to now"}, wrong_fields, past_away},
         {{"hours?", "integer", "by the clock: 24 unless told, the most from memory; from the database 744 at most"},
          of_source}},
        {"GET", "/logs", show_logs, "watching", "the requests that are remembered",
         {{200, "Logs", "a page of them"}, wrong_fields, past_away},
         {{"limit?", "integer", "at most so many, 1 to 1000"},
          {"cursor?", "text", "where the page before ended: its `next`"},
          of_source,
          {"since?", "text", "that began then or later: a time, or 15m for so long ago"},
          {"until?", "text", "that began before, likewise"},
          {"status?", "text", "429, 5xx or 400-499"},
          {"key?", "text", "of the caller with this id: of a key, key-ID"},
          {"owner?", "text", "of this owner's"},
          {"tier?", "text", "of this tier's"},
          {"method?", "text", "of this method"},
          {"path?", "text", "whose path begins so"},
          {"route?", "text", "that took this route, as it is written"},
          {"upstream?", "text", "that went to this upstream"},
          {"ip?", "text", "of this client"},
          {"request_id?", "text", "the one with this id"}}},
        {"GET", "/metrics/{key}", show_usage, "watching", "the figures of one caller, or of all callers of an owner",
         {{200, "Usage", "since they are remembered"}, not_seen, loops_away},
         {{"key", "text", "a caller's id, a key's, or an owner"}}},
        {"GET", "/metrics", show_metrics, "watching", "every figure, for Prometheus",
         {{200, "", "as docs/metrics.md names them", text_plain},
          {200, "", "the same, where Accept names it", open_metrics}}},
        {"GET", "/ws/live", show_live, "watching", "a WebSocket that tells of requests as they end, and of each second",
         {{101, "", "messages as docs/watching.md has them", ""}, {400, "Error", "no such wish, or hands badly shaken"},
          {426, "Error", "the request is no WebSocket's"}, {503, "Error", "32 watch already"}},
         {{"only?", "requests|seconds", "the one kind of messages; else both"},
          {"recent?", "integer", "so many of the last requests first, 0 to 200"},
          {"status?", "text", "requests of this status (429), class (5xx) or range (400-499)"},
          {"method?", "text", "requests of this method"},
          {"path?", "text", "requests whose paths begin so"},
          {"route?", "text", "requests that took this route, as it is written"},
          {"upstream?", "text", "requests that went to this upstream"},
          {"key?", "text", "requests of the caller with this id"},
          {"owner?", "text", "requests of this owner's keys"},
          {"tier?", "text", "requests of this tier"},
          {"ip?", "text", "requests of this client"},
          {"request_id?", "text", "the request with this id"},
          {"since?", "text", "requests that began then or later: a time, or 15m for so long ago"},
          {"until?", "text", "requests that began before, likewise"}}},
        {"GET", "/plugins", show_plugins, "plugins", "what is loaded, its settings, pages and commands",
         {{200, "Plugins", "by name"}}},
        {"", "/plugins/{plugin}/{page*}", show_page, "plugins", "a page of a plugin",
         {{200, "anything", "what the plugin's README says"}, {404, "Error", "no such plugin, or page of it"}},
         {{"plugin", "text", "its name"}, {"page", "text", "the page's; it may hold slashes"}}, {}, false, true},
        {"POST", "/command", run_command, "plugins", "run a plugin's command, as `tollgate plugin` does",
         {{200, "CommandDone", "it ran"}, {400, "Error", "the body is no such order"},
          {404, "Error", "no such command"}},
         {}, "Command"},
        {"GET", "/openapi.json", show_openapi, "gateway", "this interface as an OpenAPI document",
         {{200, "anything", "OpenAPI 3.1"}}, {}, {}, true},
        {"GET", "/docs", show_docs, "gateway", "this interface as a page to read",
         {{200, "", "a page", text_html}}, {}, {}, true},
        {"GET", "/docs/{file*}", show_docs, "gateway", "what that page needs",
         {{200, "", "its style", "text/css"}, {404, "Error", "no such file"}},
         {{"file", "text", "its name"}}, {}, true},
        {"GET", "/", show_dashboard, "gateway", "to the dashboard", {{302, "", "to /dashboard/"}}, {}, {}, true},
        {"GET", "/dashboard/{file*}", show_dashboard, "gateway", "the dashboard, a page to watch this gateway by",
         {{200, "", "the page, or what it needs", text_html}, {302, "", "to /dashboard/, where the slash is left out"},
          {404, "Error", "no such file, or the gateway was built without the page"}},
         {{"file", "text", "its name; none: the page itself"}}, {}, true},
    };
    return all;
}

const std::vector<const Shape*>& shapes() {
    static const std::vector<const Shape*> all = [] {
        std::vector<const Shape*> all;
        for (const auto* some : {&gateway_shapes(), &explanation_shapes(), &upstream_shapes(), &key_shapes(),
                                 &past_shapes(), &plugin_shapes()})
            for (const Shape& shape : *some) all.push_back(&shape);
        return all;
    }();
    return all;
}

}  // namespace tollgate::admin
