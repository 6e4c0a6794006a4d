// tests/support/certificates.h - certificates made on the fly, good and bad, as files for servers and clients.
#pragma once

#include "support/temporary_folder.h"

#include <chrono>
#include <filesystem>
#include <memory>
#include <string>

struct evp_pkey_st;
struct x509_st;

namespace tollgate::test {

// A key and a certificate for it, signed by itself or by another.
class Certificate {
public:
    struct Wanted {
        std::string names = {};  // of subjectAltName: "DNS:api.example,IP:127.0.0.1"; "": none
        std::string common_name = "test";
        std::chrono::seconds begins{-3600}, ends{3600};  // from now
        bool authority = false;
        const Certificate* signed_by = nullptr;
    };
    explicit Certificate(const Wanted& wanted);

    std::filesystem::path file() const { return folder_ / "certificate.pem"; }
    std::filesystem::path key_file() const { return folder_ / "key.pem"; }
    void write_encrypted_key(const std::filesystem::path& file) const;  // under a password

private:
    TemporaryFolder folder_;
    std::shared_ptr<evp_pkey_st> key_;
    std::shared_ptr<x509_st> certificate_;
};

}  // namespace tollgate::test
