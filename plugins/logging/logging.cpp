// plugins/logging/logging.cpp - the logging plugin: a line for every request, to streams, files, syslog or a database.
#include "fields.h"
#include "log.h"
#include "writers.h"

#include <tollgate/plugin.h>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

using namespace tollgate;

namespace {

using namespace tollgate::logging;

std::vector<std::unique_ptr<Log>> logs_of(const Settings& settings, Host& host) {
    std::vector<std::unique_ptr<Log>> logs;
    const auto tables = settings.tables("logs");
    if (tables.empty()) {
        logs.push_back(std::make_unique<Log>(Said{settings}, host));
        return logs;
    }
    for (const char* const name : {"to", "syslog"})
        if (settings.has(name)) throw ConfigError{name, "expected it in each of logs, got it beside them"};
    if (settings.boolean("database")) throw ConfigError{"database", "expected it in one of logs, got it beside them"};
    for (std::size_t i = 0; i < tables.size(); ++i) {
        const Said said{settings, *tables[i], i + 1};
        logs.push_back(std::make_unique<Log>(said, host));
        const auto same = [&](const auto& log) { return !log->spool().empty() && log->spool() == logs.back()->spool(); };
        if (std::any_of(logs.begin(), logs.end() - 1, same))
            throw said.problem("database", "expected one log with a spool, got another one with the same");
    }
    return logs;
}

class Logging final : public Plugin {
public:
    Logging(const Settings& settings, Host& host)
        : host_{host}, logs_{logs_of(settings, host)},
          writers_{host.state<Writers>("destinations", [] { return std::make_shared<Writers>(); })} {
        for (const auto& log : logs_)
            if (log->writer()) writers_->add(log->writer());
        host.add_command("reopen", "opens all log files anew, after a rotation",
                         [all = writers_](const AdminRequest&) { return all->reopen(); });
        // Last: where the constructor throws, nobody has been told.
        for (const auto& log : logs_) log->report_to(host);
    }

    // Only to say so: when the line is written, nobody is told any more.
    Verdict on_request(RequestContext& ctx) const override {
        if (!ctx.traced()) return {};
        for (const auto& log : logs_)
            ctx.trace(log->format() + (log->format() == "row" ? " in the " : " line to ") + log->destination(),
                      {{"format", log->format()}, {"to", log->destination()}});
        return {};
    }

    void on_log(const LogContext& ctx) const override {
        const Record record = record_of(ctx);
        const std::size_t loop = host_.this_loop();
        for (const auto& log : logs_) log->write(ctx, record, loop);
    }

private:
    static Record record_of(const LogContext& ctx) {
        const Request& request = ctx.request();
        const Caller* caller = ctx.caller().get();
        return {
            .time = ctx.started(),
            .request_id = ctx.request_id(),
            .client_ip = ctx.client_ip(),
            .method = request.method(),
            .path = request.path(),
            .query = request.query(),
            .route = ctx.route(),
            .reason = ctx.reason(),
            .detail = ctx.detail(),
            .caller = caller ? caller->id() : std::string_view{},
            .tier = caller ? caller->tier() : std::string_view{},
            .upstream = ctx.upstream(),
            .target = ctx.target(),
            .user_agent = request.headers().get("User-Agent"),
            .host = request.host(),
            .scheme = ctx.scheme(),
            .owner = caller ? caller->owner() : std::string_view{},
            .cache = ctx.response_headers().get("X-Cache"),
            .protocol = request.version_minor() == 0 ? "HTTP/1.0" : "HTTP/1.1",
            .trace_id = ctx.trace_id(),
            .span_id = ctx.span_id(),
            .id = {},  // and what follows: each log's own
            .status = ctx.status(),
            .attempts = ctx.attempts(),
            .upstream_status = ctx.upstream_status(),
            .bytes_received = static_cast<std::int64_t>(ctx.bytes_received()),
            .bytes_sent = static_cast<std::int64_t>(ctx.bytes_sent()),
            .duration = ctx.duration(),
            .upstream_time = ctx.upstream_time(),
            .gateway_time = std::max(ctx.duration() - ctx.upstream_time(), std::chrono::nanoseconds{0}),
            .complete = ctx.complete(),
            .hedged = ctx.hedged(),
            .request_headers = {},
            .response_headers = {},
        };
    }

    Host& host_;
    const std::vector<std::unique_ptr<Log>> logs_;
    const std::shared_ptr<Writers> writers_;
};

}  // namespace

TOLLGATE_PLUGIN(.name = "logging", .summary = "writes a line for every request", .fields = tollgate::logging::fields(),
                .create = tollgate::make<Logging>)
