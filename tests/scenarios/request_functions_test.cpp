// tests/scenarios/request_functions_test.cpp - functions that change requests or answer them, bodies and their bounds.
#include "support/gateway_process.h"
#include "support/scripted_upstream.h"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <atomic>
#include <memory>
#include <string>

using namespace tollgate::test;

namespace {

const char* const routes = R"lua(
local function renamed(request)
    local said = json.decode(request.body)
    if not said.name then
        return { status = 422, body = json.encode { detail = "name" }, type = "application/json",
                 headers = { ["X-Two"] = { "1", "2" } } }
    end
    request.body = json.encode { user = said.name, path = request.path, id = request.parameters.id }
    request.headers["X-Length"] = #request.body
end
route "POST /body/:id" { upstream = u, request = { body = 100 * bytes, change = renamed } }
route "* /lines/**"    { upstream = u, rewrite = "/other/**", request = function(request)
                             request.headers["X-Old"] = nil
                             request.headers["X-New"] = request.headers["x-old"] == "" and "none" or "kept"
                             request.headers["X-Many"] = { "1", "2" }
                         end, request_headers = { set = { ["X-Many"] = "3", ["X-Value"] = header "X-New" } } }
route "* /host"        { upstream = u, request = function(request) request.headers.Host = "shop.test" end }
route "* /blind"       { upstream = u, request = function(request)
                             request.headers["X-Body"] = tostring(request.body)
                             if request.query.new ~= "" then request.body = request.query.new end
                         end }
route "* /empty"       { upstream = u, request = { body = 1 * kilobyte, change = function(request)
                             request.body = ""
                         end } }
route "* /read"        { upstream = u, request = { body = 1 * kilobyte, change = function(request)
                             request.headers["X-Body"] = #request.body
                         end } }
route "* /answer"      { upstream = u, request = function(request) return "hello " .. request.query.name end,
                         response = function(response)
                             response.headers["X-Seen"] = tostring(response.from_upstream)
                         end }
route "* /path"        { upstream = u, request = function(request) request.path = "/x" end }
route "* /frame"       { upstream = u, request = function(request) request.headers["Content-Length"] = "1" end }
route "* /nohost"      { upstream = u, request = function(request) request.headers.Host = nil end }
route "* /split"       { upstream = u, request = function(request) request.headers["X-A"] = "1\r\nX-B: 2" end }
route "* /loop"        { upstream = u, request = function() while true do end end }
route "* /plain"       { upstream = u }
)lua";

struct Scene {
    ScriptedUpstream upstream{ScriptedUpstream::always("fine")};
    GatewayProcess gateway{"local u = upstream \"u\" { targets = { \"" + upstream.address() + "\" } }\n" + routes};
    RawClient client = gateway.client();
};

}  // namespace

BOOST_AUTO_TEST_SUITE(scenarios_request_functions)

BOOST_AUTO_TEST_CASE(a_body_is_replaced_and_has_its_own_length) {
    Scene scene;
    const std::string digest = "Content-Encoding: x\r\nContent-Digest: sha-256=:x:\r\n";
    BOOST_TEST(scene.client.post("/body/7", R"({"name":"alice"})", digest).status() == 200);
    const Message got = scene.upstream.last();
    BOOST_TEST(got.body == R"({"id":"7","path":"/body/7","user":"alice"})");
    BOOST_TEST(got.header("Content-Length") == std::to_string(got.body.size()));
    BOOST_TEST(got.header("X-Length") == std::to_string(got.body.size()));
    BOOST_TEST(!got.has("Content-Encoding"));
    BOOST_TEST(!got.has("Content-Digest"));
    // One of unknown length as well.
    scene.client.send(RawClient::head("POST", "/body/8", "Transfer-Encoding: chunked\r\n") + chunk(R"({"name":)") +
                      chunk(R"("bob"})") + chunk(""));
    BOOST_TEST(scene.client.answer().status() == 200);
    BOOST_TEST(scene.upstream.last().body == R"({"id":"8","path":"/body/8","user":"bob"})");
    BOOST_TEST(!scene.upstream.last().has("Transfer-Encoding"));
}

BOOST_AUTO_TEST_CASE(a_function_may_answer_and_the_upstream_is_spared) {
    Scene scene;
    const Message refused = scene.client.post("/body/7", "{}");
    BOOST_TEST(refused.status() == 422);
    BOOST_TEST(refused.body == R"({"detail":"name"})");
    BOOST_TEST(refused.header("Content-Type") == "application/json");
    BOOST_TEST(refused.count("X-Two") == 2u);
    const Message hello = scene.client.get("/answer?name=alice");
    BOOST_TEST(hello.status() == 200);
    BOOST_TEST(hello.body == "hello alice");
    BOOST_TEST(hello.header("Content-Type") == "text/plain; charset=utf-8");
    BOOST_TEST(hello.header("X-Seen") == "false");
    BOOST_TEST(scene.upstream.requests() == 0);
}

