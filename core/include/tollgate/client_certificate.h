// tollgate/client_certificate.h - what a client's certificate says of it, where `listen` asks for one (tls.client_authorities).
#pragma once

#include <string>
#include <vector>

namespace tollgate {

// Vouched for by one of the authorities that routes.lua names. Immutable; lives as long as the connection.
struct ClientCertificate {
    std::string subject;      // "CN=alice,O=Example", as RFC 4514 writes it
    std::string common_name;  // of the subject, or ""
    // Of subjectAltName: "DNS:alice.example", "URI:spiffe://example/alice", "email:a@b.example", "IP:192.0.2.7".
    std::vector<std::string> names;
    std::string serial;       // hexadecimal, as issued
    std::string fingerprint;  // SHA-256 of the whole certificate, 64 hexadecimal digits
};

}  // namespace tollgate
