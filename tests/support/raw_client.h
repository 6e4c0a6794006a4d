// tests/support/raw_client.h - RawClient: sends a gateway any bytes at all, and reads what comes back.
#pragma once

#include "support/connection.h"
#include "support/message.h"

#include <string>
#include <string_view>

namespace tollgate::test {

class RawClient : public Connection {
public:
    explicit RawClient(const std::string& address) : Connection{connect_to(address)} {}

    // "GET /path HTTP/1.1", Host and the given lines ("Name: value\r\n"), and reads the answer.
    Message get(std::string_view path, std::string_view lines = {}) {
        send(head("GET", path, lines));
        return read_answer(*this);
    }
    // A request with a body of known length.
    Message post(std::string_view path, std::string_view body, std::string_view lines = {}) {
        std::string all{lines};
        all.append("Content-Length: ").append(std::to_string(body.size())).append("\r\n");
        send(head("POST", path, all) + std::string{body});
        return read_answer(*this);
    }
    Message answer(bool bodiless = false) { return read_answer(*this, bodiless); }

    static std::string head(std::string_view method, std::string_view path, std::string_view lines = {}) {
        std::string text{method};
        text.append(" ").append(path).append(" HTTP/1.1\r\nHost: gate.test\r\n").append(lines).append("\r\n");
        return text;
    }
};

}  // namespace tollgate::test
