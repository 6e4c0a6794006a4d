// core/net/tls_certificate.h - TlsCertificate: what a server shows clients, or a client servers, and its key.
#pragma once

#include "net/tls_objects.h"

#include <string>
#include <vector>

namespace tollgate::net {

// A certificate chain and its key, of two files of PEM.
class TlsCertificate {
public:
    struct Problem {
        bool of_key = false;  // else of the certificate
        std::string what;     // "cannot be read: Permission denied"
    };
    // With a problem it is good for nothing. Never asks anybody for a password.
    TlsCertificate(const std::string& certificate, const std::string& key, std::vector<Problem>& problems);

    // Which hosts it is made out to: lower case, "*.example.com" among them.
    const std::vector<std::string>& names() const noexcept { return names_; }
    // "site.example until 2027-01-31 (sha256 9f3a2b...)", for people.
    const std::string& description() const noexcept { return description_; }
    // Of all certificates of the chain: the same where they are the same.
    std::string fingerprint() const;

private:
    friend class TlsClientContext;
    friend class TlsServerContext;
    SslContextPointer context_;
    std::vector<std::string> names_;
    std::string description_;
};

}  // namespace tollgate::net
