// tests/plugins/auth/signature/base_test.cpp - signature bases and signatures as RFC 9421 has them in appendix B.
#include "signature/base.h"

#include "base64.h"
#include "signature/claimed.h"
#include "signer_file.h"

#include <boost/test/unit_test.hpp>

#include <map>
#include <string>
#include <vector>

using namespace tollgate::auth;
using namespace tollgate::auth::signature;

namespace {

// Appendix B.1.
const std::string signers =
    "test-shared-secret hmac-sha256 "
    "uzvJfB4u3N0Jy4T7NZ75MDVcr8zSTInedJtkgcu46YW4XByzNJjxBdtjUkdJPBtbmHhIDi6pcl8jsasjlTMtDQ== - -\n"
    "test-key-ed25519 ed25519 MCowBQYDK2VwAyEAJrQLj5P/89iXES9+vFgrIy29clF9CC/oPPsw3c5D0bs= - -\n"
    "test-key-ecc-p256 ecdsa-p256-sha256 MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEqIVYZVLCrPZHGHjP17CTW0/+D9Lf"
    "w0EkjqF7xB4FivAxzic30tMM4GF+hR6Dxh71Z50VGGdldkkDXZCnTNnoXQ== - -\n"
    "test-key-rsa-pss rsa-pss-sha512 MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAr4tmm3r20Wd/PbqvP1s2"
    "+QEtvpuRaV8Yq40gjUR8y2Rjxa6dpG2GXHbPfvMs8ct+Lh1GH45x28Rw3Ry53mm+oAXjyQ86OnDkZ5N8lYbggD4O3w6M6pAvLkhk95AndTrifbIF"
    "PNU8PPMO7OyrFAHqgDsznjPFmTOtCEcN2Z1FpWgchwuYLPL+Wokqltd11nqqzi+bJ9cvSKADYdUAAN5WUtzdpiy6LbTgSxP7ociU4Tn0g5I6aDZJ"
    "7A8Lzo0KSyZYoA485mqcO0GVAdVw9lq4aOT9v6d+nb4bnNkQVklLQ3fVAvJm+xdDOp9LCNCN48V2pnDOkFV6+U9nV5oyc6XI2wIDAQAB - -\n";

const SignerFile& file() {
    static const SignerFile read = SignerFile::parse(signers, "signers", [](std::string_view) { return true; },
                                                    [](std::string_view id) { return std::string{id}; });
    return read;
}

// The test-request of appendix B.2.
Message request() {
    static const std::map<std::string, std::string, std::less<>> lines{
        {"host", "example.com"},
        {"date", "Tue, 20 Apr 2021 02:07:55 GMT"},
        {"content-type", "application/json"},
        {"content-digest",
         "sha-512=:WZDPaVn/7XgHaAy8pmojAkGWoRx2UFChF41A2svX+T"
         "aPm+AbwAgBWnrIiYllu7BNNyealdVLvRwEmTHWXvJwew==:"},
        {"content-length", "18"}};
    Message message;
    message.method = "POST";
    message.scheme = "https";
    message.authority = "example.com";
    message.path = "/foo";
    message.query = "param=Value&Pet=dog";
    message.has_query = true;
    message.field = [](std::string_view name) -> std::optional<std::string> {
        const auto found = lines.find(name);
        return found == lines.end() ? std::nullopt : std::optional{found->second};
    };
    return message;
}

Member input_of(const std::string& text) { return parse_dictionary("sig=" + text).value().at(0); }

bool is_signed(const std::string& input, const std::string& signature, const Message& message = request()) {
    Claimed::Fault fault{};
    const auto claimed = Claimed::read("sig=" + input, "sig=:" + signature + ":", "", fault);
    BOOST_REQUIRE(claimed);
    const Signer* signer = file().find(claimed->key_id);
    BOOST_REQUIRE(signer);
    const auto base = base_of(claimed->input, message);
    return base && signer->signed_this(*base, claimed->signature);
}

const std::string by_secret = R"(("date" "@authority" "content-type");created=1618884473;keyid="test-shared-secret")";
const std::string mac = "pxcQw6G3AjtMBQjwo8XzkZf/bws5LelbaMk5rGIGtE8=";

}  // namespace

BOOST_AUTO_TEST_SUITE(auth_signature_base)

BOOST_AUTO_TEST_CASE(the_signers_of_appendix_b_are_read) {
    for (const std::string& problem : file().problems()) BOOST_ERROR(problem);
    BOOST_TEST(!file().find("nobody"));
}

BOOST_AUTO_TEST_CASE(the_base_is_that_of_appendix_b_2_5) {
    BOOST_TEST(
        base_of(input_of(by_secret), request()).value() ==
        "\"date\": Tue, 20 Apr 2021 02:07:55 GMT\n\"@authority\": example.com\n\"content-type\": application/json\n"
        "\"@signature-params\": (\"date\" \"@authority\" \"content-type\");created=1618884473;"
        "keyid=\"test-shared-secret\"");
}

