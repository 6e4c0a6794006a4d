// tests/scenarios/auth_jwt_test.cpp - callers with JSON Web Tokens: who comes in, who not, and keys that come by URL.
#include "support/certificates.h"
#include "support/gateway_process.h"
#include "support/scripted_upstream.h"
#include "support/tokens.h"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cstdlib>
#include <future>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

using namespace tollgate::test;

namespace {

const std::string tiers = "tier \"gold\" { rate = 1000000 / second }\n";

std::string bearer(std::string_view token) { return "Authorization: Bearer " + std::string{token} + "\r\n"; }
std::string bearer_of(const std::string& name) { return bearer(Tokens::all()[name]); }
std::string quoted_path(const std::string& file) { return '"' + Tokens::all().path(file) + '"'; }

// A gateway that answers "hello" to whom this use lets in, and logs the caller.
struct Scene {
    GatewayProcess gateway;
    explicit Scene(const std::string& use, const std::string& keys = {})
        : gateway{tiers + "always { logging { fields = { \"caller\", \"tier\", \"status\" } } }\n"
                  "route \"GET /\" { answer = \"hello\", plugins = { " + use + " } }\n",
                  {}, {{"keys", keys}}} {}

    Message get(const std::string& lines = {}) { return gateway.client().get("/", lines); }
    // The status, or that and the reason: "401 token_expired".
    std::string outcome(const std::string& lines = {}) {
        const Message answer = get(lines);
        const std::string status = std::to_string(answer.status()), mark = "\"error\":\"";
        const auto at = answer.body.find(mark);
        if (at == std::string::npos) return status;
        const auto begin = at + mark.size();
        return status + ' ' + answer.body.substr(begin, answer.body.find('"', begin) - begin);
    }
    std::string outcome_of(const std::string& token) { return outcome(bearer_of(token)); }
};

// An issuer whose answer can be changed as it goes.
class Issuer {
public:
    explicit Issuer(std::string body, int status = 200) : status_{status}, body_{std::move(body)} {}

