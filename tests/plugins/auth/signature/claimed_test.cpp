// tests/plugins/auth/signature/claimed_test.cpp - which signature of a request counts, and what it must say of itself.
#include "signature/claimed.h"

#include <boost/test/unit_test.hpp>

#include <string>

using namespace tollgate::auth::signature;

namespace {

const std::string parameters = R"(("@method");created=10;keyid="k")";

std::optional<Claimed> read(const std::string& input,
                            const std::string& signature = "a=:aGk=:", const std::string& tag = "") {
    Claimed::Fault fault{};
    return Claimed::read(input, signature, tag, fault);
}
Claimed::Fault fault_of(const std::string& input,
                        const std::string& signature = "a=:aGk=:", const std::string& tag = "") {
    Claimed::Fault fault{};
    BOOST_TEST(!Claimed::read(input, signature, tag, fault), input);
    return fault;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(auth_signature_claimed)

BOOST_AUTO_TEST_CASE(a_signature_says_when_by_which_key_and_over_what) {
    const auto claimed = read(R"(a=("@method" "date");created=10;expires=20;keyid="k";alg="hmac-sha256";nonce="n")");
    BOOST_REQUIRE(claimed);
    BOOST_TEST(claimed->created == 10);
    BOOST_TEST(claimed->expires.value() == 20);
    BOOST_TEST(claimed->key_id == "k");
    BOOST_TEST(claimed->algorithm.value() == "hmac-sha256");
    BOOST_TEST(claimed->nonce.value() == "n");
    BOOST_TEST(claimed->signature == "hi");
    BOOST_TEST(claimed->input.items.size() == 2u);
}

BOOST_AUTO_TEST_CASE(what_is_not_of_its_form_is_malformed) {
    for (const std::string input :
         {R"(a=("@method");keyid="k")", R"(a=("@method");created=10)", R"(a=("@method");created="10";keyid="k")",
          R"(a=("@method");created=-1;keyid="k")", R"(a=("@method");created=10;keyid=k)",
          R"(a=("@method");created=10;keyid="k";alg=x)", R"(a=("@method");created=10;keyid="k";nonce=1)",
          R"(a=("@method");created=10;keyid="k";expires="x")", R"(a=("@method");created=10;created=11;keyid="k")",
          R"(a="@method";created=10;keyid="k")", "a", "", "a=("})
        BOOST_TEST((fault_of(input) == Claimed::Fault::malformed), input);
    BOOST_TEST((fault_of("a=" + parameters + "; keyid=\"" + std::string(513, 'k') + '"') == Claimed::Fault::malformed));
    for (const std::string signature : {"", "b=:aGk=:", "a=\"hi\"", "a=(:aGk=:)", "a=:aGk=:, a=:aGk=:", "a"})
        BOOST_TEST((fault_of("a=" + parameters, signature) == Claimed::Fault::malformed), signature);
}

BOOST_AUTO_TEST_CASE(of_several_none_counts_without_a_tag) {
    BOOST_TEST((fault_of("a=" + parameters + ", b=" + parameters, "a=:aGk=:, b=:aGk=:") == Claimed::Fault::several));
    BOOST_TEST(read("a=" + parameters, "a=:aGk=:, b=:aGk=:").has_value());  // a signature without input is none
}

BOOST_AUTO_TEST_CASE(the_one_with_the_tag_counts) {
    const std::string tagged = parameters + ";tag=\"app\"";
    BOOST_TEST(read("b=" + parameters + ", a=" + tagged, "a=:aGk=:, b=:aGs=:", "app").value().signature == "hi");
    BOOST_TEST((fault_of("a=" + parameters, "a=:aGk=:", "app") == Claimed::Fault::absent));
    BOOST_TEST((fault_of("a=" + parameters + ";tag=app", "a=:aGk=:", "app") == Claimed::Fault::absent));
    BOOST_TEST((fault_of("a=" + tagged + ", b=" + tagged, "a=:aGk=:", "app") == Claimed::Fault::several));
}

BOOST_AUTO_TEST_SUITE_END()