BOOST_AUTO_TEST_CASE(the_signatures_of_appendix_b_are_right) {
    BOOST_TEST(is_signed(by_secret, mac));  // B.2.5
    BOOST_TEST(
        is_signed(R"(("date" "@method" "@path" "@authority" "content-type" "content-length");created=1618884473;)"
                  R"(keyid="test-key-ed25519")",
                  "wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WPpBKRCw=="));
    BOOST_TEST(is_signed(
        R"(();created=1618884473;keyid="test-key-rsa-pss";nonce="b3k2pp5k7z-50gnwp.yemd")",  // B.2.1
        "d2pmTvmbncD3xQm8E9ZV2828BjQWGgiwAaw5bAkgibUopemLJcWDy/lkbbHAve4cRAtx31Iq786U7it++wgGxbtRxf8Udx7zFZsckzXaJMkA7"
        "ChG52eSkFxykJeNqsrWH5S+oxNFlD4dzVuwe8DhTSja8xxbR/Z2cOGdCbzR72rgFWhzx2VjBqJzsPLMIQKhO4DGezXehhWwE56YCE+O6c0mKZ"
        "sfxVrogUvA4HELjVKWmAvtl6UnCh8jYzuVG5WSb/QEVPnP5TmcAnLH1g+s++v6d4s8m0gCw1fV5/SITLq9mhho8K3+7EPYTU8IU1bLhdxO5Ny"
        "t8C8ssinQ98Xw9Q=="));
    BOOST_TEST(is_signed(
        R"(("@authority" "content-digest" "@query-param";name="Pet");created=1618884473;)"  // B.2.2
        R"(keyid="test-key-rsa-pss";tag="header-example")",
        "LjbtqUbfmvjj5C5kr1Ugj4PmLYvx9wVjZvD9GsTT4F7GrcQEdJzgI9qHxICagShLRiLMlAJjtq6N4CDfKtjvuJyE5qH7KT8UCMkSowOB4+ECx"
        "CmT8rtAmj/0PIXxi0A0nxKyB09RNrCQibbUjsLS/2YyFYXEu4TRJQzRw1rLEuEfY17SARYhpTlaqwZVtR8NV7+4UKkjqpcAoFqWFQh62s7Cl+"
        "H2fjBSpqfZUJcsIk4N6wiKYd4je2U/lankenQ99PZfB4jY3I5rSV2DSBVkSFsURIjYErOs0tFTQosMTAoxk//0RoKUqiYY8Bh0aaUEb0rQl3/"
        "XaVe4bXTugEjHSw=="));
    BOOST_TEST(is_signed(
        R"(("date" "@method" "@path" "@query" "@authority" "content-type" "content-digest" "content-length"))"
        R"(;created=1618884473;keyid="test-key-rsa-pss")",  // B.2.3
        "bbN8oArOxYoyylQQUU6QYwrTuaxLwjAC9fbY2F6SVWvh0yBiMIRGOnMYwZ/5MR6fb0Kh1rIRASVxFkeGt683+qRpRRU5p2voTp768ZrCUb38K"
        "0fUxN0O0iC59DzYx8DFll5GmydPxSmme9v6ULbMFkl+V5B1TP/yPViV7KsLNmvKiLJH1pFkh/aYA2HXXZzNBXmIkoQoLd7YfW91kE9o/CCoC1"
        "xMy7JA1ipwvKvfrs65ldmlu9bpG6A9BmzhuzF8Eim5f8ui9eH8LZH896+QIF61ka39VBrohr9iyMUJpvRX2Zbhl5ZJzSRxpJyoEZAFL2FUo5f"
        "TIztsDZKEgM4cUA=="));
}

// The response of appendix B.2.4 has a "@status", which no request has: its base by hand.
BOOST_AUTO_TEST_CASE(the_ecdsa_signature_of_appendix_b_2_4_is_right) {
    const std::string base =
        "\"@status\": 200\n\"content-type\": application/json\n\"content-digest\": "
        "sha-512=:mEWXIS7MaLRuGgxOBdODa3xqM1XdEvxoYhvlCFJ41QJgJc4GTsPp29l5oGX69wWdXymyU0rjJuahq4l5aGgfLQ==:\n"
        "\"content-length\": 23\n\"@signature-params\": (\"@status\" \"content-type\" \"content-digest\" "
        "\"content-length\");"
        "created=1618884473;keyid=\"test-key-ecc-p256\"";
    std::string signature = decode_base64(
                                "wNmSUAhwb5LxtOtOpNa6W5xj067m5hFrj0XQ4fvpaCLx0NKocgPquLgyahnzDnDAUy5eCdlYUEkL"
                                "Ij+32oiasw==")
                                .value();
    const Signer& signer = *file().find("test-key-ecc-p256");
    BOOST_TEST(signer.signed_this(base, signature));
    BOOST_TEST(!signer.signed_this(base + ' ', signature));
    signature[0] = static_cast<char>(signature[0] ^ 1);
    BOOST_TEST(!signer.signed_this(base, signature));
    BOOST_TEST(!signer.signed_this(base, ""));
    BOOST_TEST(!signer.signed_this(base, std::string(64, '\0')));  // CVE-2022-21449
}

