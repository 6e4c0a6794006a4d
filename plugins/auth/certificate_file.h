// plugins/auth/certificate_file.h - CertificateFile: which certificates are known, and what is known of each.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace tollgate::auth {

// A line per certificate: `<64 hex digits: SHA-256 of the certificate, or CN=name, or a name of subjectAltName as
// "DNS:alice.example"> <owner> <tier> [# comment]`, "-" for no owner or no tier.
class CertificateFile {
public:
    struct Entry {
        std::string owner, tier;
    };

    // `name` stands before each line number of a problem.
    static CertificateFile parse(std::string_view text, const std::string& name,
                                 const std::function<bool(std::string_view)>& declared);
    const std::vector<std::string>& problems() const noexcept { return problems_; }  // one line each

    // By the fingerprint first, then by the names in their order, then by the common name; null where none is listed.
    const Entry* find(std::string_view fingerprint, const std::vector<std::string>& names,
                      std::string_view common_name) const;

private:
    void read_line(const std::string& line, const std::string& place,
                   const std::function<bool(std::string_view)>& declared);

    std::map<std::string, Entry, std::less<>> entries_;
    std::vector<std::string> problems_;
};

}  // namespace tollgate::auth
