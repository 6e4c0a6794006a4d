// loadtest/upstream/answers.h - Answer: what one request is told; the plain one, health, the echo.
#pragma once

#include "http/exchange.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tollgate::loadtest {

struct Answer {
    Response response;  // status and header lines
    std::string body;
};

// `id` is the instance's, in X-Upstream.
Answer answer_of(std::string_view id, int status, std::string_view content_type, std::string body);
// "hello from one", or that line again and again until it is `size` bytes.
Answer plain_answer(std::string_view id, int status, std::optional<std::uint64_t> size);
Answer health_answer(std::string_view id, int status);
// {"id":"one","method":"POST","target":"/a?b=1","version":"HTTP/1.1","client":"127.0.0.1","headers":[["Host","..."]],
// "body":"..."}: the target in its normal form; what is not UTF-8 as "body_base64"; "trailers" where there are any.
Answer echo_answer(std::string_view id, int status, http::Exchange& exchange, std::string_view body);
// {"error":"...","message":"..."}
Answer error_answer(std::string_view id, int status, std::string_view error, std::string_view message);

// As a string of JSON, with its quotes. Bytes that are not UTF-8 are taken for Latin-1.
std::string json_text(std::string_view text);

}  // namespace tollgate::loadtest
