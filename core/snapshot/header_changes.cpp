// core/snapshot/header_changes.cpp - applying changes to header lines.
#include "snapshot/header_changes.h"

#include "http/layout.h"

#include <algorithm>

namespace tollgate {

void HeaderChanges::append(Change change) {
    if (change.computed()) ++computed_;
    changes_.push_back(std::move(change));
}

void HeaderChanges::append(const HeaderChanges& others) {
    for (const auto& change : others.changes_) append(change);
}

bool HeaderChanges::names(std::string_view name) const noexcept {
    return std::any_of(changes_.begin(), changes_.end(),
                       [name](const Change& change) { return http::same_text(change.name, name); });
}

void HeaderChanges::apply(Headers& headers, std::span<const std::string> values) const {
    std::size_t next = 0;
    for (const auto& change : changes_) {
        const std::string& text = change.computed() ? values[next++] : change.text;
        if (change.kind == Kind::remove || (change.kind == Kind::set && text.empty()))
            headers.remove(change.name);
        else if (change.kind == Kind::set)
            headers.set(change.name, text);
        else if (!text.empty())
            headers.add(change.name, text);
    }
}

namespace {

bool is_own(http::Known known) noexcept {
    using http::Known;
    switch (known) {
        case Known::connection:
        case Known::keep_alive:
        case Known::proxy_connection:
        case Known::transfer_encoding:
        case Known::te:
        case Known::trailer:
        case Known::upgrade:
        case Known::content_length:
        case Known::via:
        case Known::x_request_id: return true;
        default: return false;
    }
}

constexpr const char* no_token = "expected a header name";
constexpr const char* own = "is the gateway's own to send";

}  // namespace

const char* problem_of_answer_header(std::string_view name) noexcept {
    if (!http::is_token(name)) return no_token;
    const auto known = http::known(name);
    return is_own(known) || known == http::Known::date ? own : nullptr;
}

const char* problem_of_request_header(std::string_view name) noexcept {
    if (!http::is_token(name)) return no_token;
    const auto known = http::known(name);
    return is_own(known) || known == http::Known::expect ? own : nullptr;
}

bool can_be_header_value(std::string_view text) noexcept {
    return std::all_of(text.begin(), text.end(), [](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return (byte >= 0x20 && byte != 0x7f) || c == '\t';
    });
}

}  // namespace tollgate
