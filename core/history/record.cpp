// core/history/record.cpp - a record as JSON.
#include "history/record.h"

#include "support/json_text.h"

#include <charconv>
#include <cstdio>
#include <ctime>

namespace tollgate::history {

namespace {

class Members {
public:
    explicit Members(std::string& out) : out_{out} {}

    void text(const char* name, std::string_view value, bool always = false) {
        if (value.empty() && !always) return;
        lead(name);
        out_ += text::json_quoted(value);
    }
    template <class Number>
    void number(const char* name, Number value, bool always = false) {
        if (value == 0 && !always) return;
        lead(name);
        char digits[24];
        out_.append(digits, std::to_chars(digits, digits + sizeof digits, value).ptr);
    }
    // Milliseconds with three digits after the point.
    void time(const char* name, std::chrono::nanoseconds value, bool always = false) {
        if (value.count() == 0 && !always) return;
        lead(name);
        const auto micros = value.count() < 0 ? 0 : value.count() / 1000;
        char digits[40];
        const int length = std::snprintf(digits, sizeof digits, "%lld.%03d", static_cast<long long>(micros / 1000),
                                         static_cast<int>(micros % 1000));
        out_.append(digits, static_cast<std::size_t>(length));
    }
    void truth(const char* name, bool value) {
        lead(name);
        out_ += value ? "true" : "false";
    }

private:
    void lead(const char* name) {
        if (!first_) out_ += ',';
        first_ = false;
        ((out_ += '"') += name) += "\":";
    }
    std::string& out_;
    bool first_ = true;
};

}  // namespace

std::string id_of(const RecordFigures& record) {
    return std::to_string(record.loop) + '-' + std::to_string(record.sequence);
}

std::string time_text(std::chrono::system_clock::time_point time) {
    const auto whole = std::chrono::floor<std::chrono::seconds>(time);
    const auto micros = std::chrono::floor<std::chrono::microseconds>(time - whole).count();
    const std::time_t seconds = std::chrono::system_clock::to_time_t(whole);
    std::tm parts{};
    ::gmtime_r(&seconds, &parts);
    char text[64];
    const std::size_t length = std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &parts);
    const int rest = std::snprintf(text + length, sizeof text - length, ".%06dZ", static_cast<int>(micros));
    return {text, length + static_cast<std::size_t>(rest)};
}

void append_members(std::string& out, const Record& record) {
    Members members{out};
    members.text("id", id_of(record));
    members.text("time", time_text(record.began));
    members.text("request_id", record.request_id, true);
    members.text("client_ip", record.client_ip, true);
    members.text("method", record.method, true);
    members.text("path", record.path, true);
    members.text("route", record.route, true);
    members.number("status", record.status, true);
    members.text("reason", record.reason);
    members.text("caller", record.caller);
    members.text("owner", record.owner);
    members.text("tier", record.tier);
    members.text("upstream", record.upstream);
    members.text("target", record.target);
    members.number("attempts", record.attempts);
    members.number("upstream_status", record.upstream_status);
    members.text("cache", record.cache);
    members.number("bytes_received", record.bytes_received, true);
    members.number("bytes_sent", record.bytes_sent, true);
    members.time("duration_ms", record.duration, true);
    members.time("gateway_ms", record.gateway_time, true);
    members.time("upstream_ms", record.upstream_time);
    members.truth("complete", record.complete);
    members.text("trace_id", record.trace_id);
}

std::string json(const Record& record) {
    std::string out{"{"};
    append_members(out, record);
    return out += '}';
}

}  // namespace tollgate::history
