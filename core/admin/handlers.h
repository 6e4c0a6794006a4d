// core/admin/handlers.h - what the admin listener can be asked, one function and one file each, and what they work on.
//
// Handlers know nothing of sockets: the listener (admin_listener.h) has read the request and will send the answer. They
// run on its threads and may block.
#pragma once

#include <tollgate/host.h>

#include "admin/audit.h"
#include "admin/guard.h"
#include "admin/service_runs.h"
#include "gateway/moment.h"
#include "gateway/next_target.h"
#include "gateway/target_tally.h"
#include "history/record.h"
#include "plugins/pages.h"
#include "store/database.h"

#include <array>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tollgate {
struct AskedRequest;  // gateway/rehearsed_request.h
struct Snapshot;
class UsageReports;
}  // namespace tollgate
namespace tollgate::history {
class Feed;
class RequestHistory;
}  // namespace tollgate::history
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

// What came of an upgrade.
struct UpgradeResult {
    bool ok = false;
    std::string summary;             // one line
    long process = 0;                // that serves now
    std::string version;             // of it
    std::vector<std::string> words{};  // what the new process said, where it failed
};

struct Health {
    bool serving = false;  // false: draining
    std::vector<std::string> unready{};  // why no further requests should be sent here; empty: they should
    std::vector<std::string> listening;
    std::chrono::seconds uptime{0};
    std::chrono::system_clock::time_point started{};
};

// Where keys are kept, by the configuration in force, with the schema of this program.
struct KeyDatabase {
    std::shared_ptr<store::Database> database;
    std::function<bool(const std::string& tier)> has_tier;
};

// What reading routes.lua has brought.
struct Configuration {
    std::filesystem::path file;
    std::chrono::system_clock::time_point loaded, checked;  // since when this one is in force; when it was last read
    bool ok = true;                                         // it was in order then
    std::vector<std::string> problems{};                    // else what was wrong
};

// Requests since the start, by history::Result, and now.
struct Traffic {
    std::array<std::uint64_t, history::results> requests{};
    int in_flight = 0;
    std::size_t connections = 0;
    double per_second = 0;
};

// The running gateway as the handlers see it. The functions may be called from any thread, and several at once.
struct Controls {
    std::function<ReloadResult()> reload;
    std::function<Health()> health;
    plugins::Catalogue& catalogue;
    plugins::Metrics& metrics;
    plugins::Pages& pages;
    std::function<Access()> access;
    std::function<std::string()> routes;  // as `tollgate routes --json` of the configuration in force
    std::function<std::shared_ptr<const Snapshot>()> current{};  // the configuration in force
    std::function<NextTarget(const std::string& upstream)> next_target{};
    std::function<KeyDatabase()> keys{};  // throws store::StoreError
    history::Feed* feed = nullptr;           // what became of requests; null: nobody can watch
    const UsageReports* usage = nullptr;     // what the loops remember of them
    std::function<bool()> requests_are_stored{};  // in the database, by the configuration in force
    std::function<std::shared_ptr<history::RequestHistory>()> stored_requests{};  // what is there of them
    std::function<Moment()> moment{};
    std::function<Configuration()> configuration{};
    std::function<Traffic()> traffic{};
    std::function<TargetTally::Reading(const std::string& upstream, std::string_view address)> target{};
    // As `tollgate explain --json`, in the configuration in force. Throws WrongRequest, or std::runtime_error.
    std::function<std::string(const AskedRequest&)> explain{};
    std::shared_ptr<Audit> audit = std::make_shared<Audit>();
    std::shared_ptr<ServiceRuns> service_runs = std::make_shared<ServiceRuns>();
    std::function<UpgradeResult(std::chrono::seconds longest)> upgrade{};
};

// A request as read.
struct Call {
    std::string method, path, query, body;
    std::vector<std::string> parts{};  // of the path, where the endpoint's has {names}: see admin/endpoints.h
    std::string client{};              // the address it came from
    std::map<std::string, std::string> headers{};  // by name in lower case, without Authorization

