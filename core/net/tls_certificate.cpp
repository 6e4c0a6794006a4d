// core/net/tls_certificate.cpp - reading certificates and keys of files, and what a client's certificate says of it.
#include "net/tls_certificate.h"

#include "net/tls_server_context.h"
#include "support/hexadecimal.h"
#include "support/text.h"

#include <arpa/inet.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <cerrno>
#include <cstring>
#include <ctime>
#include <fstream>
#include <new>

namespace tollgate::net {

namespace {

using Names = std::unique_ptr<GENERAL_NAMES, void (*)(GENERAL_NAMES*)>;

Names alternative_names(const X509* certificate) {
    return {static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)),
            GENERAL_NAMES_free};
}

std::string text_of(const ASN1_STRING* string) {
    unsigned char* utf8 = nullptr;
    const int size = ASN1_STRING_to_UTF8(&utf8, string);
    if (size < 0) return {};
    std::string text{reinterpret_cast<const char*>(utf8), static_cast<std::size_t>(size)};
    OPENSSL_free(utf8);
    return text;
}

std::string subject_of(const X509* certificate) {
    const std::unique_ptr<BIO, int (*)(BIO*)> bio{BIO_new(BIO_s_mem()), BIO_free};
    if (!bio || X509_NAME_print_ex(bio.get(), X509_get_subject_name(certificate), 0, XN_FLAG_RFC2253 & ~ASN1_STRFLGS_ESC_MSB) < 0)
        return {};
    char* text = nullptr;
    const long size = BIO_get_mem_data(bio.get(), &text);
    return {text, static_cast<std::size_t>(size)};
}

std::string common_name_of(const X509* certificate) {
    const X509_NAME* const subject = X509_get_subject_name(certificate);
    const int at = X509_NAME_get_index_by_NID(subject, NID_commonName, -1);
    return at < 0 ? std::string{} : text_of(X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, at)));
}

// Of four bytes or sixteen; "" for others.
std::string address_of(const ASN1_OCTET_STRING* address) {
    char text[INET6_ADDRSTRLEN] = {};
    const int size = ASN1_STRING_length(address);
    if (size != 4 && size != 16) return {};
    return inet_ntop(size == 4 ? AF_INET : AF_INET6, ASN1_STRING_get0_data(address), text, sizeof text);
}

std::string serial_of(const X509* certificate) {
    const ASN1_INTEGER* const serial = X509_get0_serialNumber(certificate);
    return hexadecimal({ASN1_STRING_get0_data(serial), static_cast<std::size_t>(ASN1_STRING_length(serial))});
}

std::string fingerprint_of(const X509* certificate) {
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned size = 0;
    return X509_digest(certificate, EVP_sha256(), digest, &size) == 1 ? hexadecimal({digest, size}) : std::string{};
}

std::string end_of(const X509* certificate) {
    std::tm end{};
    if (ASN1_TIME_to_tm(X509_get0_notAfter(certificate), &end) != 1) return "an unknown day";
    char text[16];
    return {text, std::strftime(text, sizeof text, "%Y-%m-%d", &end)};
}

// "" where it can be read.
std::string unreadable(const std::string& file) {
    errno = 0;
    std::ifstream stream{file};
    if (stream && stream.peek() != std::ifstream::traits_type::eof()) return {};
    return errno ? std::string{"cannot be read: "} + std::strerror(errno) : "is empty";
}

}  // namespace

TlsCertificate::TlsCertificate(const std::string& certificate, const std::string& key, std::vector<Problem>& problems)
    : context_{SSL_CTX_new(TLS_server_method())} {
    if (!context_) throw std::bad_alloc{};
    ERR_clear_error();
    ssl_ctx_st* const context = context_.get();
    bool encrypted = false;
    SSL_CTX_set_default_passwd_cb_userdata(context, &encrypted);
    SSL_CTX_set_default_passwd_cb(context, [](char*, int, int, void* asked) {
        *static_cast<bool*>(asked) = true;
        return -1;
    });
    std::string of_certificate = unreadable(certificate), of_key = unreadable(key);
    if (of_certificate.empty() && SSL_CTX_use_certificate_chain_file(context, certificate.c_str()) != 1) {
        const bool weak = ERR_GET_LIB(ERR_peek_error()) == ERR_LIB_SSL;
        of_certificate = weak ? "cannot be used: " + tls_error_text() : "holds no certificate in PEM";
        ERR_clear_error();
    }
    if (of_key.empty()) {
        const bool used = SSL_CTX_use_PrivateKey_file(context, key.c_str(), SSL_FILETYPE_PEM) == 1;
        if (!used && ERR_GET_LIB(ERR_peek_error()) == ERR_LIB_X509) of_key = "is not the certificate's";
        else if (!used && encrypted) of_key = "is encrypted; expected a key without a password";
        else if (!used) of_key = "holds no private key in PEM";
        ERR_clear_error();
    }
    SSL_CTX_set_default_passwd_cb_userdata(context, nullptr);
    if (!of_certificate.empty()) problems.push_back({false, of_certificate});
    if (!of_key.empty()) problems.push_back({true, of_key});
    if (!of_certificate.empty()) return;
    const X509* const read = SSL_CTX_get0_certificate(context);
    const Names names = alternative_names(read);
    for (int i = 0; names && i < sk_GENERAL_NAME_num(names.get()); ++i) {
        const GENERAL_NAME* const name = sk_GENERAL_NAME_value(names.get(), i);
        if (name->type != GEN_DNS) continue;
        names_.push_back(text::lower(text_of(name->d.dNSName)));
    }
    description_ = (names_.empty() ? common_name_of(read) : names_[0]) + " until " + end_of(read) + " (sha256 " +
                   fingerprint_of(read).substr(0, 16) + ")";
}

std::string TlsCertificate::fingerprint() const {
    std::string all = fingerprint_of(SSL_CTX_get0_certificate(context_.get()));
    STACK_OF(X509)* chain = nullptr;
    SSL_CTX_get0_chain_certs(context_.get(), &chain);
    for (int i = 0; chain && i < sk_X509_num(chain); ++i) all += ' ' + fingerprint_of(sk_X509_value(chain, i));
    return all;
}

std::shared_ptr<const ClientCertificate> TlsServerContext::client_certificate_of(const ssl_st& ssl) {
    const X509* const certificate = SSL_get0_peer_certificate(&ssl);
    if (!certificate || SSL_get_verify_result(&ssl) != X509_V_OK) return nullptr;
    auto made = std::make_shared<ClientCertificate>();
    made->subject = subject_of(certificate);
    made->common_name = common_name_of(certificate);
    made->serial = serial_of(certificate);
    made->fingerprint = fingerprint_of(certificate);
    const Names names = alternative_names(certificate);
    for (int i = 0; names && i < sk_GENERAL_NAME_num(names.get()); ++i) {
        const GENERAL_NAME* const name = sk_GENERAL_NAME_value(names.get(), i);
        if (name->type == GEN_DNS) made->names.push_back("DNS:" + text_of(name->d.dNSName));
        if (name->type == GEN_URI) made->names.push_back("URI:" + text_of(name->d.uniformResourceIdentifier));
        if (name->type == GEN_EMAIL) made->names.push_back("email:" + text_of(name->d.rfc822Name));
        if (name->type == GEN_IPADD) made->names.push_back("IP:" + address_of(name->d.iPAddress));
    }
    return made;
}

}  // namespace tollgate::net
