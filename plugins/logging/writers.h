// plugins/logging/writers.h - Writers: the destinations of a gateway's logs, which outlive reloads.
#pragma once

#include "carrier.h"
#include "rotated_file.h"
#include "row_ids.h"
#include "said.h"
#include "syslog.h"
#include "writer.h"

#include <tollgate/host.h>

#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace tollgate::logging {

// Uses that name the same file share one; how it is rotated is what the last one said.
struct FileLog {
    FileLog(Host& host, const std::string& path, std::size_t ring);

    RotatedFile* const file;  // the writer's
    Writer writer;

private:
    FileLog(Host& host, std::unique_ptr<RotatedFile> made, std::size_t ring);
};

struct SyslogLog {
    SyslogLog(Host& host, const std::string& name, const SyslogAddress& address, std::size_t ring);

    Writer writer;
};

// The other way round: the writer ends first, then what it wrote is carried.
struct DatabaseLog {
    DatabaseLog(Host& host, std::shared_ptr<RequestTable> table, const std::string& folder, std::size_t ring);

    const std::shared_ptr<Spool> spool;
    RowIds ids;
    Carrier carrier;
    Writer writer;
};

// All writers of all uses: the command "reopen" is one, however many uses there are.
class Writers {
public:
    void add(const std::shared_ptr<Writer>& writer);
    AdminAnswer reopen();

private:
    std::mutex mutex_;
    std::vector<std::weak_ptr<Writer>> writers_;
};

// What the uses that share a spool agree upon. Held by all of them; of a configuration that is being made, for its
// maker only.
struct SpoolWords {
    std::string words, where;
};
std::shared_ptr<const SpoolWords> agree_on_spool(const Said& said, Host& host);

// Those that a log's settings ask for. Throw ConfigError. What is there already changes once the configuration serves.
std::shared_ptr<FileLog> file_log(const Said& said, Host& host);
std::shared_ptr<SyslogLog> syslog_log(const Said& said, Host& host);
std::shared_ptr<DatabaseLog> database_log(const Said& said, Host& host);  // null where there is no gateway that serves

}  // namespace tollgate::logging
