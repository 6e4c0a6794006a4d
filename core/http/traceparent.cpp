// core/http/traceparent.cpp - reading and making trace ids; the grammar of tracestate.
#include "http/traceparent.h"

#include "http/layout.h"
#include "support/hexadecimal.h"
#include "support/random.h"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <vector>

namespace tollgate::http {

namespace {

constexpr std::size_t trace_at = 3, span_at = 36, flags_at = 53;
constexpr std::size_t longest_state = 512, long_member = 128, most_members = 32;

constexpr bool is_hex(char c) noexcept { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); }
bool all_hex(std::string_view text) noexcept { return std::all_of(text.begin(), text.end(), is_hex); }
bool all_zero(std::string_view text) noexcept { return text.find_first_not_of('0') == text.npos; }

// Never 0, which no id may be.
std::uint64_t random_id() noexcept {
    for (;;)
        if (const auto word = random_word()) return word;
}

constexpr bool is_key_letter(char c) noexcept {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '*' || c == '/';
}

// "vendor", or "tenant@system" (section 3.3.1.3.1).
bool is_key(std::string_view key) noexcept {
    const auto at = key.find('@');
    const auto tenant = key.substr(0, at);
    const auto lower = [](char c) { return c >= 'a' && c <= 'z'; };
    const auto letters = [](std::string_view text) { return std::all_of(text.begin(), text.end(), is_key_letter); };
    if (tenant.empty() || !letters(tenant)) return false;
    if (at == key.npos) return lower(tenant[0]) && tenant.size() <= 256;
    const auto system = key.substr(at + 1);
    return (lower(tenant[0]) || (tenant[0] >= '0' && tenant[0] <= '9')) && tenant.size() <= 241 &&
           !system.empty() && system.size() <= 14 && lower(system[0]) && letters(system);
}

bool is_value(std::string_view value) noexcept {
    return !value.empty() && value.size() <= 256 && value.back() != ' ' &&
           std::all_of(value.begin(), value.end(), [](char c) { return c >= ' ' && c <= '~' && c != ',' && c != '='; });
}

bool is_member(std::string_view member) noexcept {
    const auto sign = member.find('=');
    return sign != member.npos && is_key(member.substr(0, sign)) && is_value(member.substr(sign + 1));
}

std::string_view key_of(std::string_view member) noexcept { return member.substr(0, member.find('=')); }

std::size_t joined_size(const std::vector<std::string_view>& members) noexcept {
    std::size_t size = members.empty() ? 0 : members.size() - 1;
    for (const auto member : members) size += member.size();
    return size;
}

void shorten(std::vector<std::string_view>& members) {
    for (std::size_t i = members.size(); i-- > 0 && joined_size(members) > longest_state;)
        if (members[i].size() > long_member) members.erase(members.begin() + std::ptrdiff_t(i));
    while (joined_size(members) > longest_state) members.pop_back();
}

}  // namespace

Traceparent Traceparent::parse(std::string_view line) noexcept {
    Traceparent made;
    if (line.size() < size || line[2] != '-' || line[span_at - 1] != '-' || line[flags_at - 1] != '-') return made;
    const auto version = line.substr(0, 2), trace = line.substr(trace_at, 32), span = line.substr(span_at, 16),
               flags = line.substr(flags_at, 2);
    if (!all_hex(version) || version == "ff" || !all_hex(trace) || !all_hex(span) || !all_hex(flags)) return made;
    if (all_zero(trace) || all_zero(span)) return made;
    if (line.size() > size && (version == "00" || line[size] != '-')) return made;
    std::memcpy(made.text_.data(), line.data(), size);
    const char low = flags[1];
    const int bits = low <= '9' ? low - '0' : low - 'a' + 10;
    std::memcpy(made.text_.data(), "00", 2);
    std::memcpy(made.text_.data() + flags_at, bits & 1 ? "01" : "00", 2);  // of the others nothing is known
    return made;
}

Traceparent Traceparent::of(const Headers& headers) noexcept {
    if (Headers::Layout::count(headers, Known::traceparent) != 1) return {};
    return parse(Headers::Layout::get(headers, Known::traceparent));
}

Traceparent Traceparent::begun() noexcept {
    Traceparent made;
    char* const text = made.text_.data();
    std::memcpy(text, "00-", 3);
    char* to = put_hexadecimal(text + trace_at, random_word(), 8);
    to = put_hexadecimal(to, random_id(), 8);
    *to++ = '-';
    to = put_hexadecimal(to, random_id(), 8);
    std::memcpy(to, "-00", 3);
    return made;
}

std::uint64_t Traceparent::draw() const noexcept {
    std::uint64_t half = 0;
    if (*this) std::from_chars(text_.data() + trace_at + 16, text_.data() + trace_at + 32, half, 16);
    return half;
}

Traceparent Traceparent::next() const noexcept {
    Traceparent made = *this;
    if (made) put_hexadecimal(made.text_.data() + span_at, random_id(), 8);
    return made;
}

std::optional<std::string> combined_tracestate(const Headers& headers) {
    const auto* layout = headers.layout();
    if (!layout || !layout->may_have(Known::tracestate)) return std::nullopt;
    std::vector<std::string_view> members;
    for (const auto& line : layout->lines) {
        if (line.known != Known::tracestate) continue;
        for_each_element(layout->value(line), [&](std::string_view member) { members.push_back(member); });
    }
    if (members.empty() || members.size() > most_members || !std::all_of(members.begin(), members.end(), is_member))
        return std::nullopt;
    for (std::size_t i = 1; i < members.size(); ++i)
        for (std::size_t j = 0; j < i; ++j)
            if (key_of(members[i]) == key_of(members[j])) return std::nullopt;
    shorten(members);
    if (members.empty()) return std::nullopt;
    std::string all;
    for (const auto member : members) (all.empty() ? all : all.append(",")).append(member);
    return all;
}

}  // namespace tollgate::http