    // The line's value, "" where there is none. `name` in lower case.
    std::string_view header(const std::string& name) const {
        const auto found = headers.find(name);
        return found == headers.end() ? std::string_view{} : found->second;
    }
};

// What is answered. Pages of plugins answer with the part of it that plugins know.
struct Answer {
    Answer() = default;
    Answer(int status, std::string content_type, std::string body)
        : status{status}, content_type{std::move(content_type)}, body{std::move(body)} {}
    Answer(AdminAnswer&& page)
        : status{page.status}, content_type{std::move(page.content_type)}, body{std::move(page.body)} {}

    int status = 200;
    std::string content_type = "text/plain; charset=utf-8";
    std::string body;
    std::vector<std::pair<std::string, std::string>> lines;  // further ones of its head; they go before the usual
    std::string what;  // came of it, for the audit log; "": what the endpoint is for says enough
};

Answer show_health(const Call& call, const Controls& controls);   // GET /health
Answer show_ready(const Call& call, const Controls& controls);    // GET /ready
Answer list_keys(const Call& call, const Controls& controls);     // GET /keys
Answer create_key(const Call& call, const Controls& controls);    // POST /keys
Answer show_key(const Call& call, const Controls& controls);      // GET /keys/ID
Answer update_key(const Call& call, const Controls& controls);    // PATCH /keys/ID
Answer revoke_key(const Call& call, const Controls& controls);    // DELETE /keys/ID
Answer rotate_key(const Call& call, const Controls& controls);    // POST /keys/ID/rotate
Answer show_key_usage(const Call& call, const Controls& controls);  // GET /keys/ID/usage
Answer show_callers(const Call& call, const Controls& controls);    // GET /callers
Answer show_usage(const Call& call, const Controls& controls);      // GET /metrics/KEY
Answer show_analytics(const Call& call, const Controls& controls);  // GET /analytics
Answer show_logs(const Call& call, const Controls& controls);       // GET /logs
Answer show_routes(const Call& call, const Controls& controls);   // GET /routes
Answer show_metrics(const Call& call, const Controls& controls);  // GET /metrics
Answer show_plugins(const Call& call, const Controls& controls);  // GET /plugins
Answer show_page(const Call& call, const Controls& controls);     // any /plugins/<plugin>/<page>
Answer show_status(const Call& call, const Controls& controls);         // GET /status
Answer show_configuration(const Call& call, const Controls& controls);  // GET /config
Answer explain(const Call& call, const Controls& controls);             // POST /explain
Answer show_tiers(const Call& call, const Controls& controls);          // GET /tiers
Answer show_services(const Call& call, const Controls& controls);       // GET /services
Answer restart_service(const Call& call, const Controls& controls);     // POST /services/NAME/restart
Answer show_audit(const Call& call, const Controls& controls);          // GET /audit
Answer show_openapi(const Call& call, const Controls& controls);  // GET /openapi.json
Answer show_docs(const Call& call, const Controls& controls);     // GET /docs
Answer show_dashboard(const Call& call, const Controls& controls);  // GET /, GET /dashboard/...
Answer show_upstreams(const Call& call, const Controls& controls);   // GET /upstreams
Answer drain_target(const Call& call, const Controls& controls);    // POST /upstreams/<upstream>/drain
Answer undrain_target(const Call& call, const Controls& controls);  // POST /upstreams/<upstream>/undrain
Answer show_next_target(const Call& call, const Controls& controls);  // GET /upstreams/<upstream>/next
Answer show_live(const Call& call, const Controls& controls);       // GET /ws/live that is no WebSocket
Answer run_command(const Call& call, const Controls& controls);   // POST /command
Answer reload(const Call& call, const Controls& controls);        // POST /reload
Answer upgrade(const Call& call, const Controls& controls);       // POST /upgrade

// Finds the handler and calls it; 404 and 405 where there is none. Logs what a handler throws and answers 500.
Answer answer(Call call, const Controls& controls);

// {"ok":false,"error":"..."}
Answer refused(int status, const std::string& error);

}  // namespace tollgate::admin
