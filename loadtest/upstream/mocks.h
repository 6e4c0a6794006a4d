// loadtest/upstream/mocks.h - three small services, for gateways to be tried with: users, status, a greeting.
#pragma once

#include "loadtest/upstream/answers.h"

namespace tollgate::loadtest {

//   GET  /              {"message":"Hello from <id>"}
//   GET  /status        {"status":"Mock service is healthy"}
//   GET  /users         [{"id":1,"name":"Alice"},{"id":2,"name":"Bob"}]
//   POST /users         {"message":"User created"}
//   GET  /users/{name}  {"login":"<name>","id":12345,"mock":true}
//
// Other methods on these paths are answered with 405 and Allow, other paths with 404.
Answer mock_answer(std::string_view id, const Request& request);

}  // namespace tollgate::loadtest
