// core/admin/handlers.h - what the admin listener can be asked, one function and one file each, and what they work on.
//
// Handlers know nothing of sockets: the listener (admin_listener.h) has read the request and will send the answer. They
// run on its threads and may block.
#pragma once

#include <tollgate/host.h>

#include "admin/guard.h"
#include "admin/pages.h"
#include "gateway/next_target.h"
#include "store/database.h"

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace tollgate {
struct Snapshot;
}
namespace tollgate::plugins {
class Catalogue;
class Metrics;
}  // namespace tollgate::plugins

namespace tollgate::admin {

// What a reload brought. `problems` are lines like "routes.lua:3: unknown word ...".
struct ReloadResult {
    bool ok = false;
    std::string summary;
    std::vector<std::string> problems;
    std::vector<std::string> changes{};  // lines for people, bounded
    std::string difference{};            // the same as JSON, whole; "" where nothing was reloaded
};

struct Health {
    bool serving = false;  // false: draining
    std::vector<std::string> unready{};  // why no further requests should be sent here; empty: they should
    std::vector<std::string> listening;
    std::chrono::seconds uptime{0};
};

// Where keys are kept, by the configuration in force, with the schema of this program.
struct KeyDatabase {
    std::shared_ptr<store::Database> database;
    std::function<bool(const std::string& tier)> has_tier;
};

// The running gateway as the handlers see it. The functions may be called from any thread, and several at once.
struct Controls {
    std::function<ReloadResult()> reload;
    std::function<Health()> health;
    plugins::Catalogue& catalogue;
    plugins::Metrics& metrics;
    Pages& pages;
    std::function<Access()> access;
    std::function<std::string()> routes;  // as `tollgate routes --json` of the configuration in force
    std::function<std::shared_ptr<const Snapshot>()> current{};  // the configuration in force
    std::function<NextTarget(const std::string& upstream)> next_target{};
    std::function<KeyDatabase()> keys{};  // throws store::StoreError
};

// A request as read; `rest` is the path after what named the handler.
struct Call {
    std::string method, path, query, body, rest;
};

AdminAnswer show_health(const Call& call, const Controls& controls);   // GET /health
AdminAnswer show_ready(const Call& call, const Controls& controls);    // GET /ready
AdminAnswer keys(const Call& call, const Controls& controls);          // GET, POST /keys
AdminAnswer key(const Call& call, const Controls& controls);           // GET, PATCH, DELETE /keys/ID, POST /keys/ID/rotate
AdminAnswer show_routes(const Call& call, const Controls& controls);   // GET /routes
AdminAnswer show_metrics(const Call& call, const Controls& controls);  // GET /metrics
AdminAnswer show_plugins(const Call& call, const Controls& controls);  // GET /plugins
AdminAnswer show_page(const Call& call, const Controls& controls);     // any /plugins/<plugin>/<page>
AdminAnswer show_upstreams(const Call& call, const Controls& controls);   // GET /upstreams
AdminAnswer change_upstream(const Call& call, const Controls& controls);  // POST /upstreams/<upstream>/drain, undrain
AdminAnswer show_next_target(const Call& call, const Controls& controls);  // GET /upstreams/<upstream>/next
AdminAnswer run_command(const Call& call, const Controls& controls);   // POST /command
AdminAnswer reload(const Call& call, const Controls& controls);        // POST /reload

// Finds the handler and calls it; 404 and 405 where there is none. Logs what a handler throws and answers 500.
AdminAnswer answer(Call call, const Controls& controls);

// {"ok":false,"error":"..."}
AdminAnswer refused(int status, const std::string& error);

}  // namespace tollgate::admin