BOOST_AUTO_TEST_CASE(no_cache_keeps_what_a_function_answers_unless_it_says_so) {
    ScriptedUpstream upstream{ScriptedUpstream::always("fine")};
    GatewayProcess gateway{routes_to(
        upstream.address(), "",
        "plugins = cache { ttl = 60 * seconds }, request = function(request) "
        "if request.query.say == \"keep\" then "
        "return { body = request.headers[\"X-Key\"], headers = { [\"Cache-Control\"] = \"max-age=60\" } } end "
        "if request.headers[\"X-Key\"] ~= \"k\" then return \"go away\" end end")};
    auto client = gateway.client();
    const Message away = client.get("/x");
    BOOST_TEST(away.body == "go away");
    BOOST_TEST(away.header("Cache-Control") == "no-store");
    BOOST_TEST(client.get("/x", "X-Key: k\r\n").body == "fine");
    BOOST_TEST(upstream.requests() == 1);
    BOOST_TEST(client.get("/y?say=keep", "X-Key: 1\r\n").header("Cache-Control") == "max-age=60");
    BOOST_TEST(client.get("/y?say=keep", "X-Key: 2\r\n").body == "1");
}

BOOST_AUTO_TEST_CASE(what_another_function_made_too_large_is_not_the_clients_fault) {
    ScriptedUpstream upstream{ScriptedUpstream::always("fine")};
    GatewayProcess gateway{routes_to(
        upstream.address(), "", "request = { body = 1 * kilobyte, change = function(request) end }",
        "request(function(request) request.body = string.rep(\"x\", 3000) end)")};
    const Message answer = gateway.client().post("/x", "abc");
    BOOST_TEST(answer.status() == 500);
    BOOST_TEST(answer.body.find("script_failed") != std::string::npos);
    gateway.process().wait_for_line("request: expected a body of at most 1024 bytes from the function before, got one "
                                    "of 3000");
}

BOOST_AUTO_TEST_CASE(a_body_beyond_the_bound_is_a_413_and_goes_nowhere) {
    Scene scene;
    // A declared length is refused before a byte of it is asked for.
    scene.client.send(RawClient::head("POST", "/body/7", "Content-Length: 101\r\nExpect: 100-continue\r\n"));
    const Message early = scene.client.answer();
    BOOST_TEST(early.status() == 413);
    BOOST_TEST(early.body.find("body_too_large") != std::string::npos);
    auto other = scene.gateway.client();
    other.send(RawClient::head("POST", "/body/7", "Transfer-Encoding: chunked\r\n") + chunk(std::string(101, 'x')) +
               chunk(""));
    BOOST_TEST(other.answer().status() == 413);
    BOOST_TEST(scene.upstream.requests() == 0);
}

BOOST_AUTO_TEST_CASE(lines_are_changed_before_rewrite_and_request_headers) {
    Scene scene;
    scene.client.get("/lines/x", "X-Old: 1\r\nX-Many: 0\r\n");
    const Message got = scene.upstream.last();
    BOOST_TEST(got.target() == "/other/x");
    BOOST_TEST(!got.has("X-Old"));
    BOOST_TEST(got.header("X-New") == "none");    // it had been taken out by then
    BOOST_TEST(got.header("X-Value") == "none");  // what the function left
    BOOST_TEST(got.count("X-Many") == 1u);
    BOOST_TEST(got.header("X-Many") == "3");
    scene.client.get("/host");
    BOOST_TEST(scene.upstream.last().header("Host") == "shop.test");
}

