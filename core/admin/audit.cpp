// core/admin/audit.cpp - remembering and writing down what operators did; GET /audit.
#include "admin/audit.h"

#include "admin/bodies.h"
#include "admin/endpoints.h"
#include "config/secrets.h"
#include "snapshot/snapshot.h"
#include "support/json_text.h"
#include "support/log.h"
#include "support/secrets.h"
#include "support/text.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

namespace tollgate::admin {

namespace {

constexpr std::size_t longest_text = 512;

void cut(std::string& text) {
    if (text.size() > longest_text) text = text.substr(0, longest_text) + "...";
}

// The error, 0: it is all there.
int write_line(const std::string& file, const std::string& line) {
    const int descriptor = ::open(file.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0640);
    if (descriptor < 0) return errno;
    int error = 0;
    for (std::size_t written = 0; written < line.size() && error == 0;) {
        const auto got = ::write(descriptor, line.data() + written, line.size() - written);
        if (got >= 0) written += std::size_t(got);
        else if (errno != EINTR) error = errno;
    }
    return ::close(descriptor) != 0 && error == 0 ? errno : error;
}

// Nobody should send a secret by a query; who does shall not find it in a log. Whose limit is forgotten (`key`, of
// DELETE /plugins/ratelimit/limits) may be an API key as it was sent, but not where the query says that it is a caller
// or an address.
std::string query_shown(const Call& call) {
    const auto parameters = parameters_of(call.query);
    const bool names_somebody = std::any_of(parameters.begin(), parameters.end(), [](const auto& parameter) {
        return parameter.first == "by" && (parameter.second == "caller" || parameter.second == "client_ip");
    });
    std::string query;
    for (const auto& [name, value] : parameters) {
        const bool secret = config::is_secret(name) || (names_a_secret(name) && !(name == "key" && names_somebody));
        query += (query.empty() ? "" : "&") + name + '=' + std::string{secret ? hidden : value};
    }
    return query;
}

}  // namespace

bool Audit::is_too_much(const Entry& entry) {
    if (entry.let_in) return false;
    const std::int64_t minute = entry.time.time_since_epoch() / std::chrono::minutes{1};
    if (minute != minute_) refused_in_it_ = 0;
    minute_ = minute;
    return ++refused_in_it_ > most_refusals;
}

void Audit::add(Entry entry, const std::string& file) {
    for (std::string* text : {&entry.method, &entry.path, &entry.query, &entry.what}) cut(*text);
    const std::lock_guard lock{mutex_};
    if (is_too_much(entry)) {
        ++omitted_;
        return;
    }
    entry.omitted = std::exchange(omitted_, 0);
    log::info("admin", entry.client + ' ' + entry.method + ' ' + entry.path + ": " + std::to_string(entry.status) +
                           ", " + entry.what);
    if (!file.empty()) append(entry, file);
    auto& kept = entry.let_in ? entries_ : refused_;
    kept.push_front({++number_, std::move(entry)});
    if (kept.size() > most) kept.pop_back();
}

// Under the lock: lines stand in the order in which they were logged, and whole.
void Audit::append(const Entry& entry, const std::string& file) {
    if (const int error = write_line(file, json(entry) + '\n'); error != 0)
        log::error("admin", "the audit file " + text::quote(file) + " cannot be written: " +
                                std::generic_category().message(error));
}

std::vector<Audit::Entry> Audit::latest(std::size_t most) const {
    const std::lock_guard lock{mutex_};
    std::vector<Entry> all;
    for (auto one = entries_.begin(), other = refused_.begin(); all.size() < most;) {
        const bool more = one != entries_.end(), more_refused = other != refused_.end();
        if (!more && !more_refused) break;
        const bool takes_one = more && (!more_refused || one->number > other->number);
        all.push_back((takes_one ? one : other)->entry);
        ++(takes_one ? one : other);
    }
    return all;
}

std::string json(const Audit::Entry& entry) {
    using text::json_quoted;
    std::string line = "{\"time\":" + json_quoted(log::timestamp(entry.time)) +
                       ",\"client\":" + json_quoted(entry.client) + ",\"method\":" + json_quoted(entry.method) +
                       ",\"path\":" + json_quoted(entry.path);
    if (!entry.query.empty()) line += ",\"query\":" + json_quoted(entry.query);
    line += ",\"status\":" + std::to_string(entry.status) + ",\"what\":" + json_quoted(entry.what);
    if (entry.omitted > 0) line += ",\"omitted\":" + std::to_string(entry.omitted);
    return line + '}';
}

bool changes_something(const Call& call) {
    return call.method != "GET" && call.method != "HEAD" && call.method != "OPTIONS";
}

void write_down(const Call& call, const Answer& answer, bool let_in, const Controls& controls) {
    const Found found = find_endpoint(call.method, call.path);
    const auto snapshot = controls.current ? controls.current() : nullptr;
    const std::string what = answer.what.empty() && found.endpoint ? std::string{found.endpoint->summary} : answer.what;
    controls.audit->add({std::chrono::system_clock::now(), call.client, call.method, call.path, query_shown(call),
                         answer.status, what, let_in},
                        snapshot ? snapshot->audit_file : std::string{});
}

Answer show_audit(const Call& call, const Controls& controls) {
    std::size_t most = 100;
    for (const auto& [name, value] : parameters_of(call.query)) {
        const auto limit = number_of(value, 1, Audit::most);
        if (name != "limit") return wrong_fields({{name, "expected limit"}});
        if (!limit) return wrong_fields({{"limit", "expected a number from 1 to 1000, got " + text::quote(value)}});
        most = *limit;
    }
    std::string all;
    for (const Audit::Entry& entry : controls.audit->latest(most)) all += (all.empty() ? "" : ",") + json(entry);
    return {200, "application/json", "{\"audit\":[" + all + "]}\n"};
}

}  // namespace tollgate::admin
