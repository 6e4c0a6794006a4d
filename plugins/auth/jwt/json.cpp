// plugins/auth/jwt/json.cpp - a recursive reader of JSON, as deep as its bounds.
#include "json.h"

#include <algorithm>
#include <charconv>
#include <system_error>

namespace tollgate::auth::jwt {

namespace {

void append_utf8(std::string& text, std::uint32_t point) {
    const auto tail = [&](int shift) { text += static_cast<char>(0x80 | (point >> shift & 0x3f)); };
    if (point < 0x80) {
        text += static_cast<char>(point);
    } else if (point < 0x800) {
        text += static_cast<char>(0xc0 | point >> 6);
        tail(0);
    } else if (point < 0x10000) {
        text += static_cast<char>(0xe0 | point >> 12);
        tail(6), tail(0);
    } else {
        text += static_cast<char>(0xf0 | point >> 18);
        tail(12), tail(6), tail(0);
    }
}

// The length of the well-formed UTF-8 sequence at the beginning of `text` (Unicode table 3-7), or 0.
std::size_t utf8_length(std::string_view text) noexcept {
    const auto byte = [&](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0u; };
    const unsigned first = byte(0);
    if (first < 0x80) return 1;
    const std::size_t length = first >= 0xc2 && first <= 0xdf ? 2 : first >= 0xe0 && first <= 0xef ? 3
                               : first >= 0xf0 && first <= 0xf4 ? 4 : 0;
    const unsigned low = first == 0xe0 ? 0xa0 : first == 0xf0 ? 0x90 : 0x80;
    const unsigned high = first == 0xed ? 0x9f : first == 0xf4 ? 0x8f : 0xbf;
    if (length == 0 || byte(1) < low || byte(1) > high) return 0;
    for (std::size_t i = 2; i < length; ++i)
        if ((byte(i) & 0xc0) != 0x80) return 0;
    return length;
}

class Reading {
public:
    Reading(std::string_view text, Json::Bounds bounds) noexcept : rest_{text}, bounds_{bounds} {}

    bool whole(Json& value) {
        if (!read(value, 0)) return false;
        skip_blanks();
        return rest_.empty();
    }

private:
    bool read(Json& value, std::size_t depth) {
        skip_blanks();
        if (rest_.empty() || depth > bounds_.depth || ++values_ > bounds_.values) return false;
        switch (rest_.front()) {
            case '{': return read_object(value, depth);
            case '[': return read_list(value, depth);
            case '"': value.kind = Json::Kind::text; return read_text(value.text);
            case 't': value.kind = Json::Kind::boolean; value.truth = true; return take("true");
            case 'f': value.kind = Json::Kind::boolean; return take("false");
            case 'n': return take("null");
            default: return read_number(value);
        }
    }

    bool read_object(Json& value, std::size_t depth) {
        value.kind = Json::Kind::object;
        take("{");
        skip_blanks();
        if (take("}")) return true;
        do {
            skip_blanks();
            std::string name;
            if (!read_text(name)) return false;
            if (std::find(value.names.begin(), value.names.end(), name) != value.names.end()) return false;
            value.names.push_back(std::move(name));
            skip_blanks();
            if (!take(":") || !read(value.elements.emplace_back(), depth + 1)) return false;
            skip_blanks();
        } while (take(","));
        return take("}");
    }

    bool read_list(Json& value, std::size_t depth) {
        value.kind = Json::Kind::list;
        take("[");
        skip_blanks();
        if (take("]")) return true;
        do {
            if (!read(value.elements.emplace_back(), depth + 1)) return false;
            skip_blanks();
        } while (take(","));
        return take("]");
    }

    bool read_text(std::string& text) {
        if (!take("\"")) return false;
        while (!rest_.empty()) {
            if (take("\"")) return true;
            if (rest_.front() == '\\') {
                if (!read_escape(text)) return false;
                continue;
            }
            const std::size_t length = utf8_length(rest_);
            if (length == 0 || static_cast<unsigned char>(rest_.front()) < 0x20) return false;
            text += rest_.substr(0, length);
            rest_.remove_prefix(length);
        }
        return false;
    }

    bool read_escape(std::string& text) {
        constexpr std::string_view signs = "\"\\/bfnrt", meant = "\"\\/\b\f\n\r\t";
        if (rest_.size() < 2) return false;
        const char sign = rest_[1];
        rest_.remove_prefix(2);
        if (const std::size_t which = signs.find(sign); which != std::string_view::npos) {
            text += meant[which];
            return true;
        }
        std::uint32_t point = 0;
        if (sign != 'u' || !read_hex(point)) return false;
        if (point >= 0xdc00 && point <= 0xdfff) return false;
        if (point >= 0xd800 && point <= 0xdbff) {
            std::uint32_t low = 0;
            if (!take("\\u") || !read_hex(low) || low < 0xdc00 || low > 0xdfff) return false;
            point = 0x10000 + ((point - 0xd800) << 10) + (low - 0xdc00);
        }
        append_utf8(text, point);
        return true;
    }

    bool read_hex(std::uint32_t& value) {
        if (rest_.size() < 4) return false;
        const auto [end, error] = std::from_chars(rest_.data(), rest_.data() + 4, value, 16);
        if (error != std::errc{} || end != rest_.data() + 4) return false;
        rest_.remove_prefix(4);
        return true;
    }

    std::size_t digits_at(std::size_t at) const noexcept {
        const std::size_t end = std::min(rest_.find_first_not_of("0123456789", at), rest_.size());
        return end - std::min(at, end);
    }

    bool read_number(Json& value) {
        std::size_t at = rest_.front() == '-' ? 1 : 0;
        const std::size_t whole = digits_at(at);
        if (whole == 0 || (whole > 1 && rest_[at] == '0')) return false;
        at += whole;
        if (at < rest_.size() && rest_[at] == '.') {
            const std::size_t fraction = digits_at(at + 1);
            if (fraction == 0) return false;
            at += 1 + fraction;
        }
        if (at < rest_.size() && (rest_[at] == 'e' || rest_[at] == 'E')) {
            ++at;
            if (at < rest_.size() && (rest_[at] == '+' || rest_[at] == '-')) ++at;
            const std::size_t exponent = digits_at(at);
            if (exponent == 0) return false;
            at += exponent;
        }
        value.kind = Json::Kind::number;
        value.text = rest_.substr(0, at);
        const auto [end, error] = std::from_chars(rest_.data(), rest_.data() + at, value.number);
        if (error != std::errc{} || end != rest_.data() + at) return false;
        rest_.remove_prefix(at);
        return true;
    }

    bool take(std::string_view wanted) noexcept {
        if (!rest_.starts_with(wanted)) return false;
        rest_.remove_prefix(wanted.size());
        return true;
    }
    void skip_blanks() noexcept { rest_.remove_prefix(std::min(rest_.find_first_not_of(" \t\r\n"), rest_.size())); }

    std::string_view rest_;
    const Json::Bounds bounds_;
    std::size_t values_ = 0;
};

}  // namespace

std::optional<Json> Json::parse(std::string_view text, Bounds bounds) {
    std::optional<Json> value{std::in_place};
    if (!Reading{text, bounds}.whole(*value)) return std::nullopt;
    return value;
}

const Json* Json::find(std::string_view name) const noexcept {
    const auto found = std::find(names.begin(), names.end(), name);
    return found == names.end() ? nullptr : &elements[std::size_t(found - names.begin())];
}

const std::string* Json::text_of(std::string_view name) const noexcept {
    const Json* member = find(name);
    return member && member->is(Kind::text) ? &member->text : nullptr;
}

}  // namespace tollgate::auth::jwt
