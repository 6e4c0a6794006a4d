// core/http/writer.h - writes HTTP/1.1 heads and chunk frames as bytes.
#pragma once

#include <tollgate/message.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tollgate::http {

std::string_view reason_phrase(int status) noexcept;  // "Not Found"; "Unknown" for a status without one

// How the head says what will become of body and connection.
struct HeadFacts {
    std::optional<std::uint64_t> length;  // Content-Length
    bool chunked = false;                 // Transfer-Encoding: chunked
    bool close = false;                   // Connection: close
    bool keep_alive = false;              // Connection: keep-alive, which HTTP/1.0 wants to be told
    std::string_view upgrade{};           // Connection: upgrade, and Upgrade with this; "": neither
    std::string_view traceparent{};       // in the place of the request's own; "": that one
};

// Lines of `headers` that frame or belong to a connection are left out: the facts say them.
void write_response_head(std::string& out, int status, const Headers& headers, const HeadFacts& facts);
void write_interim_head(std::string& out, int status, const Headers& headers);
// `host` replaces the Host line unless it is empty.
void write_request_head(std::string& out, const Request& request, std::string_view host, const HeadFacts& facts);

void write_chunk_start(std::string& out, std::size_t size);  // size line; the bytes and CRLF follow
void write_last_chunk(std::string& out, const Headers* trailers);

// "Sat, 21 Nov 2026 09:00:00 GMT" (RFC 9110 section 5.6.7), made anew once a second.
std::string_view date_now();

}  // namespace tollgate::http