    void say(std::string body, int status = 200) {
        const std::lock_guard lock{mutex_};
        body_ = std::move(body);
        status_ = status;
    }
    std::string url() const { return "http://" + upstream_.address() + "/jwks.json"; }
    std::string use(const std::string& more = {}) const {
        return "auth { method = \"jwt\", keys_url = \"" + url() + "\", tier_claim = \"plan\"" + more + " }";
    }
    int requests() const { return upstream_.requests(); }
    Message last() const { return upstream_.last(); }
    void go_away() { say("", 500); }

private:
    std::mutex mutex_;
    int status_;
    std::string body_;
    ScriptedUpstream upstream_{[this](UpstreamConnection& connection) {
        while (connection.read_request()) {
            const std::unique_lock lock{mutex_};
            const std::string body = body_;
            const int status = status_;
            connection.answer(status, body, "Content-Type: application/jwk-set+json\r\n");
        }
    }};
};

// Asks again until the outcome is the wanted one, since keys change behind the gateway's back; the last outcome.
std::string outcome_at_last(Scene& scene, const std::string& token, const std::string& wanted) {
    const Deadline deadline{patience};
    std::string outcome = scene.outcome_of(token);
    while (outcome != wanted && !deadline.passed()) outcome = scene.outcome_of(token);
    return outcome;
}

// What a command of the shell prints.
std::string printed_by(const std::string& command) {
    const Finished finished = run({"/bin/sh", "-c", command});
    BOOST_REQUIRE_MESSAGE(finished.code == 0, command << ": " << finished.err);
    return finished.out;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(scenarios_auth_jwt)

BOOST_AUTO_TEST_CASE(a_token_says_who_asks_and_does_not_reach_the_upstream) {
    ScriptedUpstream upstream{ScriptedUpstream::always("x")};
    GatewayProcess gateway{
        routes_to(upstream.address(), "",
                  "plugins = { auth { method = \"jwt\", keys = " + quoted_path("jwks.json") +
                      ", issuer = \"https://issuer.example\", audience = \"orders\", "
                      "tier_claim = \"plan\" } }",
                  tiers + "always { logging { fields = { \"caller\", \"tier\" } } }")};
    for (const char* name : {"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"})
        BOOST_TEST(gateway.client().get("/", bearer_of(name)).status() == 200, name);
    BOOST_TEST(!upstream.last().has("Authorization"));
    const std::string line = gateway.log_lines(1).at(0);
    for (const char* part : {"alice", "gold"}) BOOST_TEST(line.find(part) != std::string::npos, line);
}

BOOST_AUTO_TEST_CASE(refusals_help_an_honest_caller_and_nobody_else) {
    Scene scene{"auth { method = \"jwt\", keys = " + quoted_path("jwks.json") +
                ", issuer = \"https://issuer.example\", audience = \"orders\", realm = \"shop\" }"};
    const Message missing = scene.get();
    BOOST_TEST(missing.status() == 401);
    BOOST_TEST(missing.header("WWW-Authenticate") == "Bearer realm=\"shop\"");
    BOOST_TEST(scene.outcome() == "401 token_missing");
    BOOST_TEST(scene.outcome("Authorization: Basic YTpi\r\n") == "401 token_missing");
    BOOST_TEST(scene.outcome_of("expired") == "401 token_expired");
    BOOST_TEST(scene.outcome_of("not_yet") == "401 token_not_yet_valid");
    BOOST_TEST(scene.get(bearer_of("expired")).header("WWW-Authenticate") ==
               "Bearer realm=\"shop\", error=\"invalid_token\", error_description=\"the token has expired\"");
    const auto told = [&](const std::string& lines) {
        std::string body = scene.get(lines).body;
        const auto at = body.find("\"request_id\"");
        return body.substr(0, at);
    };
    const std::string invalid = told(bearer_of("by_a_stranger"));
    BOOST_TEST(invalid.find("token_invalid") != std::string::npos, invalid);
    for (const char* name :
         {"none", "nOnE", "confused", "confused_der", "by_the_published_secret", "empty_secret", "zero_es256",
          "with_its_own_key", "with_crit", "unknown_kid", "rotated", "other_issuer", "other_audience", "without_exp",
          "without_sub", "line_in_sub", "HS256"})
        BOOST_TEST(told(bearer_of(name)) == invalid, name);
    for (const char* text : {"x", "a.b.c", "..", "Zm9v.Zm9v.Zm9v"}) BOOST_TEST(told(bearer(text)) == invalid, text);
    BOOST_TEST(told(bearer(std::string(8193, 'a'))) == invalid);
    BOOST_TEST(told(bearer_of("RS256") + bearer_of("RS256")) == invalid);
    const std::string& good = Tokens::all()["RS256"];
    BOOST_TEST(scene.outcome(bearer(good)) == "200");
    BOOST_TEST(scene.outcome(bearer(good)) == "200");
    BOOST_TEST(told(bearer(good.substr(0, good.size() - 2))) == invalid);
}

BOOST_AUTO_TEST_CASE(a_token_signed_by_openssls_command_line_passes_and_with_another_key_fails) {
    Scene scene{"auth { method = \"jwt\", keys = " + quoted_path("jwks.json") + " }"};
    Scene with_secret{"auth { method = \"jwt\", secret = \"" + Tokens::all().file("secret") + "\" }"};
    // $1: the header; $2: the command that signs stdin.
    const auto token = [](const std::string& header, const std::string& sign) {
        return printed_by("b64() { openssl base64 -A | tr '+/' '-_' | tr -d '='; }\n"
                          "input=$(printf '%s' '" + header + "' | b64).$(printf '{\"sub\":\"alice\",\"exp\":%d}' "
                          "$(($(date +%s) + 600)) | b64)\n"
                          "file=$(mktemp)\nprintf '%s' \"$input\" >\"$file\"\n"
                          "printf '%s.%s' \"$input\" \"$(" + sign + " | b64)\"\nrm \"$file\"\n");
    };
    const std::string pss = "-sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:digest ";
    const auto dgst = [](int size, const std::string& key, const std::string& more = {}) {
        return "openssl dgst -sha" + std::to_string(size) + ' ' + more + "-sign " + quoted_path(key) + " <\"$file\"";
    };
    // OpenSSL writes DER, JWS has both numbers side by side.
    const auto ecdsa = [&](int size, const std::string& key, int digits) {
        return dgst(size, key) + " | openssl asn1parse -inform DER | sed -n 's/.*INTEGER *://p' | /usr/bin/python3 -c "
               "'import sys; sys.stdout.buffer.write(b\"\".join(int(line, 16).to_bytes(" + std::to_string(digits) +
               ", \"big\") for line in sys.stdin))'";
    };
    const auto hmac = [](int size, const std::string& secret) {
        return "openssl dgst -sha" + std::to_string(size) + " -binary -mac HMAC -macopt key:'" + secret + "' <\"$file\"";
    };
    const auto header = [](const std::string& name) { return "{\"alg\":\"" + name + "\"}"; };
    const std::string secret = Tokens::all().file("secret"), refused = "401 token_invalid";
    for (const int size : {256, 384, 512}) {
        const std::string bits = std::to_string(size), ec = "ec" + std::to_string(size == 512 ? 521 : size) + ".key.pem";
        const int digits = size == 512 ? 66 : size / 8;
        // A good one; by another key; by another hash or padding than it says.
        const std::string rs = header("RS" + bits), ps = header("PS" + bits), es = header("ES" + bits), hs = header("HS" + bits);
        BOOST_TEST(scene.outcome(bearer(token(rs, dgst(size, "rsa.key.pem")))) == "200", rs);
        BOOST_TEST(scene.outcome(bearer(token(rs, dgst(size, "rsa2.key.pem")))) == refused, rs);
        BOOST_TEST(scene.outcome(bearer(token(rs, dgst(size, "rsa.key.pem", pss)))) == refused, rs);
        BOOST_TEST(scene.outcome(bearer(token(ps, dgst(size, "rsa.key.pem", pss)))) == "200", ps);
        BOOST_TEST(scene.outcome(bearer(token(ps, dgst(size == 256 ? 384 : 256, "rsa.key.pem", pss)))) == refused, ps);
        BOOST_TEST(scene.outcome(bearer(token(es, ecdsa(size, ec, digits)))) == "200", es);
        BOOST_TEST(scene.outcome(bearer(token(es, ecdsa(size == 256 ? 384 : 256, ec, digits)))) == refused, es);
        BOOST_TEST(scene.outcome(bearer(token(es, dgst(size, ec)))) == refused, es);  // DER
        BOOST_TEST(with_secret.outcome(bearer(token(hs, hmac(size, secret)))) == "200", hs);
        BOOST_TEST(with_secret.outcome(bearer(token(hs, hmac(size, secret + '!')))) == refused, hs);
        BOOST_TEST(scene.outcome(bearer(token(hs, hmac(size, secret)))) == refused, hs);
        BOOST_TEST(with_secret.outcome(bearer(token(rs, dgst(size, "rsa.key.pem")))) == refused, rs);
    }
    const auto raw = [](const std::string& key) {
        return "openssl pkeyutl -sign -rawin -in \"$file\" -inkey " + quoted_path(key);
    };
    BOOST_TEST(scene.outcome(bearer(token(header("EdDSA"), raw("ed25519.key.pem")))) == "200");
    BOOST_TEST(scene.outcome(bearer(token(header("EdDSA"), "head -c 64 /dev/zero"))) == refused);
    BOOST_TEST(scene.outcome(bearer(token(header("none"), "true"))) == refused);
}

BOOST_AUTO_TEST_CASE(algorithms_may_be_fewer_than_fit_the_keys) {
    Scene scene{"auth { method = \"jwt\", keys = " + quoted_path("jwks.json") +
                ", algorithms = { \"PS256\", \"EdDSA\" } }"};
    BOOST_TEST(scene.outcome_of("PS256") == "200");
    BOOST_TEST(scene.outcome_of("EdDSA") == "200");
    BOOST_TEST(scene.outcome_of("RS256") == "401 token_invalid");
    BOOST_TEST(scene.outcome_of("PS384") == "401 token_invalid");
}

BOOST_AUTO_TEST_CASE(only_types_that_are_wanted_pass_where_some_are) {
    Scene any{"auth { method = \"jwt\", keys = " + quoted_path("jwks.json") + " }"};
    Scene access{"auth { method = \"jwt\", keys = " + quoted_path("jwks.json") + ", typ = \"at+jwt\" }"};
    for (const char* name : {"at_jwt", "RS256", "without_typ"}) BOOST_TEST(any.outcome_of(name) == "200", name);
    BOOST_TEST(access.outcome_of("at_jwt") == "200");
    for (const char* name : {"RS256", "without_typ"}) BOOST_TEST(access.outcome_of(name) == "401 token_invalid", name);
}

BOOST_AUTO_TEST_CASE(shared_secrets_are_for_all_sizes_of_hs_and_for_nothing_else) {
    Scene scene{"auth { method = \"jwt\", secret = \"" + Tokens::all().file("secret") + "\" }"};
    for (const char* name : {"HS256", "HS384", "HS512"}) BOOST_TEST(scene.outcome_of(name) == "200", name);
    for (const char* name : {"RS256", "PS512", "ES256", "EdDSA", "none", "empty_secret"})
        BOOST_TEST(scene.outcome_of(name) == "401 token_invalid", name);
}

BOOST_AUTO_TEST_CASE(a_token_may_stand_in_a_cookie_or_a_header_of_its_own) {
    Scene cookie{"auth { method = \"jwt\", key = cookie \"session\", keys = " + quoted_path("rsa.pem") + " }"};
    BOOST_TEST(cookie.outcome("Cookie: a=b; session=" + Tokens::all()["RS256"] + "\r\n") == "200");
    BOOST_TEST(cookie.outcome_of("RS256") == "401 token_missing");
    Scene header{"auth { method = \"jwt\", key = header \"X-Token\", keys = " + quoted_path("rsa.pem") + " }"};
    BOOST_TEST(header.outcome("X-Token: " + Tokens::all()["RS256"] + "\r\n") == "200");
}

BOOST_AUTO_TEST_CASE(a_scope_that_is_missing_is_told) {
    Scene scene{"auth { method = \"jwt\", keys = " + quoted_path("jwks.json") +
                ", scopes = { \"orders:read\", \"orders:write\" } }"};
    BOOST_TEST(scene.outcome_of("RS256") == "200");
    BOOST_TEST(scene.outcome_of("scp_list") == "200");
    BOOST_TEST(scene.outcome_of("few_scopes") == "403 scope_missing");
    BOOST_TEST(scene.outcome_of("few_scopes") == "403 scope_missing");  // out of the cache
    BOOST_TEST(scene.get(bearer_of("few_scopes")).header("WWW-Authenticate") ==
               "Bearer realm=\"tollgate\", error=\"insufficient_scope\", scope=\"orders:read orders:write\"");
    Scene by_key{"auth { file = \"keys\", scopes = \"orders:read\" }",
                 "6163937e6547cc2853a333d323496f4d5608b3958a3bd3939752708bc9cb0feb alice -\n"};
    BOOST_TEST(by_key.outcome("X-API-Key: gold-key\r\n") == "403 scope_missing");
}

BOOST_AUTO_TEST_CASE(a_tier_that_routes_lua_does_not_know_is_no_tier) {
    Scene scene{"auth { method = \"jwt\", keys = " + quoted_path("jwks.json") + ", tier_claim = \"plan\" }"};
    BOOST_TEST(scene.outcome_of("RS256") == "200");
    BOOST_TEST(scene.outcome_of("bob") == "200");
    BOOST_TEST(scene.outcome_of("other_tier") == "500 tier_unknown");
    scene.gateway.process().wait_for_line("tier \"platinum\" of alice (owner none) is no tier of routes.lua");
}

BOOST_AUTO_TEST_CASE(no_token_lifts_its_caller_above_his_tier) {
    GatewayProcess gateway{"tier \"gold\" { rate = 2 / hour }\nroute \"GET /\" { answer = \"hello\", plugins = { auth { method = \"jwt\", keys = " +
                           quoted_path("jwks.json") + ", tier_claim = \"plan\" }, ratelimit {} } }\n"};
    const auto get = [&] { return gateway.client().get("/", bearer_of("limit_of_its_own")); };
    BOOST_TEST(get().header("X-RateLimit-Limit") == "2");
    BOOST_TEST(get().status() == 200);
    BOOST_TEST(get().status() == 429);
}

BOOST_AUTO_TEST_CASE(the_first_method_that_applies_says_who_asks) {
    Scene scene{"auth { method = \"jwt\", optional = true, keys = " + quoted_path("jwks.json") +
                    " }, auth { file = \"keys\" }",
                "6163937e6547cc2853a333d323496f4d5608b3958a3bd3939752708bc9cb0feb alice gold\n"};
    BOOST_TEST(scene.outcome_of("bob") == "200");
    BOOST_TEST(scene.outcome("X-API-Key: gold-key\r\n") == "200");
    BOOST_TEST(scene.outcome(bearer_of("bob") + "X-API-Key: wrong\r\n") == "200");
    BOOST_TEST(scene.outcome(bearer_of("expired") + "X-API-Key: gold-key\r\n") == "401 token_expired");
    BOOST_TEST(scene.outcome() == "401 key_missing");
    const auto lines = scene.gateway.log_lines(5);
    const auto of = [&](const std::string& caller) {
        return std::count_if(lines.begin(), lines.end(), [&](const std::string& line) {
            return line.find("\"caller\":\"" + caller + '"') != std::string::npos;
        });
    };
    BOOST_TEST(of("bob") == 2);
    BOOST_TEST(of("key-6163937e6547") == 1);
}

BOOST_AUTO_TEST_CASE(keys_come_by_url_with_the_first_request_and_once) {
    Issuer issuer{Tokens::all().file("jwks.json")};
    Scene scene{issuer.use()};
    BOOST_TEST(issuer.requests() == 0);
    for (const char* name : {"RS256", "ES256", "EdDSA", "RS256"}) BOOST_TEST(scene.outcome_of(name) == "200", name);
    BOOST_TEST(scene.outcome_of("HS256") == "401 token_invalid");
    BOOST_TEST(issuer.requests() == 1);
    BOOST_TEST(issuer.last().start_line == "GET /jwks.json HTTP/1.1");
}

BOOST_AUTO_TEST_CASE(an_unknown_kid_fetches_the_keys_anew_and_old_keys_go) {
    Issuer issuer{Tokens::all().file("jwks.json")};
    Scene scene{issuer.use(", retry = 100 * milliseconds")};
    BOOST_TEST(scene.outcome_of("RS256") == "200");
    issuer.say(Tokens::all().file("rotated.json"));
    BOOST_TEST(outcome_at_last(scene, "rotated", "200") == "200");
    BOOST_TEST(scene.outcome_of("RS256") == "401 token_invalid");  // though it was in the cache
}

BOOST_AUTO_TEST_CASE(tokens_without_kid_notice_that_the_keys_were_rotated) {
    Issuer issuer{Tokens::all().file("jwks.json")};
    Scene scene{issuer.use(", retry = 100 * milliseconds, refresh = 1 * days")};
    BOOST_TEST(scene.outcome_of("without_kid") == "200");
    BOOST_TEST(scene.outcome_of("rotated_without_kid") == "401 token_invalid");
    issuer.say(Tokens::all().file("rotated.json"));
    BOOST_TEST(outcome_at_last(scene, "rotated_without_kid", "200") == "200");
    BOOST_TEST(scene.outcome_of("without_kid") == "401 token_invalid");
}

BOOST_AUTO_TEST_CASE(forged_tokens_without_kid_fetch_no_more_often_than_set) {
    Issuer issuer{Tokens::all().file("jwks.json")};
    Scene scene{issuer.use(", retry = 1 * hours, refresh = 1 * days")};
    for (int i = 0; i < 20; ++i) BOOST_TEST(scene.outcome_of("rotated_without_kid") == "401 token_invalid");
    BOOST_TEST(issuer.requests() == 1);
}

BOOST_AUTO_TEST_CASE(so_many_wait_for_keys_that_are_fetched_and_all_are_told_when_they_come) {
    std::promise<void> may_answer;
    std::shared_future<void> allowed = may_answer.get_future().share();
    ScriptedUpstream upstream{[allowed](UpstreamConnection& connection) {
        while (connection.read_request()) {
            allowed.wait();
            connection.answer(200, Tokens::all().file("jwks.json"), "Content-Type: application/jwk-set+json\r\n");
        }
    }};
    Scene scene{"auth { method = \"jwt\", keys_url = \"http://" + upstream.address() + "/\" }"};
    std::vector<RawClient> clients;
    for (int i = 0; i < 200; ++i) {
        clients.push_back(scene.gateway.client());
        clients.back().send(RawClient::head("GET", "/", bearer_of(i % 2 ? "RS256" : "unknown_kid")));
    }
    wait_until("the keys are asked for", [&] { return upstream.requests() == 1; });
    may_answer.set_value();
    int good = 0, bad = 0;
    for (RawClient& client : clients) {
        const int status = client.answer().status();
        good += status == 200;
        bad += status == 401;
    }
    BOOST_TEST(good == 100);
    BOOST_TEST(bad == 100);
}

BOOST_AUTO_TEST_CASE(unknown_kids_cannot_make_the_gateway_ask_more_often_than_set) {
    Issuer issuer{Tokens::all().file("jwks.json")};
    Scene scene{issuer.use(", retry = 1 * hours")};
    for (int i = 0; i < 20; ++i) BOOST_TEST(scene.outcome_of("unknown_kid") == "401 token_invalid");
    BOOST_TEST(issuer.requests() == 1);
}

BOOST_AUTO_TEST_CASE(keys_are_refreshed_without_being_asked) {
    Issuer issuer{Tokens::all().file("jwks.json")};
    Scene scene{issuer.use(", refresh = 1 * seconds, retry = 100 * milliseconds")};
    BOOST_TEST(scene.outcome_of("RS256") == "200");
    issuer.say(Tokens::all().file("rotated.json"));
    BOOST_TEST(outcome_at_last(scene, "RS256", "401 token_invalid") == "401 token_invalid");  // which asks for nothing
    BOOST_TEST(scene.outcome_of("rotated") == "200");
}

BOOST_AUTO_TEST_CASE(known_keys_stay_in_use_while_the_url_is_away_also_through_a_reload) {
    Issuer issuer{Tokens::all().file("jwks.json")};
    Scene scene{issuer.use(", retry = 100 * milliseconds, refresh = 1 * seconds")};
    BOOST_TEST(scene.outcome_of("RS256") == "200");
    issuer.go_away();
    scene.gateway.process().wait_for_line("answered with status 500; the keys of before stay in use");
    for (const char* name : {"RS256", "ES256", "PS512"}) BOOST_TEST(scene.outcome_of(name) == "200", name);
    BOOST_TEST(scene.outcome_of("unknown_kid") == "401 token_invalid");
    BOOST_TEST(scene.gateway.reload().starts_with("reloaded"));
    for (const char* name : {"RS256", "RS384", "EdDSA"}) BOOST_TEST(scene.outcome_of(name) == "200", name);
    issuer.say("{\"keys\":[]}");
    scene.gateway.process().wait_for_line("got none of 0; the keys of before stay in use");
    BOOST_TEST(scene.outcome_of("ES384") == "200");
}

BOOST_AUTO_TEST_CASE(keys_come_by_https_from_whom_an_authority_vouches_for) {
    const Certificate certificate{{.names = "IP:127.0.0.1"}};
    const GatewayProcess issuer{"listen { \"127.0.0.1:0\", tls = { certificate = \"" + certificate.file().string() + "\", key = \"" +
                                certificate.key_file().string() + "\" } }\nroute \"GET /jwks.json\" { answer = [==[" +
                                Tokens::all().file("jwks.json") + "]==] }\n"};
    const std::string use = "auth { method = \"jwt\", keys_url = \"https://" + issuer.address() + "/jwks.json\" }";
    Scene stranger{use};
    BOOST_TEST(stranger.outcome_of("RS256") == "503 keys_unavailable");
    setenv("SSL_CERT_FILE", certificate.file().c_str(), 1);  // which the next gateway inherits
    Scene scene{use};
    unsetenv("SSL_CERT_FILE");
    BOOST_TEST(scene.outcome_of("RS256") == "200");
    BOOST_TEST(scene.outcome_of("by_a_stranger") == "401 token_invalid");
}

BOOST_AUTO_TEST_CASE(without_keys_tokens_are_answered_with_503_until_they_come) {
    Issuer issuer{"", 500};
    Scene scene{issuer.use(", retry = 200 * milliseconds")};
    BOOST_TEST(scene.outcome_of("RS256") == "503 keys_unavailable");
    BOOST_TEST(scene.get(bearer_of("RS256")).header("Retry-After") == "1");
    BOOST_TEST(scene.outcome() == "401 token_missing");
    issuer.say(Tokens::all().file("jwks.json"));
    BOOST_TEST(outcome_at_last(scene, "RS256", "200") == "200");
}

BOOST_AUTO_TEST_SUITE_END()
