// tests/plugins/auth/certificate_file_test.cpp - known certificates, and every mistake with its line.
#include "certificate_file.h"

#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

using tollgate::auth::CertificateFile;

namespace {

const std::string fingerprint(64, 'a');

CertificateFile parsed(const std::string& text) {
    return CertificateFile::parse(text, "certificates", [](std::string_view tier) { return tier == "gold"; });
}

}  // namespace

BOOST_AUTO_TEST_SUITE(auth_certificate_file)

BOOST_AUTO_TEST_CASE(the_fingerprint_counts_before_the_names_and_those_before_the_common_name) {
    const auto file = parsed("# known\n\n" + fingerprint + " by-print gold\nDNS:a.example by-name -  # one\nCN=alice by-cn -\n");
    BOOST_TEST(file.problems().empty());
    const std::vector<std::string> names{"URI:x", "DNS:a.example"};
    BOOST_TEST(file.find(fingerprint, names, "alice")->owner == "by-print");
    BOOST_TEST(file.find(fingerprint, names, "alice")->tier == "gold");
    BOOST_TEST(file.find("b", names, "alice")->owner == "by-name");
    BOOST_TEST(file.find("b", names, "alice")->tier == "");
    BOOST_TEST(file.find("b", {}, "alice")->owner == "by-cn");
    BOOST_TEST(!file.find("b", {}, "bob"));
    BOOST_TEST(!file.find("b", {}, ""));
    BOOST_TEST(!file.find("b", {"CN=alicex"}, "Alice"));
}

BOOST_AUTO_TEST_CASE(addresses_are_found_however_they_are_written) {
    const auto file = parsed("IP:192.0.2.7 v4 -\nIP:2001:DB8:0::0001 v6 -\n");
    BOOST_TEST(file.problems().empty());
    BOOST_TEST(file.find("b", {"IP:192.0.2.7"}, "")->owner == "v4");
    BOOST_TEST(file.find("b", {"IP:2001:db8::1"}, "")->owner == "v6");
    BOOST_TEST(!file.find("b", {"IP:192.0.2.8"}, ""));
    BOOST_TEST(parsed("IP:192.0.2 x -\n").problems().at(0).ends_with("got \"IP:192.0.2\""));
    BOOST_TEST(parsed("IP:::1 x -\nIP:0:0::1 x -\n").problems().at(0).ends_with("again"));
}

BOOST_AUTO_TEST_CASE(every_mistake_is_told_with_its_line) {
    const auto file = parsed("CN=a x\nwhat x -\nCN=b x silver\nCN=c x -\nCN=c y -\nCN= x -\n");
    const std::vector<std::string> wanted{
        "certificates:1: expected a certificate, an owner and a tier, got 2 words",
        "certificates:2: expected 64 hex digits (the SHA-256 of the certificate), CN=..., DNS:... or IP:..., got \"what\"",
        "certificates:3: expected a tier of routes.lua, got \"silver\"",
        "certificates:5: expected each certificate once, got \"CN=c\" again",
        "certificates:6: expected 64 hex digits (the SHA-256 of the certificate), CN=..., DNS:... or IP:..., got \"CN=\""};
    BOOST_TEST(file.problems() == wanted, boost::test_tools::per_element());
    BOOST_TEST(parsed("# nobody\n").problems().at(0) == "certificates: expected at least one certificate, got none");
}

BOOST_AUTO_TEST_SUITE_END()
