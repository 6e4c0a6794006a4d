// loadtest/upstream/mocks.cpp - what the small services answer.
#include "loadtest/upstream/mocks.h"

#include "http/target.h"

namespace tollgate::loadtest {

namespace {

constexpr std::string_view users = "/users";

bool names_user(std::string_view path) noexcept {
    return path.starts_with("/users/") && path.size() > 7 && path.find('/', 7) == path.npos;
}

// "" where there is nothing to get.
std::string document(std::string_view id, std::string_view path) {
    if (path == "/") return "{\"message\":" + json_text("Hello from " + std::string{id}) + "}";
    if (path == "/status") return R"({"status":"Mock service is healthy"})";
    if (path == users) return R"([{"id":1,"name":"Alice"},{"id":2,"name":"Bob"}])";
    if (!names_user(path)) return {};
    return "{\"login\":" + json_text(http::decode_path(path.substr(7))) + ",\"id\":12345,\"mock\":true}";
}

}  // namespace

Answer mock_answer(std::string_view id, const Request& request) {
    const auto json = [id](std::string body) { return answer_of(id, 200, "application/json", std::move(body)); };
    const auto path = request.path();
    const auto method = request.method();
    std::string found = document(id, path);
    if (found.empty()) return error_answer(id, 404, "not_found", "there is no " + std::string{path});
    if (method == "GET" || method == "HEAD") return json(std::move(found));
    if (method == "POST" && path == users) return json(R"({"message":"User created"})");
    Answer refusal = error_answer(id, 405, "method_not_allowed", "there is no " + std::string{method} + " here");
    refusal.response.headers().add("Allow", path == users ? "GET, HEAD, POST" : "GET, HEAD");
    return refusal;
}

}  // namespace tollgate::loadtest
