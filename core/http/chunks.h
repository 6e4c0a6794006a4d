// core/http/chunks.h - ChunkReader: a chunked body and its trailers, by Boost.Beast, and what Beast leaves to us.
#pragma once

#include <tollgate/message.h>

#include <boost/beast/http/basic_parser.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace tollgate::http {

// Of requests and of responses: chunks are the same in both.
class ChunkReader : private boost::beast::http::basic_parser<true> {
    using Base = boost::beast::http::basic_parser<true>;

public:
    // `longest_line` and `most_trailers` bound what frames the chunks. `reason` is that of what it throws.
    ChunkReader(std::size_t longest_line, std::size_t most_trailers, const char* reason, Headers& trailers);

    // As Parser::parse_body().
    bool read(std::string_view data, std::size_t& consumed, std::string_view& piece);

private:
    using string_view = boost::beast::string_view;
    using error_code = boost::beast::error_code;
    void on_request_impl(boost::beast::http::verb, string_view, string_view, int, error_code&) override {}
    void on_response_impl(int, string_view, int, error_code&) override {}
    void on_field_impl(boost::beast::http::field, string_view name, string_view value, error_code&) override;
    void on_header_impl(error_code&) override {}
    void on_body_init_impl(boost::optional<std::uint64_t> const&, error_code&) override {}
    std::size_t on_body_impl(string_view, error_code&) override { return 0; }
    void on_chunk_header_impl(std::uint64_t, string_view extensions, error_code&) override;
    std::size_t on_chunk_body_impl(std::uint64_t, string_view body, error_code&) override;
    void on_finish_impl(error_code&) override {}
    [[noreturn]] void refuse(std::string message) const;

    const std::size_t longest_line_, most_trailers_;
    const char* const reason_;
    Headers& trailers_;
    bool begun_ = false;
    std::uint64_t left_ = 0;  // of the chunk
    std::string_view input_;  // what is being parsed: a value outside it was folded
    std::string_view piece_;
};

}  // namespace tollgate::http