BOOST_AUTO_TEST_CASE(without_a_bound_bodies_stream_past_and_can_be_replaced) {
    Scene scene;
    BOOST_TEST(scene.client.post("/blind", std::string(200'000, 'x')).status() == 200);
    BOOST_TEST(scene.upstream.last().header("X-Body") == "nil");
    BOOST_TEST(scene.upstream.last().body == std::string(200'000, 'x'));
    BOOST_TEST(scene.gateway.client().post("/blind?new=abc", "xyz").status() == 200);
    BOOST_TEST(scene.upstream.last().body == "abc");
    BOOST_TEST(scene.gateway.client().get("/blind?new=abc").status() == 200);  // also where there was none
    BOOST_TEST(scene.upstream.last().body == "abc");
    BOOST_TEST(scene.upstream.last().header("Content-Length") == "3");
    BOOST_TEST(scene.client.post("/empty", "xyz").status() == 200);
    BOOST_TEST(scene.upstream.last().body == "");
    BOOST_TEST(scene.upstream.last().header("Content-Length") == "0");
    BOOST_TEST(scene.client.get("/read").status() == 200);
    BOOST_TEST(scene.upstream.last().header("X-Body") == "0");
    BOOST_TEST(!scene.upstream.last().has("Content-Length"));
    BOOST_TEST(scene.client.post("/read", "abc").status() == 200);
    BOOST_TEST(scene.upstream.last().body == "abc");
}

BOOST_AUTO_TEST_CASE(the_connection_serves_on_after_each) {
    Scene scene;
    for (const char* path : {"/body/7", "/answer", "/blind", "/empty", "/read"})
        for (const char* body : {R"({"name":"a"})", "{}"}) {
            BOOST_TEST(scene.client.post(path, body).status() < 500, path);
            BOOST_TEST(scene.client.get("/plain").body == "fine", path);
        }
}

BOOST_AUTO_TEST_CASE(a_function_that_fails_costs_its_request_a_500) {
    Scene scene;
    for (const char* path : {"/path", "/frame", "/nohost", "/split", "/loop"}) {
        const Message answer = scene.client.get(path);
        BOOST_TEST(answer.status() == 500, path);
        BOOST_TEST(answer.body.find("script_failed") != std::string::npos, path);
    }
    BOOST_TEST(scene.client.post("/body/7", "no json").status() == 500);
    BOOST_TEST(scene.upstream.requests() == 0);
    BOOST_TEST(scene.client.get("/plain").status() == 200);
}

BOOST_AUTO_TEST_CASE(retries_and_mirrors_get_the_changed_body) {
    ScriptedUpstream upstream{[tries = std::make_shared<std::atomic<int>>(0)](UpstreamConnection& connection) {
        while (connection.read_request()) connection.answer(++*tries < 3 ? 503 : 200, "tried");
    }};
    ScriptedUpstream shadow{ScriptedUpstream::always("copied")};
    GatewayProcess gateway{
        routes_to(upstream.address(), "retry = { attempts = 3, on = 503, backoff = 0 * seconds }",
                  "mirror = { upstream = \"shadow\" }, request = { body = 1 * kilobyte, change = function(request) "
                  "request.body = request.body:upper() request.headers.Host = \"shop.test\" end }",
                  "upstream \"shadow\" { targets = { \"" + shadow.address() + "\" } }")};
    auto client = gateway.client();
    client.send(RawClient::head("PUT", "/x", "Content-Length: 3\r\n") + "abc");
    BOOST_TEST(client.answer().status() == 200);
    const auto all = upstream.received();
    BOOST_REQUIRE(all.size() == 3u);
    for (const auto& one : all) BOOST_TEST(one.body == "ABC");
    wait_until("the mirror has its copy", [&] { return shadow.requests() == 1; });
    BOOST_TEST(shadow.last().body == "ABC");
    BOOST_TEST(shadow.last().header("Host") == "shop.test");
}

BOOST_AUTO_TEST_CASE(register_takes_and_answers_in_other_shapes) {
    GatewayProcess gateway{R"lua(database "sqlite:keys.db"
        route "POST /keys" {
            register = { form = "akp_{id}.{secret}" },
            request  = { body = 1 * kilobyte, change = function(request)
                local said = json.decode(request.body)
                if not said.user_id then return { status = 422, body = "user_id" } end
                request.body = json.encode { owner = said.user_id }
            end },
            response = { body = 4 * kilobytes, change = function(response)
                if response.status ~= 201 then return end
                response.body = json.encode { api_key = json.decode(response.body).secret }
            end },
        }
        route "GET /mine" { answer = "yours", plugins = auth { scheme = "bearer" } })lua"};
    auto client = gateway.client();
    Message made;
    wait_until("keys can be made",
               [&] { return (made = client.post("/keys", R"({"user_id":"alice"})")).status() != 503; });
    BOOST_TEST(made.status() == 201);
    const std::string before = R"({"api_key":")", body = made.body;
    BOOST_REQUIRE(body.starts_with(before + "akp_"));
    const std::string key = body.substr(before.size(), body.size() - before.size() - 2);
    BOOST_TEST(std::count(key.begin(), key.end(), '.') == 1);
    BOOST_TEST(client.get("/mine", "Authorization: Bearer " + key + "\r\n").status() == 200);
    BOOST_TEST(client.post("/keys", "{}").status() == 422);
    BOOST_TEST(client.post("/keys", R"({"user_id":"alice"})").status() == 409);
}

BOOST_AUTO_TEST_CASE(everybodys_comes_before_the_routes_and_logs_tell_what_the_client_sent) {
    ScriptedUpstream upstream{ScriptedUpstream::always("fine")};
    GatewayProcess gateway{routes_to(
        upstream.address(), "",
        "request = function(request) request.headers[\"X-Way\"] = request.headers[\"X-Way\"] .. \"route\" end",
        "request(function(request) request.headers[\"X-Way\"] = \"all,\" request.headers.Authorization = nil end)"
        "always { logging { template = \"{header:X-Way}\", to = \"stdout\" } }"
        "route \"GET /fixed\" { answer = \"fixed\" }")};
    auto client = gateway.client();
    BOOST_TEST(client.get("/x", "X-Way: client\r\nAuthorization: Bearer x\r\n").status() == 200);
    BOOST_TEST(upstream.last().header("X-Way") == "all,route");
    BOOST_TEST(!upstream.last().has("Authorization"));
    BOOST_TEST(gateway.log_lines(1)[0] == "client");
    BOOST_TEST(client.get("/fixed").body == "fixed");
}

BOOST_AUTO_TEST_SUITE_END()
