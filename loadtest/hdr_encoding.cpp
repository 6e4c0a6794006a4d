// loadtest/hdr_encoding.cpp - HdrHistogram's V2 encoding: a header, counters as ZigZag LEB128, zlib, base64.
//
// As in org.HdrHistogram.AbstractHistogram (encodeIntoCompressedByteBuffer, fillBufferFromCountsArray) and
// ZigZagEncoding.
#include "loadtest/hdr_encoding.h"

#include <Poco/Base64Decoder.h>
#include <Poco/Base64Encoder.h>
#include <Poco/DeflatingStream.h>
#include <Poco/InflatingStream.h>
#include <Poco/MemoryStream.h>

#include <bit>
#include <limits>
#include <sstream>
#include <stdexcept>

namespace tollgate::loadtest {

namespace {

constexpr std::uint32_t cookie = 0x1C849313;             // V2, counters of varying length
constexpr std::uint32_t compressed_cookie = 0x1C849314;
constexpr std::size_t header_size = 40;
constexpr std::size_t most_counters = 40'000;            // 25 h with three digits need 30,000
constexpr std::size_t longest_number = 9;
constexpr std::size_t most_bytes = header_size + most_counters * longest_number;

[[noreturn]] void refuse(const std::string& why) { throw std::invalid_argument{why}; }

void put(std::string& out, std::uint64_t value, int bytes) {
    for (int i = bytes - 1; i >= 0; --i) out += static_cast<char>(value >> (8 * i) & 0xFF);
}

// Seven bits a byte, lowest first; the ninth byte holds eight.
void put_number(std::string& out, std::int64_t number) {
    auto rest = static_cast<std::uint64_t>(number) << 1 ^ static_cast<std::uint64_t>(number >> 63);
    for (std::size_t i = 1; i < longest_number && rest >= 0x80; ++i, rest >>= 7) out += static_cast<char>(rest | 0x80);
    out += static_cast<char>(rest);
}

std::string counters(const Histogram& histogram) {
    const auto& counts = histogram.counts();
    std::size_t end = counts.size();
    while (end > 1 && counts[end - 1] == 0) --end;
    std::string out;
    for (std::size_t i = 0; i < end;) {
        if (counts[i] > 0) {
            put_number(out, static_cast<std::int64_t>(counts[i++]));
            continue;
        }
        const std::size_t first = i;
        while (i < end && counts[i] == 0) ++i;
        const auto zeros = static_cast<std::int64_t>(i - first);
        put_number(out, zeros > 1 ? -zeros : 0);
    }
    if (out.empty()) put_number(out, 0);
    return out;
}

class Bytes {
public:
    explicit Bytes(std::string_view bytes) : rest_{bytes} {}
    bool at_end() const noexcept { return rest_.empty(); }
    std::size_t left() const noexcept { return rest_.size(); }

    std::uint64_t take(std::size_t bytes) {
        if (rest_.size() < bytes) refuse("expected more bytes than there are");
        std::uint64_t value = 0;
        for (std::size_t i = 0; i < bytes; ++i) value = value << 8 | static_cast<unsigned char>(rest_[i]);
        rest_.remove_prefix(bytes);
        return value;
    }

