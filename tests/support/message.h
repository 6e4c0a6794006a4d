// tests/support/message.h - Message: an HTTP/1.1 request or answer read by hand, for no test may trust the gateway's parser.
#pragma once

#include "support/connection.h"

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tollgate::test {

struct Message {
    std::string start_line;  // without its CRLF
    std::vector<std::pair<std::string, std::string>> headers, trailers;
    std::string body;        // chunks taken apart
    bool chunked = false;
    bool complete = true;    // false: the connection ended within the body

    // Of the first line of that name, in any case; "" where there is none.
    std::string header(std::string_view name) const;
    std::string trailer(std::string_view name) const;
    std::size_t count(std::string_view name) const;
    bool has(std::string_view name) const { return count(name) > 0; }
    int status() const;              // of an answer
    std::string method() const;      // of a request
    std::string target() const;
};

// Reads one message. `bodiless`: the answer to HEAD. Throws ConnectionError where the head does not come; a body that
// ends early gives complete == false. Interim answers (1xx) count as messages of their own.
Message read_answer(Connection& connection, bool bodiless = false);
// nullopt where the connection ended instead of beginning a request.
std::optional<Message> read_request(Connection& connection);
// The parts, for who wants to act between them. `head_text`, if not null, gets the bytes.
Message read_head(Connection& connection, std::string* head_text = nullptr);
void read_body(Connection& connection, Message& message, bool request, bool bodiless = false);

// "5\r\nhello\r\n"
std::string chunk(std::string_view bytes);

}  // namespace tollgate::test
