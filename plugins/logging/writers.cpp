// plugins/logging/writers.cpp - making destinations from settings, their figures, and the command that reopens files.
#include "writers.h"

#include "output.h"
#include "spooled.h"

#include <algorithm>
#include <filesystem>

namespace tollgate::logging {

namespace {

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

class CarrierCounts final : public Carrier::Tally {
public:
    explicit CarrierCounts(Host& host)
        : stored_{host.counter("rows_total", "Requests written down in the database")},
          refused_{host.counter("rows_refused_total", "Requests that the database refused, and that were dropped")},
          failed_{host.counter("database_errors_total", "Failed attempts to write requests down in the database")},
          spooled_{host.gauge("spooled_bytes", "Requests that wait on the disk for the database")} {}
    void stored(std::uint64_t lines) noexcept override { stored_.add(lines); }
    void refused(std::uint64_t lines) noexcept override { refused_.add(lines); }
    void failed() noexcept override { failed_.add(); }
    void waiting(std::uint64_t bytes) noexcept override { spooled_.set(double(bytes)); }

private:
    Counter &stored_, &refused_, &failed_;
    Gauge& spooled_;
};

// The setting is a path, so that a relative one starts at the folder of routes.lua. A last word of stdout or stderr
// means the stream: "stdout" by itself, and "/dev/stdout" as people write it.
std::string destination_of(const Said& said) {
    const std::filesystem::path path{said.has("to") ? said.of("to").text("to") : "stdout"};
    if (path.filename() == "stdout" || path.filename() == "stderr") return path.filename().string();
    // One file, one writer. Symbolic links stay: a rotation may turn them elsewhere.
    const std::string destination = path.lexically_normal().string();
    if (const std::string problem = Output::problem_with(destination); !problem.empty())
        throw said.problem("to", problem);
    return destination;
}

std::chrono::seconds seconds_of(const Said& said, std::string_view name) {
    if (!said.has(name)) return std::chrono::seconds{0};
    return std::chrono::ceil<std::chrono::seconds>(said.of(name).duration(name));
}

Rotation rotation_of(const Said& said) {
    return {.size = said.has("rotate_size") ? said.of("rotate_size").size("rotate_size") : 0,
            .every = seconds_of(said, "rotate_every"),
            .keep = static_cast<int>(said.of("rotate_keep").integer("rotate_keep")),
            .age = seconds_of(said, "rotate_age")};
}

Retention retention_of(const Said& said) {
    return {.age = seconds_of(said, "keep"),
            .rows = said.has("keep_rows") ? std::uint64_t(said.of("keep_rows").integer("keep_rows")) : 0};
}

}  // namespace

FileLog::FileLog(Host& host, const std::string& path, std::size_t ring)
    : FileLog{host, std::make_unique<RotatedFile>(path), ring} {}
FileLog::FileLog(Host& host, std::unique_ptr<RotatedFile> made, std::size_t ring)
    : file{made.get()},
      writer{std::move(made), host.loop_count(), ring, std::make_unique<Counts>(host, file->name())} {}

SyslogLog::SyslogLog(Host& host, const std::string& name, const SyslogAddress& address, std::size_t ring)
    : writer{std::make_unique<Syslog>(name, address), host.loop_count(), ring, std::make_unique<Counts>(host, name)} {}

DatabaseLog::DatabaseLog(Host& host, std::shared_ptr<RequestTable> table, const std::string& folder, std::size_t ring)
    : spool{std::make_shared<Spool>(folder)},
      ids{host.loop_count()},
      carrier{spool, std::move(table), std::make_unique<CarrierCounts>(host)},
      writer{std::make_unique<Spooled>("database", spool), host.loop_count(), ring,
             std::make_unique<Counts>(host, "database")} {}

std::shared_ptr<FileLog> file_log(const Said& said, Host& host) {
    const std::string to = destination_of(said);
    const std::size_t ring = said.of("ring").size("ring");
    auto log = host.state<FileLog>("writer " + to, [&] { return std::make_shared<FileLog>(host, to, ring); });
    host.when_serving([log, ring, rotation = rotation_of(said)] {
        log->writer.grow(ring);
        log->file->set_rotation(rotation);
    });
    return log;
}

std::shared_ptr<SyslogLog> syslog_log(const Said& said, Host& host) {
    const std::string where = said.of("syslog").text("syslog");
    const auto address = SyslogAddress::parse(where);
    if (!address)
        throw said.problem(
            "syslog",
            "expected a path (/dev/log) or an address (udp://192.0.2.9:514, tcp://...), got \"" + where + '"');
    const std::size_t ring = said.of("ring").size("ring");
    const std::string name = "syslog " + where;
    auto log = host.state<SyslogLog>(name, [&] { return std::make_shared<SyslogLog>(host, name, *address, ring); });
    host.when_serving([log, ring] { log->writer.grow(ring); });
    return log;
}

std::shared_ptr<const SpoolWords> agree_on_spool(const Said& said, Host& host) {
    const std::string folder = said.of("spool").text("spool");
    const Retention retention = retention_of(said);
    const std::string words = (retention.age.count() > 0 ? "keep of " + std::to_string(retention.age.count()) + " s"
                                                         : std::string{"no keep"}) +
                              (retention.rows > 0 ? ", keep_rows of " + std::to_string(retention.rows)
                                                  : std::string{", no keep_rows"}) +
                              ", spool_size of " + std::to_string(said.of("spool_size").size("spool_size")) + " bytes";
    auto shared = host.state<SpoolWords>("words " + folder, [] { return std::make_shared<SpoolWords>(); });
    const Settings& settings = said.of("spool");
    // A configuration before this one may hold it too, and may have said otherwise.
    if (settings.ordinal("spool " + folder) == 1) *shared = {words, settings.where()};
    else if (shared->words != words)
        throw said.problem("database", "expected " + shared->words + ", as at " + shared->where +
                                           " with the same spool, got " + words);
    return shared;
}

std::shared_ptr<DatabaseLog> database_log(const Said& said, Host& host) {
    const std::string folder = said.of("spool").text("spool");
    std::error_code none;
    const bool exists = std::filesystem::is_directory(folder, none);
    if (const std::string problem = Output::problem_with(exists ? folder + "/lock" : folder); !problem.empty())
        throw said.problem("spool", problem);
    const auto table = host.request_table();
    if (!table) return nullptr;
    const std::size_t ring = said.of("ring").size("ring");
    auto log = host.state<DatabaseLog>("database " + folder, [&] {
        return std::make_shared<DatabaseLog>(host, table, folder, ring);
    });
    host.when_serving([log, table, ring, retention = retention_of(said), bound = said.of("spool_size").size("spool_size")] {
        log->carrier.set_table(table);  // a reload may name another database
        log->carrier.set_retention(retention);
        log->spool->set_bound(bound);
        log->writer.grow(ring);
        log->carrier.begin();
    });
    return log;
}

void Writers::add(const std::shared_ptr<Writer>& writer) {
    const std::lock_guard lock{mutex_};
    std::erase_if(writers_, [&](const auto& known) { return known.expired() || known.lock() == writer; });
    writers_.push_back(writer);
}

AdminAnswer Writers::reopen() {
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

}  // namespace tollgate::logging