BOOST_AUTO_TEST_CASE(whatever_is_covered_must_be_as_it_was_signed) {
    Message other = request();
    other.authority = "example.org";
    BOOST_TEST(!is_signed(by_secret, mac, other));
    BOOST_TEST(
        !is_signed(R"(("date" "@authority" "content-type");created=1618884474;keyid="test-shared-secret")", mac));
    BOOST_TEST(!is_signed(R"(("date" "@authority");created=1618884473;keyid="test-shared-secret")", mac));
    BOOST_TEST(
        !is_signed(R"(("@authority" "date" "content-type");created=1618884473;keyid="test-shared-secret")", mac));
    BOOST_TEST(
        !is_signed(R"(("date" "@authority" "content-type");keyid="test-shared-secret";created=1618884473)", mac));
    BOOST_TEST(!is_signed(by_secret, "pxcQw6G3AjtMBQjwo8XzkZf/bws5LelbaMk5rGIGtA=="));
    BOOST_TEST(!is_signed(by_secret, ""));
}

BOOST_AUTO_TEST_CASE(each_derived_component_has_its_value) {
    const auto line = [](const std::string& component, const Message& message = request()) {
        const auto base = base_of(input_of("(" + component + ")"), message);
        return base ? base->substr(0, base->find('\n')) : "none";
    };
    for (const auto& [component, value] : {std::pair{"\"@method\"", "POST"},
                                           {"\"@scheme\"", "https"},
                                           {"\"@authority\"", "example.com"},
                                           {"\"@path\"", "/foo"},
                                           {"\"@query\"", "?param=Value&Pet=dog"},
                                           {"\"@request-target\"", "/foo?param=Value&Pet=dog"},
                                           {"\"@target-uri\"", "https://example.com/foo?param=Value&Pet=dog"},
                                           {"\"@query-param\";name=\"param\"", "Value"}})
        BOOST_TEST(line(component) == std::string{component} + ": " + value);
    Message bare = request();
    bare.query = {};
    BOOST_TEST(line("\"@request-target\"", bare) == "\"@request-target\": /foo?");
    bare.has_query = false;
    BOOST_TEST(line("\"@query\"", bare) == "\"@query\": ?");  // section 2.2.7
    BOOST_TEST(line("\"@request-target\"", bare) == "\"@request-target\": /foo");
}

// Section 2.2.8.
BOOST_AUTO_TEST_CASE(a_query_parameter_is_decoded_and_written_in_one_form) {
    Message message = request();
    message.query =
        "param=value&foo=bar&baz=batman&qux=&var=this%20is%20a%20big%0Amultiline%20value&bar=with+plus+whitespace&"
        "fa%C3%A7ade%22%3A%20=something&twice=1&twice=2";
    const auto value = [&](const std::string& name) {
        const auto base = base_of(input_of("(\"@query-param\";name=\"" + name + "\")"), message);
        if (!base) return std::string{"none"};
        const auto begin = base->find(": ") + 2;
        return base->substr(begin, base->find('\n') - begin);
    };
    for (const auto& [name, wanted] : {std::pair{"baz", "batman"},
                                       {"qux", ""},
                                       {"var", "this%20is%20a%20big%0Amultiline%20value"},
                                       {"bar", "with%20plus%20whitespace"},
                                       {"fa%C3%A7ade%22%3A%20", "something"},
                                       {"twice", "none"},
                                       {"absent", "none"}})
        BOOST_TEST(value(name) == wanted, name);
}

BOOST_AUTO_TEST_CASE(there_is_no_base_over_what_the_request_has_not) {
    for (const char* input :
         {R"(("x-absent"))", R"(("@status"))", R"(("@nothing"))", R"(("Date"))", R"(("date" "date"))", R"((date))",
          R"((1))", R"((""))", R"(("content-digest";sf))", R"(("content-digest";key="sha-512"))", R"(("date";bs))",
          R"(("date";tr))", R"(("@method";req))", R"(("@query-param"))", R"(("@query-param";name="Pet";tr))",
          R"(("@query-param";name=Pet))", R"(("@signature-params"))"})
        BOOST_TEST(!base_of(input_of(input), request()), input);
}

BOOST_AUTO_TEST_CASE(what_is_part_of_the_target_is_covered_by_it) {
    const Member uri = input_of("(\"@target-uri\")"), target = input_of("(\"@request-target\")");
    for (const char* part : {"@target-uri", "@scheme", "@authority", "@path", "@query", "@request-target"})
        BOOST_TEST(covers(uri, part), part);
    for (const char* part : {"@path", "@query", "@request-target"}) BOOST_TEST(covers(target, part), part);
    for (const char* part : {"@authority", "@scheme", "@target-uri"}) BOOST_TEST(!covers(target, part), part);
    BOOST_TEST(!covers(uri, "@method"));
    BOOST_TEST(!covers(uri, "date"));
    // Of a header in part, or of the other message, nothing is covered.
    BOOST_TEST(!covers(input_of("(\"content-digest\";key=\"sha-256\")"), "content-digest"));
    BOOST_TEST(!covers(input_of("(\"@method\";req)"), "@method"));
}

BOOST_AUTO_TEST_SUITE_END()
