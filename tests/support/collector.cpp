// tests/support/collector.cpp - reading ExportTraceServiceRequest with POCO's JSON, which the gateway does not write with.
#include "support/collector.h"

#include "support/deadline.h"

#include <Poco/JSON/Parser.h>

#include <utility>

namespace tollgate::test {

namespace {

using Poco::JSON::Array;
using Poco::JSON::Object;

template <class Each>
void for_each(const Array::Ptr& array, Each each) {
    for (unsigned i = 0; array && i < array->size(); ++i) each(array->getObject(i));
}

std::string text_of(const Object::Ptr& value) {
    for (const char* name : {"stringValue", "intValue", "boolValue"})
        if (value->has(name)) return value->getValue<std::string>(name);
    return {};
}

CollectedSpan span_of(const Object::Ptr& object) {
    CollectedSpan span;
    span.trace = object->getValue<std::string>("traceId");
    span.id = object->getValue<std::string>("spanId");
    span.parent = object->optValue<std::string>("parentSpanId", "");
    span.name = object->getValue<std::string>("name");
    span.kind = object->getValue<int>("kind");
    span.status = object->getObject("status")->optValue<int>("code", 0);
    span.flags = object->getValue<std::int64_t>("flags");
    span.began = std::stoll(object->getValue<std::string>("startTimeUnixNano"));
    span.ended = std::stoll(object->getValue<std::string>("endTimeUnixNano"));
    for_each(object->getArray("attributes"), [&](const Object::Ptr& attribute) {
        span.attributes[attribute->getValue<std::string>("key")] = text_of(attribute->getObject("value"));
    });
    return span;
}

}  // namespace

std::vector<CollectedSpan> spans_in(const std::string& body) {
    std::vector<CollectedSpan> spans;
    const auto whole = Poco::JSON::Parser{}.parse(body).extract<Object::Ptr>();
    for_each(whole->getArray("resourceSpans"), [&](const Object::Ptr& resource) {
        std::string service;
        for_each(resource->getObject("resource")->getArray("attributes"), [&](const Object::Ptr& attribute) {
            if (attribute->getValue<std::string>("key") == "service.name") service = text_of(attribute->getObject("value"));
        });
        for_each(resource->getArray("scopeSpans"), [&](const Object::Ptr& scope) {
            for_each(scope->getArray("spans"), [&](const Object::Ptr& span) {
                spans.push_back(span_of(span));
                spans.back().service = service;
            });
        });
    });
    return spans;
}

Collector::Collector(Answer answer)
    : upstream_{[answer = std::move(answer)](UpstreamConnection& connection) {
          while (const auto request = connection.read_request()) {
              if (answer) answer(connection, *request);
              else connection.answer(200, "{}", "Content-Type: application/json\r\n");
          }
      }} {}

std::vector<CollectedSpan> Collector::spans(const std::string& trace) const {
    std::vector<CollectedSpan> all;
    for (const auto& request : upstream_.received())
        for (auto& span : spans_in(request.body))
            if (trace.empty() || span.trace == trace) all.push_back(std::move(span));
    return all;
}

std::vector<CollectedSpan> Collector::wait_for(std::size_t count, const std::string& trace) const {
    wait_until("there are " + std::to_string(count) + " spans", [&] { return spans(trace).size() >= count; });
    return spans(trace);
}

}  // namespace tollgate::test
