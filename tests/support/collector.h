// tests/support/collector.h - Collector: takes spans by OTLP/HTTP in JSON, and remembers them.
#pragma once

#include "support/scripted_upstream.h"

#include <Poco/JSON/Object.h>

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

namespace tollgate::test {

struct CollectedSpan {
    std::string trace, id, parent, name, service;
    int kind = 0, status = 0;
    std::int64_t flags = 0, began = 0, ended = 0;
    std::map<std::string, std::string> attributes;  // numbers and truths as text
};

// The spans of one request's body. Throws where that is no ExportTraceServiceRequest.
std::vector<CollectedSpan> spans_in(const std::string& body);

class Collector {
public:
    // `answer`: what it does with a request that has been read; without, it is a 200 with {}.
    using Answer = std::function<void(UpstreamConnection&, const Message&)>;
    explicit Collector(Answer answer = {});

    std::string url() const { return "http://" + upstream_.address() + "/v1/traces"; }
    const std::string& address() const { return upstream_.address(); }
    std::vector<Message> requests() const { return upstream_.received(); }
    // Of all requests, whatever they were answered, those of one trace (or of all) in the order they came.
    std::vector<CollectedSpan> spans(const std::string& trace = {}) const;
    // Once there are so many.
    std::vector<CollectedSpan> wait_for(std::size_t count, const std::string& trace = {}) const;

private:
    ScriptedUpstream upstream_;
};

}  // namespace tollgate::test
