// tests/support/certificates.cpp - EC keys and X.509 certificates by libcrypto.
#include "support/certificates.h"

#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <cstdio>
#include <stdexcept>

namespace tollgate::test {

namespace {

void demand(bool done, const char* what) {
    if (!done) throw std::runtime_error{std::string{"certificate: "} + what};
}

void extend(X509* certificate, int kind, const std::string& value) {
    X509_EXTENSION* const extension = X509V3_EXT_conf_nid(nullptr, nullptr, kind, value.c_str());
    demand(extension != nullptr, value.c_str());
    const bool added = X509_add_ext(certificate, extension, -1) == 1;
    X509_EXTENSION_free(extension);
    demand(added, value.c_str());
}

void write(const std::filesystem::path& path, auto writing) {
    const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file{std::fopen(path.c_str(), "wb"), std::fclose};
    demand(file && writing(file.get()) == 1, path.c_str());
}

}  // namespace

Certificate::Certificate(const Wanted& wanted)
    : key_{EVP_EC_gen("P-256"), EVP_PKEY_free}, certificate_{X509_new(), X509_free} {
    demand(key_ && certificate_, "memory");
    static long serial = 0;
    X509* const made = certificate_.get();
    X509_set_version(made, X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(made), ++serial);
    X509_gmtime_adj(X509_getm_notBefore(made), wanted.begins.count());
    X509_gmtime_adj(X509_getm_notAfter(made), wanted.ends.count());
    X509_set_pubkey(made, key_.get());
    X509_NAME* const subject = X509_get_subject_name(made);
    const auto* const name = reinterpret_cast<const unsigned char*>(wanted.common_name.c_str());
    demand(X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8, name, -1, -1, 0) == 1, "name");
    const Certificate& issuer = wanted.signed_by ? *wanted.signed_by : *this;
    X509_set_issuer_name(made, X509_get_subject_name(issuer.certificate_.get()));
    extend(made, NID_basic_constraints, wanted.authority ? "critical,CA:TRUE" : "CA:FALSE");
    if (!wanted.names.empty()) extend(made, NID_subject_alt_name, wanted.names);
    demand(X509_sign(made, issuer.key_.get(), EVP_sha256()) > 0, "signing");
    write(file(), [&](std::FILE* into) { return PEM_write_X509(into, made); });
    write(key_file(), [&](std::FILE* into) {
        return PEM_write_PrivateKey(into, key_.get(), nullptr, nullptr, 0, nullptr, nullptr);
    });
}

void Certificate::write_encrypted_key(const std::filesystem::path& file) const {
    const std::string password = "password";
    write(file, [&](std::FILE* into) {
        return PEM_write_PKCS8PrivateKey(into, key_.get(), EVP_aes_256_cbc(), password.c_str(),
                                         static_cast<int>(password.size()), nullptr, nullptr);
    });
}

}  // namespace tollgate::test
