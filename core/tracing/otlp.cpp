// core/tracing/otlp.cpp - writing ExportTraceServiceRequest, reading ExportTraceServiceResponse.
#include "tracing/otlp.h"

#include "support/text.h"

#include <Poco/Exception.h>
#include <Poco/JSON/Object.h>
#include <Poco/JSON/Parser.h>

#include <algorithm>

namespace tollgate::tracing {

namespace {

// What is no UTF-8, and control bytes, as \xNN.
void append_text(std::string& out, std::string_view text) {
    out += '"';
    for (const char c : text::printable(text)) {
        if (c == '"' || c == '\\') out += '\\';
        out += c;
    }
    out += '"';
}

void append_value(std::string& out, const Span::Value& value) {
    if (const auto* text = std::get_if<std::string>(&value)) {
        out += "{\"stringValue\":";
        append_text(out, *text);
    } else {
        out += "{\"intValue\":\"" + std::to_string(std::get<std::int64_t>(value)) + '"';
    }
    out += '}';
}

void append_attribute(std::string& out, std::string_view name, const Span::Value& value) {
    if (out.back() != '[') out += ',';
    out += "{\"key\":";
    append_text(out, name);
    out += ",\"value\":";
    append_value(out, value);
    out += '}';
}

void append_time(std::string& out, std::string_view name, std::chrono::system_clock::time_point time) {
    const auto since_1970 = std::chrono::duration_cast<std::chrono::nanoseconds>(time.time_since_epoch()).count();
    out.append(",\"").append(name).append("\":\"").append(std::to_string(std::max<std::int64_t>(since_1970, 0))) += '"';
}

// Bits 8 and 9 of the flags: whether it is known that the parent is of another process, and whether it is.
constexpr unsigned parent_is_known = 0x100, parent_is_remote = 0x200;

void append_span(std::string& out, const Span& span) {
    if (out.back() != '[') out += ',';
    out.append("{\"traceId\":\"").append(span.place.trace_id()).append("\",\"spanId\":\"").append(span.place.span_id()) += '"';
    if (const auto parent = span.parent_id(); !parent.empty()) out.append(",\"parentSpanId\":\"").append(parent) += '"';
    const unsigned flags = parent_is_known | (span.parent_is_remote ? parent_is_remote : 0u) | (span.place.sampled() ? 1u : 0u);
    out += ",\"flags\":" + std::to_string(flags) + ",\"name\":";
    append_text(out, span.name);
    out += ",\"kind\":" + std::to_string(int(span.kind));
    append_time(out, "startTimeUnixNano", span.began);
    append_time(out, "endTimeUnixNano", std::max(span.began, span.ended));
    out += ",\"attributes\":[";
    for (const auto& [name, value] : span.attributes) append_attribute(out, name, value);
    out += span.failed ? "],\"status\":{\"code\":2}}" : "],\"status\":{}}";
}

}  // namespace

std::string export_request(const Resource& resource, std::span<const std::unique_ptr<Span>> spans) {
    constexpr std::size_t usual_size = 800;
    std::string out;
    out.reserve(usual_size * (spans.size() + 1));
    out += "{\"resourceSpans\":[{\"resource\":{\"attributes\":[";
    append_attribute(out, "service.name", resource.service);
    append_attribute(out, "service.instance.id", resource.instance);
    append_attribute(out, "service.version", resource.version);
    out += "]},\"scopeSpans\":[{\"scope\":{\"name\":\"tollgate\",\"version\":";
    append_text(out, resource.version);
    out += "},\"spans\":[";
    for (const auto& span : spans) append_span(out, *span);
    out += "]}]}]}";
    return out;
}

// One that answers something else has taken them, too: it said 200.
Rejected rejected_by(std::string_view answer) {
    if (answer.find("partialSuccess") == answer.npos) return {};
    try {
        const auto whole = Poco::JSON::Parser{}.parse(std::string{answer}).extract<Poco::JSON::Object::Ptr>();
        const auto partial = whole->getObject("partialSuccess");
        if (!partial) return {};
        const auto count = partial->optValue<std::int64_t>("rejectedSpans", 0);  // a number, or a text of one
        return {std::uint64_t(std::max<std::int64_t>(count, 0)), partial->optValue<std::string>("errorMessage", "")};
    } catch (const Poco::Exception&) {
        return {};
    }
}

}  // namespace tollgate::tracing
