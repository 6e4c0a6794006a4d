// plugins/logging/log.h - Log: one log of a use: which requests it is told of, in which form, and where they go.
#pragma once

#include "choice.h"
#include "line.h"
#include "said.h"
#include "secrets.h"
#include "syslog.h"
#include "template.h"
#include "writers.h"

#include <tollgate/plugin.h>

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace tollgate::logging {

// Shared by all loops.
class Log {
public:
    // Throws ConfigError.
    Log(const Said& said, Host& host);
    ~Log();
    Log(const Log&) = delete;

    // [loop] What is known of the request but for its header lines, its id and a query that may be shown.
    void write(const LogContext& ctx, Record record, std::size_t loop) const;

    const std::string& format() const noexcept { return format_; }
    const std::string& destination() const noexcept { return destination_; }
    // The folder of what waits for the database; "": it goes elsewhere.
    const std::string& spool() const noexcept { return spool_; }
    // Null where there is no gateway that serves.
    const std::shared_ptr<Writer>& writer() const noexcept { return writer_; }
    // From then on people are told by this host, until the log ends.
    void report_to(Host& host);

private:
    using HeaderValues = std::array<std::string_view, most_headers>;
    struct AskedHeader {
        std::string name;
        bool is_secret, is_url;
    };

    void choose_form(const Said& said);
    void choose_writer(const Said& said, Host& host);
    std::size_t compose(const Record& record, char* out) const;
    void look_up(const Headers& lines, const std::vector<AskedHeader>& asked, HeaderValues& values) const;
    std::vector<AskedHeader> asked_headers(const std::vector<std::string>& names) const;

    const Secrets secrets_;
    Choice choice_;
    std::string format_, destination_;
    std::optional<Line> line_;
    std::optional<Template> template_;
    std::optional<SyslogHead> head_;
    std::vector<AskedHeader> asked_, answered_;  // of the request, of the answer
    bool shows_query_ = false;
    std::string spool_;  // "": no database
    std::shared_ptr<DatabaseLog> database_;
    std::shared_ptr<const SpoolWords> words_;
    std::shared_ptr<Writer> writer_;
};

}  // namespace tollgate::logging
