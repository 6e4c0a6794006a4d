// core/tracing/span.h - Span: a piece of work in a trace, as it is told to a collector.
#pragma once

#include "http/traceparent.h"

#include <array>
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace tollgate::tracing {

// Numbered as OTLP numbers them.
enum class Kind : std::uint8_t { internal = 1, server = 2, client = 3 };

struct Span {
    using Value = std::variant<std::int64_t, std::string>;

    http::Traceparent place;             // its trace, and its own id
    std::array<char, 16> parent{};       // of hexadecimal digits; zeros: it is the trace's first
    bool parent_is_remote = false;       // it came with the request
    Kind kind = Kind::internal;
    std::string name;
    std::chrono::system_clock::time_point began, ended;
    std::vector<std::pair<const char*, Value>> attributes{};
    bool failed = false;

    void set_parent(std::string_view id) noexcept { id.copy(parent.data(), parent.size()); }
    std::string_view parent_id() const noexcept {
        return parent[0] == '\0' ? std::string_view{} : std::string_view{parent.data(), parent.size()};
    }
    // A text is cut after 512 bytes: what a client sends must not fill the queue.
    void say(const char* attribute, std::string_view text) {
        constexpr std::size_t longest = 512;
        if (!text.empty()) attributes.emplace_back(attribute, std::string{text.substr(0, longest)});
    }
    void say(const char* attribute, std::int64_t number) { attributes.emplace_back(attribute, number); }
};

}  // namespace tollgate::tracing
