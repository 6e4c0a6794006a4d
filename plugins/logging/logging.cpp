// plugins/logging/logging.cpp - the logging plugin: a line for every request, to stdout, stderr or a file.
#include "line.h"
#include "output.h"
#include "writer.h"

#include <tollgate/plugin.h>

#include <algorithm>
#include <filesystem>
#include <mutex>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

using namespace tollgate;

namespace {

using logging::Line;
using logging::Writer;

// Counters live as long as the gateway, and so may outlive the use that asked for them.
class Counts final : public Writer::Tally {
public:
    Counts(Host& host, const std::string& to)
        : written_{host.counter("lines_total", "Log lines written", {{"to", to}})},
          dropped_{host.counter("lines_dropped_total", "Log lines for which there was no room", {{"to", to}})},
          failed_{host.counter("write_errors_total", "Failed attempts to open or write a log", {{"to", to}})},
          queued_{host.gauge("queued_bytes", "Log lines that wait to be written", {{"to", to}})} {}
    void written(std::uint64_t lines) noexcept override { written_.add(lines); }
    void dropped(std::uint64_t lines) noexcept override { dropped_.add(lines); }
    void failed() noexcept override { failed_.add(); }
    void waiting(std::size_t bytes) noexcept override { queued_.set(double(bytes)); }

private:
    Counter &written_, &dropped_, &failed_;
    Gauge& queued_;
};

// All writers of all uses: the command "reopen" is one, however many uses there are.
class Destinations {
public:
    void add(const std::shared_ptr<Writer>& writer) {
        const std::lock_guard lock{mutex_};
        std::erase_if(writers_, [&](const auto& known) { return known.expired() || known.lock() == writer; });
        writers_.push_back(writer);
    }

    AdminAnswer reopen() {
        std::vector<std::shared_ptr<Writer>> writers;
        {
            const std::lock_guard lock{mutex_};
            for (const auto& known : writers_)
                if (auto writer = known.lock()) writers.push_back(std::move(writer));
        }
        AdminAnswer answer;
        answer.status = 0;
        for (const auto& writer : writers) {
            const std::string problem = writer->reopen(std::chrono::seconds{2});
            if (!problem.empty()) answer.status = 1;
            answer.body += problem.empty() ? writer->destination() + ": reopened\n" : problem + '\n';
        }
        return answer;
    }

private:
    std::mutex mutex_;
    std::vector<std::weak_ptr<Writer>> writers_;
};

// The setting is a path, so that a relative one starts at the folder of routes.lua. A last word of stdout or stderr
// means the stream: "stdout" by itself, and "/dev/stdout" as people write it.
std::string destination_of(const Settings& settings) {
    const std::filesystem::path path{settings.text("to")};
    if (path.filename() == "stdout" || path.filename() == "stderr") return path.filename().string();
    // One file, one writer. Symbolic links stay: a rotation may turn them elsewhere.
    const std::string destination = path.lexically_normal().string();
    if (const std::string problem = logging::Output::problem_with(destination); !problem.empty())
        throw ConfigError{"to", problem};
    return destination;
}

Line line_of(const Settings& settings) {
    const auto format = settings.text("format") == "json" ? logging::Format::json : logging::Format::text;
    try {
        return Line{format, settings.has("fields") ? settings.texts("fields") : std::vector<std::string>{},
                    settings.boolean("query")};
    } catch (const std::invalid_argument& unknown) {
        std::string known;
        for (const std::string_view name : Line::names()) (known += known.empty() ? "" : ", ") += name;
        throw ConfigError{"fields", "expected some of " + known + "; got \"" + unknown.what() + '"'};
    }
}

class Logging final : public Plugin {
public:
    Logging(const Settings& settings, Host& host)
        : host_{host}, format_{settings.text("format")}, line_{line_of(settings)}, writer_{writer_for(settings, host)},
          destinations_{host.state<Destinations>("destinations", [] { return std::make_shared<Destinations>(); })} {
        writer_->grow(settings.size("ring"));
        writer_->set_note([line = line_](std::uint64_t dropped) {
            return line.note(std::chrono::system_clock::now(), dropped);
        });
        destinations_->add(writer_);
        host.add_command("reopen", "opens all log files anew, after a rotation",
                         [all = destinations_](const AdminRequest&) { return all->reopen(); });
        // Last: where the constructor throws, nobody detaches.
        writer_->attach(this, [&host](bool failing, const std::string& text) {
            host.log(failing ? Level::error : Level::warning, text);
        });
    }
    ~Logging() override { writer_->detach(this); }

    // Only to say so: when the line is written, nobody is told any more.
    Verdict on_request(RequestContext& ctx) const override {
        if (ctx.traced())
            ctx.trace(format_ + " line to " + writer_->destination(),
                      {{"format", format_}, {"to", writer_->destination()}});
        return {};
    }

    void on_log(const LogContext& ctx) const override {
        // Most of it is never touched, and so costs no memory.
        thread_local const auto buffer = std::make_unique_for_overwrite<char[]>(Line::longest);
        const std::size_t length = line_.write(record_of(ctx), buffer.get());
        writer_->write(host_.this_loop(), {buffer.get(), length});
    }

private:
    static std::shared_ptr<Writer> writer_for(const Settings& settings, Host& host) {
        const std::string to = destination_of(settings);
        return host.state<Writer>("writer " + to, [&] {
            return std::make_shared<Writer>(to, host.loop_count(), settings.size("ring"),
                                            std::make_unique<Counts>(host, to));
        });
    }

    static logging::Record record_of(const LogContext& ctx) {
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
            .status = ctx.status(),
            .attempts = ctx.attempts(),
            .upstream_status = ctx.upstream_status(),
            .bytes_received = static_cast<std::int64_t>(ctx.bytes_received()),
            .bytes_sent = static_cast<std::int64_t>(ctx.bytes_sent()),
            .duration = ctx.duration(),
            .upstream_time = ctx.upstream_time(),
            .complete = ctx.complete(),
            .hedged = ctx.hedged(),
        };
    }

    Host& host_;
    const std::string format_;
    const Line line_;
    const std::shared_ptr<Writer> writer_;
    const std::shared_ptr<Destinations> destinations_;
};

constexpr const char* formats[] = {"json", "text"};
// Any one line fits an empty ring.
constexpr double smallest_ring = Line::longest;

constexpr Field fields[] = {
    {.name = "format", .type = Type::choice, .doc = "form of a line", .fallback = "\"json\"", .choices = formats},
    {.name = "to", .type = Type::path, .doc = "\"stdout\", \"stderr\" or a file that is appended to",
     .fallback = "\"stdout\""},
    {.name = "fields", .type = Type::texts, .doc = "members of a line; unset: all but query"},
    {.name = "query", .type = Type::boolean, .doc = "whether a line has the query, which may hold secrets",
     .fallback = "false"},
    {.name = "ring", .type = Type::size, .doc = "bytes of lines per event loop that may wait",
     .fallback = "1 * megabytes", .min = smallest_ring, .max = 1 << 30},
};

}  // namespace

TOLLGATE_PLUGIN(.name = "logging", .summary = "writes a line for every request", .fields = fields,
                .create = make<Logging>)
