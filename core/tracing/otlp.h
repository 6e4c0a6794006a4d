// core/tracing/otlp.h - spans as collectors take them: OTLP/HTTP in JSON, and what they answer.
#pragma once

#include "tracing/span.h"

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace tollgate::tracing {

// Whose spans they are.
struct Resource {
    std::string service, instance, version;
    bool operator==(const Resource&) const = default;
};

// An ExportTraceServiceRequest in the JSON mapping of OTLP 1.x: ids in hexadecimal, enumerations and flags as numbers,
// 64-bit integers as texts.
std::string export_request(const Resource& resource, std::span<const std::unique_ptr<Span>> spans);

// What a collector that answered 200 did not take after all (partialSuccess).
struct Rejected {
    std::uint64_t spans = 0;
    std::string why;
};
Rejected rejected_by(std::string_view answer);

}  // namespace tollgate::tracing
