// core/http/headers.cpp - Headers of include/tollgate/message.h, and the names that the gateway knows.
#include <tollgate/message.h>

#include "http/layout.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <stdexcept>
#include <utility>

namespace tollgate {

namespace http {

namespace {

constexpr char lower(char c) noexcept { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

constexpr std::array<bool, 256> token_table = [] {
    std::array<bool, 256> table{};
    for (int c = '0'; c <= '9'; ++c) table[c] = true;
    for (int c = 'a'; c <= 'z'; ++c) table[c] = table[c - 32] = true;
    for (const char c : std::string_view{"!#$%&'*+-.^_`|~"}) table[static_cast<unsigned char>(c)] = true;
    return table;
}();

}  // namespace

bool same_text(std::string_view a, std::string_view b) noexcept {
    if (a.size() != b.size()) return false;
    if (a.empty() || std::memcmp(a.data(), b.data(), a.size()) == 0) return true;
    for (std::size_t i = 0; i < a.size(); ++i)
        if (a[i] != b[i] && lower(a[i]) != lower(b[i])) return false;
    return true;
}

bool is_token(std::string_view text) noexcept {
    return !text.empty() &&
           std::all_of(text.begin(), text.end(), [](unsigned char c) { return token_table[c]; });
}

bool is_field_value(std::string_view text) noexcept {
    // All three are below most of what there is.
    return std::none_of(text.begin(), text.end(),
                        [](unsigned char c) { return c <= '\r' && (c == '\n' || c == '\r' || c == 0); });
}

Known known(std::string_view name) noexcept {
    if (name.empty()) return Known::other;
    const char first = lower(name[0]);
    const auto is = [name, first](std::string_view other, Known yes) {
        return first == other[0] && same_text(name, other) ? yes : Known::other;
    };
    switch (name.size()) {
        case 2: return is("te", Known::te);
        case 3: return is("via", Known::via);
        case 4: return first == 'h' ? is("host", Known::host) : is("date", Known::date);
        case 6:
            return first == 's'   ? is("server", Known::server)
                   : first == 'e' ? is("expect", Known::expect)
                                  : is("cookie", Known::cookie);
        case 7: return first == 't' ? is("trailer", Known::trailer) : is("upgrade", Known::upgrade);
        case 9: return is("forwarded", Known::forwarded);
        case 10:
            return first == 'c'   ? is("connection", Known::connection)
                   : first == 't' ? is("tracestate", Known::tracestate)
                                  : is("keep-alive", Known::keep_alive);
        case 11: return is("traceparent", Known::traceparent);
        case 12: return is("x-request-id", Known::x_request_id);
        case 14:
            return first == 'c' ? is("content-length", Known::content_length)
                                : is("tollgate-trace", Known::tollgate_trace);
        case 15:
            return first == 't' ? is("tollgate-mirror", Known::tollgate_mirror)
                                : is("x-forwarded-for", Known::x_forwarded_for);
        case 16:
            return first == 'p' ? is("proxy-connection", Known::proxy_connection)
                                : is("x-forwarded-host", Known::x_forwarded_host);
        case 17:
            return first == 't' ? is("transfer-encoding", Known::transfer_encoding)
                                : is("x-forwarded-proto", Known::x_forwarded_proto);
        default: return Known::other;
    }
}

}  // namespace http

using http::Known;

namespace {

// A loop's messages come and go on its own thread. No destructor: such a variable is reached without asking whether it
// was made already, and still there when the thread's others are gone.
constexpr std::size_t most_spare = 1024, largest_spare = 16 << 10;
struct SpareLayouts {
    std::array<Headers::Layout*, most_spare> layouts;
    std::size_t count;
    bool watched, closed;
};
constinit thread_local SpareLayouts spare{};

struct EndOfThread {
    ~EndOfThread() {
        spare.closed = true;
        while (spare.count > 0) delete spare.layouts[--spare.count];
    }
};

[[gnu::noinline]] void watch_end_of_thread() {
    thread_local EndOfThread end;
    spare.watched = true;
}

}  // namespace

Headers::Layout* Headers::Layout::lend() {
    if (spare.count > 0) return spare.layouts[--spare.count];
    auto* layout = new Layout{};
    layout->text.reserve(512);
    layout->lines.reserve(16);
    return layout;
}

void Headers::Layout::give_back(Layout* layout) noexcept {
    if (!layout) return;
    if (spare.count == most_spare || spare.closed || layout->text.capacity() > largest_spare) {
        delete layout;
        return;
    }
    if (!spare.watched) watch_end_of_thread();
    layout->clear();
    spare.layouts[spare.count++] = layout;
}

Headers::Layout& Headers::Layout::of(Headers& headers) {
    if (!headers.layout_) headers.layout_ = lend();
    return *headers.layout_;
}

void Headers::Layout::append(std::string_view name, std::string_view value, Known known) {
    const auto start = static_cast<std::uint32_t>(text.size());
    char* const to = text.extend(name.size() + value.size());
    std::memcpy(to, name.data(), name.size());
    if (!value.empty()) std::memcpy(to + name.size(), value.data(), value.size());
    lines.push_back({start, static_cast<std::uint32_t>(start + name.size()), static_cast<std::uint32_t>(value.size()),
                     static_cast<std::uint16_t>(name.size()), known});
    seen |= http::bit(known);
}

void Headers::Layout::append_same(std::string_view name, Entry as, Known known) {
    as.name = static_cast<std::uint32_t>(text.size());
    as.name_size = static_cast<std::uint16_t>(name.size());
    as.known = known;
    text.append(name);
    shared += as.value_size;
    lines.push_back(as);
    seen |= http::bit(known);
}

void Headers::Layout::replace_by(const Layout& other) {
    std::erase_if(lines, [&](const Entry& mine) {
        return other.may_have(mine.known) &&
               std::any_of(other.lines.begin(), other.lines.end(), [&](const Entry& theirs) {
                   return mine.known == theirs.known && http::same_text(name(mine), other.name(theirs));
               });
    });
    const auto moved = static_cast<std::uint32_t>(text.size());
    text.append(other.text.view());
    for (Entry line : other.lines) {
        line.name += moved;
        line.value += moved;
        lines.push_back(line);
    }
    shared += other.shared;
    seen |= other.seen;
}

const Headers::Layout::Entry* Headers::Layout::find(const Headers& headers, Known known) noexcept {
    if (headers.layout_ && headers.layout_->may_have(known))
        for (const auto& line : headers.layout_->lines)
            if (line.known == known) return &line;
    return nullptr;
}

std::string_view Headers::Layout::get(const Headers& headers, Known known) noexcept {
    const Entry* line = find(headers, known);
    return line ? headers.layout_->value(*line) : std::string_view{};
}

std::size_t Headers::Layout::count(const Headers& headers, Known known) noexcept {
    if (!headers.layout_ || !headers.layout_->may_have(known)) return 0;
    const auto& lines = headers.layout_->lines;
    return static_cast<std::size_t>(
        std::count_if(lines.begin(), lines.end(), [known](const Entry& line) { return line.known == known; }));
}

void Headers::Layout::remove(Headers& headers, Known known) noexcept {
    if (headers.layout_ && headers.layout_->may_have(known))
        std::erase_if(headers.layout_->lines, [known](const Entry& line) { return line.known == known; });
}

Headers::Headers() noexcept = default;
Headers::Headers(std::initializer_list<Line> lines) {
    for (const auto& line : lines) add(line.name, line.value);
}
Headers::Headers(const Headers& other) {
    if (!other.layout_) return;
    layout_ = Layout::lend();
    layout_->text = other.layout_->text;
    layout_->lines = other.layout_->lines;
    layout_->seen = other.layout_->seen;
    layout_->shared = other.layout_->shared;
}
Headers::Headers(Headers&& other) noexcept : layout_{std::exchange(other.layout_, nullptr)} {}
Headers& Headers::operator=(const Headers& other) {
    if (this != &other) *this = Headers{other};
    return *this;
}
Headers& Headers::operator=(Headers&& other) noexcept {
    std::swap(layout_, other.layout_);
    return *this;
}
Headers::~Headers() { Layout::give_back(layout_); }

std::string_view Headers::get(std::string_view name) const noexcept {
    if (layout_)
        for (const auto& line : layout_->lines)
            if (line.name_size == name.size() && http::same_text(layout_->name(line), name))
                return layout_->value(line);
    return {};
}

bool Headers::has(std::string_view name) const noexcept {
    return layout_ && std::any_of(layout_->lines.begin(), layout_->lines.end(), [&](const auto& line) {
        return http::same_text(layout_->name(line), name);
    });
}

void Headers::add(std::string_view name, std::string_view value) {
    if (!http::is_token(name) || name.size() > 0xffff)
        throw std::invalid_argument("header name: expected a token, got \"" + std::string(name) + "\"");
    if (!http::is_field_value(value))
        throw std::invalid_argument("header " + std::string(name) + ": expected a value without CR, LF and NUL");
    Layout& layout = Layout::of(*this);
    // A piece of ourselves would move when room is made for it.
    if (layout.holds(name) || layout.holds(value))
        layout.append(std::string{name}, std::string{value});
    else
        layout.append(name, value);
}

void Headers::set(std::string_view name, std::string_view value) {
    add(name, value);
    auto& lines = layout_->lines;
    const auto fresh = lines.back();
    const auto same = [&](const auto& line) { return http::same_text(layout_->name(line), layout_->name(fresh)); };
    const auto first = std::find_if(lines.begin(), lines.end(), same);
    *first = fresh;
    lines.erase(std::remove_if(first + 1, lines.end(), same), lines.end());
}

std::size_t Headers::remove(std::string_view name) noexcept {
    if (!layout_) return 0;
    return std::erase_if(layout_->lines, [&](const auto& line) { return http::same_text(layout_->name(line), name); });
}

void Headers::clear() noexcept {
    if (layout_) layout_->clear();
}

std::size_t Headers::size() const noexcept { return layout_ ? layout_->lines.size() : 0; }
Headers::Line Headers::operator[](std::size_t index) const noexcept {
    const auto& line = layout_->lines[index];
    return {layout_->name(line), layout_->value(line)};
}

}  // namespace tollgate
