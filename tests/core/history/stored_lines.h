// tests/core/history/stored_lines.h - lines as plugin logging writes them down, and the request ids of what is found.
#pragma once

#include "history/record.h"
#include "history/request_history.h"

#include <Poco/JSON/Object.h>
#include <Poco/JSON/Parser.h>

#include <chrono>
#include <string>

namespace tollgate::test {

using namespace std::chrono_literals;

inline constexpr std::chrono::system_clock::time_point noon{
    std::chrono::sys_days{std::chrono::year{2026} / 11 / 22} + 12h};

inline std::string id(int number) {
    const std::string digits = std::to_string(number);
    return "0f8fad5b-d9cb-8000-8001-" + std::string(12 - digits.size(), '0') + digits;
}

struct Line {
    int number;
    std::chrono::system_clock::time_point when;
    int status = 200;
    std::string path = "/orders/7", route = "GET /orders/:id", more{}, ip = "192.0.2.7";
    double milliseconds = 10;
};

inline std::string text_of(const Line& line) {
    return R"({"id":")" + id(line.number) + R"(","time":")" + history::time_text(line.when) + R"(","request_id":"r)" +
           std::to_string(line.number) + R"(","client_ip":")" + line.ip + R"(","method":"GET","path":")" + line.path +
           R"(","route":")" + line.route + R"(","status":)" + std::to_string(line.status) +
           R"(,"bytes_received":0,"bytes_sent":127,"duration_ms":)" + std::to_string(line.milliseconds) +
           R"(,"gateway_ms":0.134,"complete":true)" + line.more + "}\n";
}

inline Poco::JSON::Object::Ptr object_of(const std::string& record) {
    Poco::JSON::Parser parser;
    return parser.parse(record).extract<Poco::JSON::Object::Ptr>();
}

// "r3 r2 r1": the request ids of a page.
inline std::string ids(const history::RequestHistory::Page& page) {
    std::string text;
    for (const auto& record : page.records)
        text += (text.empty() ? "" : " ") + object_of(record)->getValue<std::string>("request_id");
    return text;
}

}  // namespace tollgate::test
