// plugins/cache/store/envelope.cpp - version, numbers (low byte first), parts, and a sum over all of it.
#include "store/envelope.h"

#include "store/key.h"

#include <cstdint>

namespace tollgate::cache {

namespace {

constexpr std::string_view version = "tollgate cache 1";
constexpr std::size_t number_size = 8;

void add(std::string& out, std::uint64_t number) {
    for (std::size_t i = 0; i < number_size; ++i) out += static_cast<char>(number >> (8 * i) & 0xff);
}

std::uint64_t number_at(std::string_view bytes, std::size_t at) {
    std::uint64_t number = 0;
    for (std::size_t i = 0; i < number_size; ++i)
        number |= std::uint64_t{static_cast<unsigned char>(bytes[at + i])} << (8 * i);
    return number;
}

// Against accidents, not against somebody who may write to the Redis: all gateways know it.
std::uint64_t sum_of(std::string_view bytes) { return key_of(bytes, {0, 0}).low; }

}  // namespace

std::string Envelope::written() const {
    std::string out;
    out.reserve(version.size() + 4 * number_size + text.size() + bytes.size());
    out += version;
    add(out, begun.number);
    add(out, text.size());
    (out += text) += bytes;
    add(out, sum_of(out));
    return out;
}

std::optional<Envelope> Envelope::read(std::string_view all) {
    constexpr std::size_t head = version.size() + 2 * number_size;
    if (all.size() < head + number_size || !all.starts_with(version)) return std::nullopt;
    const std::uint64_t sum = number_at(all, all.size() - number_size);
    all.remove_suffix(number_size);
    if (sum != sum_of(all)) return std::nullopt;
    const std::uint64_t text_size = number_at(all, version.size() + number_size);
    if (text_size > all.size() - head) return std::nullopt;
    return Envelope{{number_at(all, version.size())}, all.substr(head, text_size), all.substr(head + text_size)};
}

}  // namespace tollgate::cache
