// plugins/logging/log.cpp - a log from its settings, and a request into it.
#include "log.h"

#include "fields.h"

#include <algorithm>
#include <random>
#include <span>
#include <stdexcept>
#include <utility>

#include <strings.h>

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
    const auto form = format_ == "json" ? Format::json : Format::text;
    auto note = [form = line_ ? *line_ : Line{form, {}, false}, head = head_](std::uint64_t dropped) {
        const auto now = std::chrono::system_clock::now();
        char before[512];
        return std::string{before, head ? head->put(before, now) : before} + form.note(now, dropped);
    };
    host.when_serving([writer = writer_, note = std::move(note)] { writer->set_note(note); });
}

// The last log of a database ends what carries to it, which may have a last word.
Log::~Log() {
    if (writer_) writer_->detach(this);
    writer_.reset();
    if (!database_) return;
    const auto reports = database_->carrier.reports();
    database_.reset();
    reports->detach(this);
}

void Log::choose_writer(const Said& said, Host& host) {
    const bool to_database = said.of("database").boolean("database"), to_syslog = said.has("syslog"),
               to_file = said.has("to");
    if (to_database + to_syslog + to_file > 1)
        throw said.problem(to_database ? "database" : "syslog",
                           "expected one of to, syslog and database, got more than one");
    if (to_database) {
        destination_ = "database";
        spool_ = said.of("spool").text("spool");
        words_ = agree_on_spool(said, host);
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
    // Without a default among the Fields: beside a template it makes JSON only where somebody wrote it.
    format_ = said.has("format") ? said.of("format").text("format") : "json";
    const bool own_words = said.has("template") && (said.own("template") || !said.own("format"));
    if (own_words || format_ == "combined") {
        const std::string words = own_words ? said.of("template").text("template") : std::string{Template::combined};
        const bool json = own_words && said.has("format") && format_ == "json";
        try {
            template_.emplace(words, json ? Format::json : Format::text);
        } catch (const std::invalid_argument& wrong) {
            throw said.problem(
                "template",
                std::string{"expected words with members in braces ({status}, {header:Referer}), got "} + wrong.what());
        }
        if (own_words && !json) format_ = "template";
        asked_ = asked_headers(template_->headers().request);
        answered_ = asked_headers(template_->headers().response);
        shows_query_ = true;
        return;
    }
    const HeaderNames headers{header_names(said, "request_headers"), header_names(said, "response_headers")};
    if (headers.request.size() + headers.response.size() > most_headers)
        throw said.problem("request_headers",
                           "expected at most " + std::to_string(most_headers) + " header lines in all");
    asked_ = asked_headers(headers.request);
    answered_ = asked_headers(headers.response);
    const auto chosen = texts_of(said, "fields");
    shows_query_ =
        said.of("query").boolean("query") || std::find(chosen.begin(), chosen.end(), "query") != chosen.end();
    try {
        if (std::find(chosen.begin(), chosen.end(), "id") != chosen.end()) throw std::invalid_argument{"id"};
        line_.emplace(format_ == "json" ? Format::json : Format::text, chosen, said.of("query").boolean("query"),
                      headers);
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
    if (database_) database_->carrier.reports()->attach(this, report);
}

std::vector<Log::AskedHeader> Log::asked_headers(const std::vector<std::string>& names) const {
    std::vector<AskedHeader> asked;
    for (const std::string& name : names) {
        const auto is = [&](const char* url) { return ::strcasecmp(name.c_str(), url) == 0; };
        asked.push_back({name, secrets_.names(name), is("Referer") || is("Location") || is("Content-Location")});
    }
    return asked;
}

// The values hold until the next request of this loop.
void Log::look_up(const Headers& lines, const std::vector<AskedHeader>& asked, HeaderValues& values) const {
    thread_local std::array<std::string, 2 * most_headers> urls;
    for (std::size_t i = 0; i < asked.size(); ++i) {
        values[i] = lines.get(asked[i].name);
        if (values[i].empty()) continue;
        if (asked[i].is_secret)
            values[i] = hidden;
        else if (asked[i].is_url)
            values[i] = secrets_.without_in(values[i], urls[i + (&asked == &answered_) * most_headers]);
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
    if (!asked_.empty()) {
        look_up(ctx.request().headers(), asked_, asked);
        record.request_headers = {asked.data(), asked_.size()};
    }
    if (!answered_.empty()) {
        look_up(ctx.response_headers(), answered_, answered);
        record.response_headers = {answered.data(), answered_.size()};
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
