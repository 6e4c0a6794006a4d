// core/net/tls_objects.h - what both sides of TLS share: who frees OpenSSL's objects, its errors in words.
#pragma once

#include <cstddef>
#include <memory>
#include <string>

struct ssl_ctx_st;
struct ssl_session_st;
struct ssl_st;

namespace tollgate::net {

struct FreeSsl {
    void operator()(ssl_st* ssl) const noexcept;
};
struct FreeSslContext {
    void operator()(ssl_ctx_st* context) const noexcept;
};
struct FreeSslSession {
    void operator()(ssl_session_st* session) const noexcept;
};
using SslPointer = std::unique_ptr<ssl_st, FreeSsl>;
using SslContextPointer = std::unique_ptr<ssl_ctx_st, FreeSslContext>;
using SslSessionPointer = std::unique_ptr<ssl_session_st, FreeSslSession>;

// What is at the front of this thread's queue of OpenSSL errors, in words; empties the queue.
std::string tls_error_text();

// Throws std::runtime_error with what OpenSSL says, where it says that something failed.
void demand(bool done, const std::string& what);

// Of a file of certificates. Throws std::runtime_error: it cannot be read, or is empty.
std::string content_of(const std::string& file);

// How TLS is spoken on either side: 1.2 and up, no compression, no renegotiation, no buffers while nothing is under way.
void set_manners(ssl_ctx_st* context);

}  // namespace tollgate::net
