// tests/support/tls_connection.h - TlsConnection: a client's side of TLS by OpenSSL alone, for a server that is tested.
#pragma once

#include "support/certificates.h"

#include <memory>
#include <string>
#include <string_view>

struct ssl_ctx_st;
struct ssl_session_st;
struct ssl_st;

namespace tollgate::test {

// Blocking, and bounded by a test's patience. Trusts anybody: whom it met it says.
class TlsConnection {
public:
    struct Wanted {
        std::string name = {};  // SNI
        const Certificate* certificate = nullptr;
        int lowest_version = 0, highest_version = 0;
        bool tickets = true;
        std::string protocols = {};  // ALPN, as on the wire: "\x08http/1.1"
        std::shared_ptr<ssl_session_st> session = nullptr;  // to be resumed
    };
    TlsConnection(const std::string& address, const Wanted& wanted);
    explicit TlsConnection(const std::string& address) : TlsConnection{address, Wanted{}} {}
    ~TlsConnection();
    TlsConnection(const TlsConnection&) = delete;

    bool established() const noexcept { return problem_.empty(); }
    const std::string& problem() const noexcept { return problem_; }  // OpenSSL's reason; "" where there was none
    void write(std::string_view text);
    // At least one byte; "" at the end, with problem() where it was a bad one.
    std::string read_some();
    std::string read(std::size_t bytes);  // so many, or until the end
    std::string read_until(std::string_view mark);
    // A GET, and the whole answer that has a Content-Length.
    std::string get(std::string_view path, std::string_view lines = {});

    std::string common_name() const;  // of whom it met
    std::string protocol() const;     // ALPN
    std::string version() const;
    bool resumed() const;
    std::shared_ptr<ssl_session_st> session() const;

private:
    ssl_ctx_st* context_;
    ssl_st* ssl_ = nullptr;
    int descriptor_;
    std::string problem_, buffered_;
};

}  // namespace tollgate::test