    std::int64_t take_number() {
        std::uint64_t value = 0;
        for (std::size_t i = 0; i < longest_number; ++i) {
            const std::uint64_t byte = take(1);
            const bool last = i + 1 == longest_number;
            value |= (last ? byte : byte & 0x7F) << (7 * i);
            if (byte < 0x80) break;
        }
        return static_cast<std::int64_t>(value >> 1 ^ (~(value & 1) + 1));
    }

private:
    std::string_view rest_;
};

std::vector<std::uint64_t> take_counters(Bytes bytes) {
    std::vector<std::uint64_t> counts;
    std::uint64_t sum = 0;
    while (!bytes.at_end()) {
        const std::int64_t number = bytes.take_number();
        // The lowest number of all has no opposite.
        const std::uint64_t zeros = number < 0 ? std::uint64_t{0} - static_cast<std::uint64_t>(number) : 0;
        if (zeros + 1 > most_counters - counts.size()) refuse("expected a histogram of values up to 25 h");
        if (number < 0) {
            counts.resize(counts.size() + zeros);
            continue;
        }
        const auto count = static_cast<std::uint64_t>(number);
        if (count > std::uint64_t{1} << 53 || (sum += count) > std::uint64_t{1} << 53)
            refuse("expected counts below 2^53");
        counts.push_back(count);
    }
    return counts;
}

std::string unbase64(std::string_view text) {
    Poco::MemoryInputStream source{text.data(), static_cast<std::streamsize>(text.size())};
    Poco::Base64Decoder decoder{source};
    std::string bytes;
    char piece[4096];
    while (decoder.read(piece, sizeof piece), decoder.gcount() > 0)
        bytes.append(piece, static_cast<std::size_t>(decoder.gcount()));
    if (decoder.bad()) refuse("expected base64");
    return bytes;
}

std::string inflated(std::string_view bytes) {
    Poco::MemoryInputStream source{bytes.data(), static_cast<std::streamsize>(bytes.size())};
    Poco::InflatingInputStream inflating{source, Poco::InflatingStreamBuf::STREAM_ZLIB};
    std::string out;
    char piece[4096];
    while (out.size() <= most_bytes && (inflating.read(piece, sizeof piece), inflating.gcount() > 0))
        out.append(piece, static_cast<std::size_t>(inflating.gcount()));
    if (inflating.bad()) refuse("expected bytes that zlib can unpack");
    if (out.size() > most_bytes) refuse("expected no more than the largest histogram has");
    return out;
}

}  // namespace

std::string to_hdr(const Histogram& histogram) {
    const std::string payload = counters(histogram);
    std::string plain;
    put(plain, cookie, 4);
    put(plain, payload.size(), 4);
    put(plain, 0, 4);  // where the counters begin: nothing is shifted
    put(plain, static_cast<std::uint64_t>(histogram.digits()), 4);
    put(plain, Histogram::lowest_discernible, 8);
    put(plain, Histogram::highest, 8);
    put(plain, std::bit_cast<std::uint64_t>(1.0), 8);  // a double's value of 1
    plain += payload;

    std::ostringstream packed;
    Poco::DeflatingOutputStream deflating{packed, Poco::DeflatingStreamBuf::STREAM_ZLIB};
    deflating << plain;
    deflating.close();
    std::string whole;
    put(whole, compressed_cookie, 4);
    put(whole, packed.str().size(), 4);
    whole += packed.str();

    std::ostringstream text;
    Poco::Base64Encoder encoder{text};
    encoder.rdbuf()->setLineLength(0);
    encoder << whole;
    encoder.close();
    return text.str();
}

Histogram from_hdr(std::string_view text) {
    const std::string whole = unbase64(text);
    Bytes outer{whole};
    if (outer.left() < 8 || outer.take(4) != compressed_cookie)
        refuse("expected HdrHistogram's V2 compressed encoding");
    if (outer.take(4) != outer.left()) refuse("expected as many bytes as the encoding's length says");
    const std::string plain = inflated(std::string_view{whole}.substr(8));
    Bytes inner{plain};
    if (inner.left() < header_size || inner.take(4) != cookie) refuse("expected HdrHistogram's V2 encoding");
    const std::uint64_t length = inner.take(4);
    const std::uint64_t offset = inner.take(4);
    const std::uint64_t digits = inner.take(4);
    const std::uint64_t unit = inner.take(8);
    inner.take(8);  // the highest value does not change how counters are numbered
    const auto ratio = std::bit_cast<double>(inner.take(8));
    if (length != inner.left()) refuse("expected as many counters as the encoding's length says");
    if ((digits != 2 && digits != 3) || unit != Histogram::lowest_discernible || offset != 0 || ratio != 1)
        refuse("expected a histogram of 2 or 3 digits in units of 256 ns");
    return Histogram::of(static_cast<int>(digits), take_counters(inner));
}

}  // namespace tollgate::loadtest
