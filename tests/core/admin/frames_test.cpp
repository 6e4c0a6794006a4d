// tests/core/admin/frames_test.cpp - frames as RFC 6455 has them, and what is none.
#include "admin/frames.h"

#include <boost/test/unit_test.hpp>

using namespace tollgate::admin;
using namespace std::string_literals;

namespace {

std::string masked(unsigned char first, std::string_view payload) {
    const std::string mask = "\x37\xfa\x21\x3d"s;
    std::string out{static_cast<char>(first)};
    if (payload.size() < 126) {
        out += static_cast<char>(0x80 | payload.size());
    } else {
        out += '\xFE';
        out += static_cast<char>(payload.size() >> 8);
        out += static_cast<char>(payload.size() & 0xFF);
    }
    out += mask;
    for (std::size_t i = 0; i < payload.size(); ++i) out += static_cast<char>(payload[i] ^ mask[i % 4]);
    return out;
}

std::uint16_t error_of(const std::string& bytes) {
    FrameReader reader;
    reader.take(bytes);
    BOOST_TEST(!reader.next());
    return reader.error();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(admin_frames)

BOOST_AUTO_TEST_CASE(frames_are_written_as_the_rfc_shows) {
    BOOST_TEST(frame(Opcode::text, "Hello") == "\x81\x05Hello");
    BOOST_TEST(frame(Opcode::pong, "") == "\x8a\x00"s);
    BOOST_TEST(frame(Opcode::text, std::string(126, 'x')).substr(0, 4) == "\x81\x7e\x00\x7e"s);
    BOOST_TEST(frame(Opcode::text, std::string(65536, 'x')).substr(0, 10) == "\x81\x7f\x00\x00\x00\x00\x00\x01\x00\x00"s);
    BOOST_TEST(close_frame(1001, "bye") == "\x88\x05\x03\xe9" "bye");
    BOOST_TEST(close_frame(1001, std::string(200, 'x')).size() == 127u);
}

BOOST_AUTO_TEST_CASE(frames_are_read_however_they_come) {
    const std::string bytes = masked(0x81, "Hello") + masked(0x89, "") + masked(0x81, std::string(300, 'y'));
    FrameReader reader;
    std::vector<FrameReader::Frame> frames;
    for (const char c : bytes) {
        reader.take({&c, 1});
        while (auto frame = reader.next()) frames.push_back(*std::move(frame));
    }
    BOOST_TEST(reader.error() == 0);
    BOOST_REQUIRE(frames.size() == 3u);
    BOOST_TEST(frames[0].payload == "Hello");
    BOOST_CHECK(frames[1].opcode == Opcode::ping);
    BOOST_TEST(frames[2].payload == std::string(300, 'y'));
}

BOOST_AUTO_TEST_CASE(what_is_no_frame_of_a_client_is_an_error) {
    BOOST_TEST(error_of("\x81\x05Hello") == 1002);           // not masked
    BOOST_TEST(error_of(masked(0xC1, "Hello")) == 1002);     // a reserved bit
    BOOST_TEST(error_of(masked(0x83, "Hello")) == 1002);     // an unknown opcode
    BOOST_TEST(error_of(masked(0x09, "")) == 1002);          // a ping in pieces
    BOOST_TEST(error_of(masked(0x89, std::string(126, 'x'))) == 1002);
    BOOST_TEST(error_of(masked(0x81, std::string(4097, 'x'))) == 1009);
    BOOST_TEST(error_of("\x81\xff"s) == 1009);
    BOOST_TEST(error_of("GET / HTTP/1.1\r\n\r\n") == 1002);
}

BOOST_AUTO_TEST_CASE(after_an_error_nothing_is_kept) {
    FrameReader reader;
    reader.take("\x81\x05Hello");
    BOOST_TEST(!reader.next());
    for (int i = 0; i < 1000; ++i) reader.take(std::string(4096, 'x'));
    BOOST_TEST(reader.kept() == 0u);
    BOOST_TEST(!reader.next());
    BOOST_TEST(reader.error() == 1002);
}

BOOST_AUTO_TEST_SUITE_END()
