// plugins/logging/log.cpp - a log from its settings, and a request into it.
#include "log.h"

#include "fields.h"

#include <algorithm>
#include <random>
#include <span>
#include <stdexcept>

namespace tollgate::logging {

namespace {

// What the table request_log knows of (core/store/stored_requests).
const std::vector<std::string> row_members{
    "id",     "time",           "request_id", "client_ip",   "method",     "path",    "route",    "status",
    "reason", "caller",         "owner",      "tier",        "upstream",   "target",  "attempts", "upstream_status",
    "cache",  "bytes_received", "bytes_sent", "duration_ms", "gateway_ms", "complete"};

std::vector<std::string> texts_of(const Said& said, std::string_view name) {
    return said.has(name) ? said.of(name).texts(name) : std::vector<std::string>{};
}

bool is_header_name(std::string_view name) {
    constexpr std::string_view others = "!#$%&'*+-.^_`~";
    const auto fits = [&](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
               others.find(c) != others.npos;
    };
    return !name.empty() && name.size() <= 48 && std::all_of(name.begin(), name.end(), fits);
}

std::vector<std::string> header_names(const Said& said, const std::string& setting) {
    auto names = texts_of(said, setting);
    for (const std::string& name : names)
        if (!is_header_name(name)) throw said.problem(setting, "expected the name of a header, got \"" + name + '"');
    return names;
}

Choice choice_of(const Said& said) {
    Choice choice{.sample = said.of("sample").number("sample")};
    for (const std::string& kind : texts_of(said, "only"))
        (kind == "errors" ? choice.errors : kind == "slow" ? choice.slow : choice.refusals) = true;
    if (said.has("slow")) choice.slow_from = said.of("slow").duration("slow");
    if (choice.slow && !said.has("slow"))
        throw said.problem("slow", "missing; expected a duration (500 * milliseconds), since only has \"slow\"");
    return choice;
}

double draw() {
    thread_local Dice dice{std::random_device{}()};
    return dice();
}

}  // namespace

Log::Log(const Said& said, Host& host) : secrets_{texts_of(said, "redact")}, choice_{choice_of(said)} {
    choose_writer(said, host);
    choose_form(said);
    if (!writer_ || database_) return;
    writer_->set_note([form = line_ ? *line_ : Line{Format::text, {}, false}, head = head_](std::uint64_t dropped) {
        const auto now = std::chrono::system_clock::now();
        char before[512];
        return std::string{before, head ? head->put(before, now) : before} + form.note(now, dropped);
    });
}

Log::~Log() {
    if (writer_) writer_->detach(this);
    if (database_) database_->carrier.reports().detach(this);
}

void Log::choose_writer(const Said& said, Host& host) {
    const bool to_database = said.of("database").boolean("database"), to_syslog = said.has("syslog"),
               to_file = said.has("to");
    if (to_database + to_syslog + to_file > 1)
        throw said.problem(to_database ? "database" : "syslog",
                           "expected one of to, syslog and database, got more than one");
    if (to_database) {
        destination_ = "database";
        database_ = database_log(said, host);
        if (database_) writer_ = {database_, &database_->writer};
    } else if (to_syslog) {
        const auto syslog = syslog_log(said, host);
        head_.emplace(said.of("facility").text("facility"), said.of("severity").text("severity"),
                      said.of("application").text("application"));
        writer_ = {syslog, &syslog->writer};
        destination_ = writer_->destination();
    } else {
        const auto file = file_log(said, host);
        writer_ = {file, &file->writer};
        destination_ = writer_->destination();
    }
}

void Log::choose_form(const Said& said) {
    if (destination_ == "database") {
        for (const char* const name : {"template", "fields", "request_headers", "response_headers"})
            if (said.own(name))
                throw said.problem(name, "expected nothing where database is true: its columns are given");
        format_ = "row";
        line_.emplace(Format::json, row_members, false);
        return;
    }
    format_ = said.of("format").text("format");
    const bool own_words = said.has("template") && (said.own("template") || !said.own("format"));
    if (own_words || format_ == "combined") {
        const std::string words = own_words ? said.of("template").text("template") : std::string{Template::combined};
        try {
            template_.emplace(words);
        } catch (const std::invalid_argument& wrong) {
            throw said.problem(
                "template",
                std::string{"expected words with members in braces ({status}, {header:Referer}), got "} + wrong.what());
        }
        if (own_words) format_ = "template";
        headers_ = template_->headers();
        shows_query_ = true;
        return;
    }
    headers_ = {header_names(said, "request_headers"), header_names(said, "response_headers")};
    if (headers_.request.size() + headers_.response.size() > most_headers)
        throw said.problem("request_headers",
                           "expected at most " + std::to_string(most_headers) + " header lines in all");
    const auto chosen = texts_of(said, "fields");
    shows_query_ =
        said.of("query").boolean("query") || std::find(chosen.begin(), chosen.end(), "query") != chosen.end();
    try {
        if (std::find(chosen.begin(), chosen.end(), "id") != chosen.end()) throw std::invalid_argument{"id"};
        line_.emplace(format_ == "json" ? Format::json : Format::text, chosen, said.of("query").boolean("query"),
                      headers_);
    } catch (const std::invalid_argument& unknown) {
        std::string known;
        for (const std::string_view name : Line::names()) (known += known.empty() ? "" : ", ") += name;
        throw said.problem("fields", "expected some of " + known + "; got \"" + unknown.what() + '"');
    }
}

void Log::report_to(Host& host) {
    const Report report = [&host](bool failing, const std::string& text) {
        host.log(failing ? Level::error : Level::warning, text);
    };
    if (writer_) writer_->attach(this, report);
    if (database_) database_->carrier.reports().attach(this, report);
}

void Log::look_up(const Headers& lines, const std::vector<std::string>& names, HeaderValues& values) const {
    for (std::size_t i = 0; i < names.size(); ++i) {
        values[i] = lines.get(names[i]);
        if (!values[i].empty() && secrets_.names(names[i])) values[i] = hidden;
    }
}

void Log::write(const LogContext& ctx, Record record, std::size_t loop) const {
    if (!writer_) return;
    if (!choice_.takes_all() && !choice_.takes(record.status, record.complete, record.duration, draw)) return;
    // Most of it is never touched, and so costs no memory.
    thread_local const auto buffer = std::make_unique_for_overwrite<char[]>(Line::longest);
    thread_local std::string query;
    HeaderValues asked, answered;
    RowIds::Text id;
    if (shows_query_) record.query = secrets_.without(record.query, query);
    if (!headers_.request.empty()) {
        look_up(ctx.request().headers(), headers_.request, asked);
        record.request_headers = {asked.data(), headers_.request.size()};
    }
    if (!headers_.response.empty()) {
        look_up(ctx.response_headers(), headers_.response, answered);
        record.response_headers = {answered.data(), headers_.response.size()};
    }
    if (database_) {
        database_->ids.next(loop, id);
        record.id = {id.data(), id.size()};
    }
    writer_->write(loop, {buffer.get(), compose(record, buffer.get())});
}

std::size_t Log::compose(const Record& record, char* const out) const {
    char* const message = head_ ? head_->put(out, record.time) : out;
    return static_cast<std::size_t>(message - out) +
           (line_ ? line_->write(record, message) : template_->write(record, message));
}

}  // namespace tollgate::logging
