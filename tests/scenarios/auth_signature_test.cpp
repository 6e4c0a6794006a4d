// tests/scenarios/auth_signature_test.cpp - signed requests: which pass, once, and what becomes of their forged
// siblings.
#include "support/gateway_process.h"
#include "support/scripted_upstream.h"
#include "support/signatures.h"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <string>
#include <string_view>

using namespace tollgate::test;

namespace {

const std::string tiers = "tier \"gold\" { rate = 1000000 / second }\n";

std::string signature_use(const std::string& more) {
    return "auth { method = \"signature\", file = \"signers\", max_age = 1 * hours" + more + " }";
}

// An upstream behind this use of auth, and before others.
struct Scene {
    ScriptedUpstream upstream{ScriptedUpstream::always("x")};
    GatewayProcess gateway;
    explicit Scene(const std::string& more = {}, const std::string& others = {}, const std::string& words = {})
        : gateway{
              routes_to(upstream.address(), "", "plugins = { " + signature_use(more) + others + " }", tiers + words),
              {},
              {{"signers", Signatures::all()["signers"]},
               {"keys", "6163937e6547cc2853a333d323496f4d5608b3958a3bd3939752708bc9cb0feb alice gold\n"}}} {}

    Message ask(const std::string& request) {
        RawClient client = gateway.client();
        client.send(request);
        return client.answer();
    }
    // The status, or that and the reason: "401 signature_expired".
    std::string outcome_of(const std::string& name) { return outcome(Signatures::all()[name]); }
    std::string outcome(const std::string& request) {
        const Message answer = ask(request);
        const std::string status = std::to_string(answer.status()), mark = "\"error\":\"";
        const auto at = answer.body.find(mark);
        if (at == std::string::npos) return status;
        const auto begin = at + mark.size();
        return status + ' ' + answer.body.substr(begin, answer.body.find('"', begin) - begin);
    }
};

std::string body_of(const std::string& request) { return request.substr(request.find("\r\n\r\n") + 4); }

}  // namespace

BOOST_AUTO_TEST_SUITE(scenarios_auth_signature)

BOOST_AUTO_TEST_CASE(what_an_independent_signer_signed_passes_whole) {
    Scene scene;
    int requests = 0;
    for (const std::string& name : Signatures::all().names("good_")) {
        BOOST_TEST(scene.outcome_of(name) == "200", name);
        BOOST_TEST(scene.upstream.requests() == ++requests, name);
        const Message seen = scene.upstream.last();
        BOOST_TEST(!seen.has("Signature"), name);
        BOOST_TEST(!seen.has("Signature-Input"), name);
        if (!seen.chunked) BOOST_TEST(seen.body == body_of(Signatures::all()[name]), name);
    }
    (void)scene.outcome_of("invalid_body_and_digest");
    BOOST_TEST(scene.upstream.requests() == requests);
}

BOOST_AUTO_TEST_CASE(of_what_was_forged_or_made_badly_nothing_reaches_the_upstream) {
    Scene scene;
    for (const auto& [beginning, outcome] : {std::pair{"invalid_", "401 signature_invalid"},
                                             {"digest_", "401 digest_wrong"},
                                             {"malformed_", "401 signature_malformed"},
                                             {"expired_", "401 signature_expired"},
                                             {"not_yet_", "401 signature_not_yet_valid"},
                                             {"incomplete_", "401 signature_incomplete"}})
        for (const std::string& name : Signatures::all().names(beginning))
            BOOST_TEST(scene.outcome_of(name) == outcome, name);
    BOOST_TEST(scene.upstream.requests() == 0);
    // Of those that are not valid a client learns no more than that.
    std::string told;
    for (const std::string& name : Signatures::all().names("invalid_")) {
        const std::string body = scene.ask(Signatures::all()[name]).body;
        const std::string text = body.substr(0, body.find("\"request_id\""));
        if (told.empty()) told = text;
        BOOST_TEST(text == told, name);
    }
}

BOOST_AUTO_TEST_CASE(without_a_signature_a_client_is_told_what_to_sign) {
    Scene scene{", realm = \"shop\", tag = \"app\""};
    const Message answer = scene.gateway.client().get("/");
    BOOST_TEST(answer.status() == 401);
    BOOST_TEST(answer.header("WWW-Authenticate") == "Signature realm=\"shop\"");
    BOOST_TEST(answer.header("Accept-Signature") ==
               "sig=(\"@method\" \"@authority\" \"@path\" \"@query\" \"content-digest\");created;keyid;tag=\"app\"");
    BOOST_TEST(answer.body.find("\"error\":\"signature_missing\"") != std::string::npos, answer.body);
}

BOOST_AUTO_TEST_CASE(a_request_is_taken_once) {
    Scene scene;
    for (const char* name : {"good_once", "good_without_nonce", "good_post", "good_p256_without_nonce"}) {
        BOOST_TEST(scene.outcome_of(name) == "200", name);
        BOOST_TEST(scene.outcome_of(name) == "401 signature_replayed", name);
    }
    BOOST_TEST(scene.outcome_of("replayed_p256") == "401 signature_replayed");
    BOOST_TEST(scene.upstream.requests() == 4);
    BOOST_TEST(scene.gateway.reload().starts_with("reloaded"));
    BOOST_TEST(scene.outcome_of("good_once") == "401 signature_replayed");
}

BOOST_AUTO_TEST_CASE(a_replay_may_be_allowed) {
    Scene scene{", replay = \"allow\""};
    for (int i = 0; i < 3; ++i) BOOST_TEST(scene.outcome_of("good_once") == "200");
    BOOST_TEST(scene.outcome_of("replayed_p256") == "200");
}

