// tests/loadtest/hdr_encoding_test.cpp - what HdrHistogram's own tools read and write, and what must be refused.
#include "loadtest/hdr_encoding.h"

#include <Poco/Base64Decoder.h>
#include <Poco/Base64Encoder.h>
#include <Poco/DeflatingStream.h>
#include <Poco/HexBinaryDecoder.h>
#include <Poco/HexBinaryEncoder.h>
#include <Poco/InflatingStream.h>
#include <Poco/StreamCopier.h>
#include <boost/test/unit_test.hpp>

#include <iomanip>
#include <random>
#include <sstream>
#include <stdexcept>

using tollgate::loadtest::from_hdr;
using tollgate::loadtest::Histogram;
using tollgate::loadtest::to_hdr;

BOOST_AUTO_TEST_SUITE(loadtest_hdr_encoding)

namespace {

Histogram histogram(int digits, std::initializer_list<std::pair<std::uint64_t, std::uint64_t>> samples) {
    Histogram made{digits};
    for (const auto& [value, times] : samples) made.record(value, times);
    return made;
}

// The counters without the zeros behind the last sample.
std::vector<std::uint64_t> used(const Histogram& histogram) {
    std::vector<std::uint64_t> counts = histogram.counts();
    while (!counts.empty() && counts.back() == 0) counts.pop_back();
    return counts;
}

// What org.HdrHistogram 2.1.11 makes of `new Histogram(256, 25 h in ns, digits)` with 600000x5, 610000x3, 20000000x1
// and 90000x1000: encodeIntoCompressedByteBuffer() in base64, encodeIntoByteBuffer() in hexadecimal.
struct Known {
    int digits;
    std::string text, plain;
};
const Known known[] = {
    {3, "HISTFAAAAC54nJNpmSzMwMDAwwABzBCKEYgDbx1iX8Bg/wEispf1Av9TGS5Vtu0BTAC1fQj6",
     "1c8493130000000c00000000000000030000000000000100000051dac207a0003ff0000000000000"
     "bd05d00fe51c0a2506b75002"},
    {2, "HISTFAAAAC54nJNpmSzMwMDAwwABTBCKEYgDbx1iX8Bg/wEicpflAv9hVi4GtlYuJgCzQQhC",
     "1c8493130000000c00000000000000020000000000000100000051dac207a0003ff0000000000000"
     "dd04d00fc3050a0006850a02"},
};
// ... and of no samples.
const Known known_empty = {3, "HISTFAAAACF4nJNpmSzMwMDAyAABzBAKxA28dYh9AYP9B6gMAF5vBQ8=",
                           "1c8493130000000100000000000000030000000000000100000051dac207a0003ff000000000000000"};

Histogram known_histogram(int digits) {
    return histogram(digits, {{600'000, 5}, {610'000, 3}, {20'000'000, 1}, {90'000, 1000}});
}

// In hexadecimal what is packed in `text`.
std::string unpacked(const std::string& text) {
    std::istringstream source{text};
    Poco::Base64Decoder decoder{source};
    std::string bytes, plain, hex;
    Poco::StreamCopier::copyToString(decoder, bytes);
    std::istringstream packed{bytes.substr(8)};
    Poco::InflatingInputStream inflating{packed, Poco::InflatingStreamBuf::STREAM_ZLIB};
    Poco::StreamCopier::copyToString(inflating, plain);
    std::ostringstream out;
    Poco::HexBinaryEncoder encoder{out};
    encoder.rdbuf()->setLineLength(0);
    encoder << plain;
    encoder.close();
    return out.str();
}

std::string base64(const std::string& bytes) {
    std::ostringstream out;
    Poco::Base64Encoder encoder{out};
    encoder.rdbuf()->setLineLength(0);
    encoder << bytes;
    encoder.close();
    return out.str();
}

std::string unhex(const std::string& hex) {
    std::istringstream source{hex};
    Poco::HexBinaryDecoder decoder{source};
    std::string bytes;
    Poco::StreamCopier::copyToString(decoder, bytes);
    return bytes;
}

std::string wrapped(const std::string& packed) {
    const std::size_t size = packed.size();
    std::string bytes = unhex("1c849314");
    for (const int shift : {24, 16, 8, 0}) bytes += static_cast<char>(size >> shift & 0xFF);
    return base64(bytes + packed);
}

std::string packed(const std::string& plain) {
    std::ostringstream out;
    Poco::DeflatingOutputStream deflating{out, Poco::DeflatingStreamBuf::STREAM_ZLIB};
    deflating << plain;
    deflating.close();
    return wrapped(out.str());
}

// A text whose counters are `hex`.
std::string with_counters(const std::string& hex) {
    std::ostringstream length;
    length << std::hex << std::setw(8) << std::setfill('0') << hex.size() / 2;
    return packed(
        unhex("1c849313" + length.str() + "00000000000000030000000000000100000051dac207a0003ff0000000000000" + hex));
}

std::string problem(const std::string& text) {
    try {
        from_hdr(text);
    } catch (const std::invalid_argument& error) {
        return error.what();
    }
    return "nothing";
}

}  // namespace

BOOST_AUTO_TEST_CASE(what_is_encoded_is_decoded) {
    std::mt19937_64 random{5};
    for (const int digits : {2, 3})
        for (const int count : {0, 1, 2, 100, 50'000}) {
            Histogram made{digits};
            std::lognormal_distribution<double> usual{12, 2};
            for (int i = 0; i < count; ++i) made.record(static_cast<std::uint64_t>(usual(random)), 1 + i % 3);
            const Histogram read = from_hdr(to_hdr(made));
            BOOST_TEST(read.digits() == digits);
            BOOST_TEST(read.count() == made.count());
            BOOST_TEST(used(read) == used(made), boost::test_tools::per_element());
        }
}

BOOST_AUTO_TEST_CASE(great_counts_and_the_longest_time_pass) {
    const Histogram made = histogram(3, {{0, 1ull << 52}, {Histogram::highest, 3}, {1000, 0x7F}, {9000, 0x80}});
    const Histogram read = from_hdr(to_hdr(made));
    BOOST_TEST(read.count() == (1ull << 52) + 3 + 0x7F + 0x80);
    for (const double percent : {0.0, 99.99999999999999, 100.0})
        BOOST_TEST(read.percentile(percent) == made.percentile(percent));
    BOOST_TEST(to_hdr(read) == to_hdr(made));
}

BOOST_AUTO_TEST_CASE(it_reads_what_hdrhistogram_writes) {
    for (const Known& one : known) {
        const Histogram read = from_hdr(one.text);
        BOOST_TEST(used(read) == used(known_histogram(one.digits)), boost::test_tools::per_element());
        BOOST_TEST(read.count() == 1009u);
    }
    BOOST_TEST(from_hdr(known_empty.text).empty());
}

BOOST_AUTO_TEST_CASE(hdrhistogram_reads_what_it_writes) {
    for (const Known& one : known) {
        const std::string text = to_hdr(known_histogram(one.digits));
        BOOST_TEST(text.starts_with("HISTFAAA"));
        BOOST_TEST(unpacked(text) == one.plain);
    }
    BOOST_TEST(unpacked(to_hdr(Histogram{3})) == known_empty.plain);
}

BOOST_AUTO_TEST_CASE(damaged_texts_are_refused) {
    const std::string good = known[0].text;
    const auto changed = [&](std::size_t at, std::string hex) {
        return packed(unhex(std::string{known[0].plain}.replace(at * 2, hex.size(), hex)));
    };
    const std::pair<std::string, std::string> cases[] = {
        {"", "expected HdrHistogram's V2 compressed encoding"},
        {"HIST", "expected HdrHistogram's V2 compressed encoding"},
        {"****", "expected base64"},
        {good + "*", "expected base64"},
        {good.substr(0, 40), "expected as many bytes as the encoding's length says"},
        {"HISTEg" + good.substr(6), "expected HdrHistogram's V2 compressed encoding"},
        {wrapped("not packed at all"), "expected bytes that zlib can unpack"},
        {packed("too short"), "expected HdrHistogram's V2 encoding"},
        {changed(0, "1c849312"), "expected HdrHistogram's V2 encoding"},
        {changed(4, "0000000b"), "expected as many counters as the encoding's length says"},
        {changed(8, "00000001"), "expected a histogram of 2 or 3 digits in units of 256 ns"},
        {changed(12, "00000005"), "expected a histogram of 2 or 3 digits in units of 256 ns"},
        {changed(16, "0000000000000001"), "expected a histogram of 2 or 3 digits in units of 256 ns"},
        {changed(32, "4000000000000000"), "expected a histogram of 2 or 3 digits in units of 256 ns"},
        {with_counters("bd85"), "expected more bytes than there are"},
        // 2^63 zeros, a run of zeros longer than any histogram, a count of 2^62, two counts that overflow together.
        {with_counters("ffffffffffffffffff"), "expected a histogram of values up to 25 h"},
        {with_counters("ffff7f02"), "expected a histogram of values up to 25 h"},
        {with_counters("808080808080808080"), "expected counts below 2^53"},
        {with_counters("8080808080808020" "8080808080808020"), "expected counts below 2^53"},
        // A bomb: 64 MiB of zeros in 64 KiB.
        {packed(std::string(64u << 20, '\0')), "expected no more than the largest histogram has"},
    };
    BOOST_TEST(problem(good) == "nothing");
    BOOST_TEST(problem(with_counters("02")) == "nothing");
    for (const auto& [text, expected] : cases) BOOST_TEST(problem(text) == expected);
}

BOOST_AUTO_TEST_CASE(whatever_it_is_given_it_reads_or_refuses) {
    std::mt19937_64 random{11};
    const std::string text = to_hdr(known_histogram(3));
    const std::string plain = unhex(known[0].plain);
    std::uint64_t refused = 0;
    const auto give = [&](const std::string& damaged) { refused += problem(damaged) == "nothing" ? 0 : 1; };
    for (int i = 0; i < 2000; ++i) {
        std::string letters = text, bytes = plain;
        for (int changes = 0; changes <= i % 4; ++changes) {
            letters[random() % letters.size()] = static_cast<char>(random());
            bytes[random() % bytes.size()] = static_cast<char>(random());
        }
        give(letters);
        give(letters.substr(0, random() % letters.size()));
        give(packed(bytes));
        give(packed(bytes.substr(0, random() % bytes.size())));
    }
    BOOST_TEST(refused > 4000u);
}

BOOST_AUTO_TEST_SUITE_END()
