// plugins/redis/tls.h - Tls: whom a connection by rediss:// trusts, and one side of such a connection.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>

struct ssl_ctx_st;
struct ssl_st;

namespace tollgate::redis {

// Immutable; any thread.
class TlsTrust {
public:
    // `authorities`: a file of certificates in PEM, "" for the system's. Throws std::runtime_error.
    explicit TlsTrust(const std::string& authorities);

private:
    friend class TlsSession;
    struct Free {
        void operator()(ssl_ctx_st* context) const noexcept;
    };
    std::unique_ptr<ssl_ctx_st, Free> context_;
};

// Over a socket that is connected and does not block, and stays its owner's.
class TlsSession {
public:
    // Expects a certificate for `host`, which is a name or an address. Throws std::runtime_error.
    TlsSession(const TlsTrust& trust, int descriptor, const std::string& host);

    enum class Step { done, needs_reading, needs_writing, failed };
    Step handshake() noexcept;
    // As Wire's.
    std::ptrdiff_t read(std::span<char> into) noexcept;
    std::ptrdiff_t write(std::string_view bytes) noexcept;
    const std::string& problem() const noexcept { return problem_; }

private:
    struct Free {
        void operator()(ssl_st* ssl) const noexcept;
    };
    std::ptrdiff_t result_of(int returned, std::size_t bytes);

    std::unique_ptr<ssl_st, Free> ssl_;
    std::string problem_;
};

}  // namespace tollgate::redis
