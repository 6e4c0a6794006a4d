// core/http/traceparent.h - Traceparent and tracestate: which trace a request is part of (W3C Trace Context).
#pragma once

#include <tollgate/message.h>

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tollgate::http {

// A step of a trace as a `traceparent` line names it, in version 00: "00-TRACE-SPAN-FLAGS". A value, 55 bytes.
class Traceparent {
public:
    static constexpr std::size_t size = 55;

    Traceparent() noexcept = default;  // none
    // What a line says; none where it is no valid one: then there is no trace to go on with (section 3.2.2). Of versions
    // to come what this one knows of them is taken.
    static Traceparent parse(std::string_view line) noexcept;
    // The one line of that name; none where there are several.
    static Traceparent of(const Headers& headers) noexcept;
    // Another trace, and the first step of it.
    static Traceparent begun() noexcept;

    explicit operator bool() const noexcept { return text_[0] != '\0'; }
    std::string_view text() const noexcept { return *this ? std::string_view{text_.data(), size} : std::string_view{}; }
    std::string_view trace_id() const noexcept { return part(3, 32); }  // hex, "" where there is none
    std::string_view span_id() const noexcept { return part(36, 16); }
    bool sampled() const noexcept { return text_[size - 1] == '1'; }
    void set_sampled(bool sampled) noexcept { text_[size - 1] = sampled ? '1' : '0'; }
    // The lower half of the trace's id, the random part of it wherever it was made.
    std::uint64_t draw() const noexcept;
    // Another step of the same trace.
    Traceparent next() const noexcept;

private:
    std::string_view part(std::size_t at, std::size_t length) const noexcept { return text().substr(*this ? at : 0, length); }
    std::array<char, size> text_{};
};

// Lines of `tracestate` as one, in their order (section 3.3): nullopt where they are none, or break the rules, and so say
// nothing to anybody. Of one that is longer than 512 bytes members go: first those longer than 128, then the last ones.
std::optional<std::string> combined_tracestate(const Headers& headers);

}  // namespace tollgate::http