BOOST_AUTO_TEST_CASE(what_failed_was_not_taken) {
    Scene scene;
    // Whoever sees a request on its way cannot use it up with another body.
    std::string other = Signatures::all()["good_post"];
    other.back() = ']';
    BOOST_TEST(scene.outcome(other) == "401 digest_wrong");
    BOOST_TEST(scene.outcome_of("good_post") == "200");
}

BOOST_AUTO_TEST_CASE(where_memory_ends_nothing_more_is_taken) {
    Scene scene{", remember = 1"};
    int taken = 0;
    for (const std::string& name : Signatures::all().names("good_")) {
        const std::string outcome = scene.outcome_of(name);
        BOOST_TEST((outcome == "200" || outcome == "503 signatures_busy"), name << ": " << outcome);
        taken += outcome == "200";
    }
    BOOST_TEST(taken >= 1);
    BOOST_TEST(taken <= 16);  // one in each of its parts
}

BOOST_AUTO_TEST_CASE(a_body_that_is_too_long_is_told_so_and_goes_nowhere) {
    Scene scene{", largest_body = 50 * kilobytes"};
    BOOST_TEST(scene.outcome_of("good_large") == "413 signed_body_too_large");
    BOOST_TEST(scene.outcome_of("good_post_chunked") == "413 signed_body_too_large");
    BOOST_TEST(scene.outcome_of("good_post") == "200");
    BOOST_TEST(scene.upstream.requests() == 1);
}

BOOST_AUTO_TEST_CASE(no_body_is_awaited_of_who_is_no_signer) {
    Scene scene;
    for (const auto& [name, outcome] : {std::pair{"invalid_length", "401 signature_invalid"},
                                        {"malformed_length_of_chunks", "401 signature_malformed"}}) {
        const std::string whole = Signatures::all()[name];
        BOOST_TEST(scene.outcome(whole.substr(0, whole.size() - body_of(whole).size())) == outcome, name);
    }
}

BOOST_AUTO_TEST_CASE(what_must_be_covered_is_the_operators_to_say) {
    Scene scene{", components = { \"@method\", \"date\" }"};
    BOOST_TEST(scene.outcome_of("good_header") == "200");
    BOOST_TEST(scene.outcome_of("good_alice") == "401 signature_incomplete");
    Scene bare{", components = \"@method\""};
    BOOST_TEST(bare.outcome_of("incomplete_body") == "200");  // the body is nobody's matter then
    BOOST_TEST(bare.outcome_of("incomplete_query") == "200");
    BOOST_TEST(bare.outcome_of("digest_body") == "401 digest_wrong");  // but what is covered must be right
    BOOST_TEST(bare.outcome_of("incomplete_method") == "401 signature_incomplete");
}

BOOST_AUTO_TEST_CASE(a_tag_says_which_of_several_signatures_counts) {
    Scene scene{", tag = \"app\""};
    BOOST_TEST(scene.outcome_of("tagged") == "200");
    BOOST_TEST(scene.outcome_of("good_tag") == "200");
    BOOST_TEST(scene.outcome_of("good_alice") == "401 signature_missing");
    Scene untagged;
    BOOST_TEST(untagged.outcome_of("tagged") == "401 signature_malformed");
}

BOOST_AUTO_TEST_CASE(the_signer_is_a_caller_like_any_other) {
    Scene scene{
        ", optional = true, scopes = { \"orders:read\" }, pass_on = { \"X-Id: id\", \"X-Owner: owner\", \"X-Tier: "
        "tier\", "
        "\"X-Scopes: scopes\" }",
        ", auth { file = \"keys\" }"};
    BOOST_TEST(scene.outcome_of("good_alice") == "200");
    const Message seen = scene.upstream.last();
    for (const auto& [name, value] : {std::pair{"X-Id", "alice"},
                                      {"X-Owner", "acme"},
                                      {"X-Tier", "gold"},
                                      {"X-Scopes", "orders:read orders:write"}})
        BOOST_TEST(seen.header(name) == value, name);
    BOOST_TEST(scene.outcome_of("good_rsa") == "403 scope_missing");
    BOOST_TEST(scene.outcome_of("invalid_path") == "401 signature_invalid");
    BOOST_TEST(scene.gateway.client().get("/", "X-API-Key: gold-key\r\n").status() == 200);
    BOOST_TEST(scene.gateway.client().get("/").status() == 401);
}

BOOST_AUTO_TEST_CASE(attempts_are_counted_by_what_became_of_them) {
    Scene scene;
    for (const char* name : {"good_alice", "invalid_path", "invalid_unknown_keyid", "invalid_alg_none", "digest_body",
                             "malformed_two", "expired_created", "not_yet_created", "incomplete_body"})
        (void)scene.outcome_of(name);
    (void)scene.outcome_of("good_alice");
    (void)scene.gateway.client().get("/");
    RawClient admin{scene.gateway.admin()};
    admin.send("GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n");
    const std::string figures = admin.answer().body;
    for (const char* outcome : {"accepted", "signature", "key_unknown", "algorithm", "digest", "malformed", "expired",
                                "not_yet_valid", "incomplete", "replayed", "missing"})
        BOOST_TEST(figures.find("tollgate_auth_requests_total{method=\"signature\",outcome=\"" + std::string{outcome} +
                                "\"} 1\n") != std::string::npos,
                   outcome);
}

BOOST_AUTO_TEST_SUITE_END()
