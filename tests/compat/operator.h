// tests/compat/operator.h - what scenarios of compatible gateways share: the operator's token, JSON of answers.
#pragma once

#include "support/deadline.h"
#include "support/message.h"
#include "support/raw_client.h"

#include <Poco/JSON/Array.h>
#include <Poco/JSON/Object.h>
#include <Poco/JSON/Parser.h>

#include <string>

namespace tollgate::test {

inline const std::string operator_token = "operator-token-0123456789";
inline const std::string as_operator = "Authorization: Bearer " + operator_token + "\r\n";

inline Poco::JSON::Object::Ptr object_in(const std::string& body) {
    return Poco::JSON::Parser{}.parse(body).extract<Poco::JSON::Object::Ptr>();
}
inline Poco::JSON::Array::Ptr array_in(const std::string& body) {
    return Poco::JSON::Parser{}.parse(body).extract<Poco::JSON::Array::Ptr>();
}

// "401 {"detail":"..."}", so that one line of a test says both.
inline std::string told(const Message& answer) { return std::to_string(answer.status()) + ' ' + answer.body; }

// Asks the admin listener itself.
inline Message ask_operator(const std::string& admin, const std::string& method, const std::string& path,
                            const std::string& body = {}) {
    RawClient client{admin};
    client.send(method + ' ' + path + " HTTP/1.1\r\nHost: localhost\r\n" + as_operator +
                "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
    return client.answer();
}

// Until the database has answered nobody can say whether a key is one.
inline void wait_until_ready(const std::string& admin) {
    wait_until("it is ready", [&] { return ask_operator(admin, "GET", "/ready").status() == 200; });
}

}  // namespace tollgate::test
