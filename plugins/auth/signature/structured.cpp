// plugins/auth/signature/structured.cpp - reading and writing structured fields.
#include "structured.h"

#include "../base64.h"

#include <algorithm>
#include <cstddef>

namespace tollgate::auth::signature {

namespace {

constexpr std::size_t most_elements = 64;  // members, items of a list, parameters of an item
constexpr std::size_t most_digits = 15;

bool is_lower(char c) noexcept { return c >= 'a' && c <= 'z'; }
bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }
bool is_letter(char c) noexcept { return is_lower(c) || (c >= 'A' && c <= 'Z'); }
bool is_in(char c, std::string_view all) noexcept { return all.find(c) != std::string_view::npos; }

// Each read_...() is false where the text is not of that form; then nobody reads on.
class Reader {
public:
    explicit Reader(std::string_view text) noexcept : rest_{text} {}

    bool read_dictionary(Dictionary& into) {
        skip(" ");
        while (!rest_.empty()) {
            Member member;
            if (into.size() == most_elements || !read_key(member.name) || find(into, member.name) ||
                !read_value(member))
                return false;
            into.push_back(std::move(member));
            skip(" \t");
            if (rest_.empty()) return true;
            if (!take(',')) return false;
            skip(" \t");
            if (rest_.empty()) return false;  // a comma at the end
        }
        return true;
    }

private:
    bool next_is(char c) const noexcept { return !rest_.empty() && rest_.front() == c; }
    bool take(char c) noexcept {
        if (!next_is(c)) return false;
        rest_.remove_prefix(1);
        return true;
    }
    void skip(std::string_view blanks) noexcept {
        rest_.remove_prefix(std::min(rest_.find_first_not_of(blanks), rest_.size()));
    }
    // The longest beginning of which all fit.
    template <class Fits>
    std::string_view take_while(Fits fits) noexcept {
        const auto end = std::find_if_not(rest_.begin(), rest_.end(), fits);
        const std::string_view taken = rest_.substr(0, static_cast<std::size_t>(end - rest_.begin()));
        rest_.remove_prefix(taken.size());
        return taken;
    }

    bool read_key(std::string& into) {
        if (rest_.empty() || !(is_lower(rest_.front()) || rest_.front() == '*')) return false;
        into = take_while([](char c) { return is_lower(c) || is_digit(c) || is_in(c, "_-.*"); });
        return true;
    }
    bool read_value(Member& member) {
        if (!take('=')) {
            member.items.push_back({{Bare::Kind::boolean, 1, {}}, {}});
            return read_parameters(member.items[0].parameters);
        }
        if (next_is('(')) {
            member.is_list = true;
            return read_list(member.items) && read_parameters(member.parameters);
        }
        member.items.emplace_back();
        return read_item(member.items[0]);
    }
    bool read_list(std::vector<Item>& into) {
        take('(');
        for (;;) {
            skip(" ");
            if (take(')')) return true;
            if (into.size() == most_elements || !read_item(into.emplace_back())) return false;
            if (!next_is(' ') && !next_is(')')) return false;
        }
    }
    bool read_item(Item& into) { return read_bare(into.value) && read_parameters(into.parameters); }
    bool read_parameters(Parameters& into) {
        while (take(';')) {
            skip(" ");
            std::string key;
            Bare value{Bare::Kind::boolean, 1, {}};
            if (into.size() == most_elements || !read_key(key) || find(into, key) ||
                (take('=') && !read_bare(value)))
                return false;
            into.emplace_back(std::move(key), std::move(value));
        }
        return true;
    }

    bool read_bare(Bare& into) {
        into = {};
        if (rest_.empty()) return false;
        const char first = rest_.front();
        if (first == '"') return read_string(into);
        if (first == ':') return read_bytes(into);
        if (first == '?') return read_boolean(into);
        if (first == '-' || is_digit(first)) return read_integer(into);
        into.kind = Bare::Kind::token;
        into.text = take_while([](char c) { return is_letter(c) || is_digit(c) || is_in(c, "!#$%&'*+-.^_`|~:/"); });
        return is_letter(first) || first == '*';
    }
    bool read_string(Bare& into) {
        into.kind = Bare::Kind::string;
        take('"');
        while (!rest_.empty()) {
            if (take('"')) return true;
            const bool escaped = take('\\');
            if (rest_.empty() || rest_.front() < 0x20 || rest_.front() > 0x7e) return false;
            if (escaped && !is_in(rest_.front(), "\"\\")) return false;
            into.text += rest_.front();
            rest_.remove_prefix(1);
        }
        return false;
    }
    bool read_bytes(Bare& into) {
        into.kind = Bare::Kind::bytes;
        take(':');
        const std::size_t end = rest_.find(':');
        if (end == std::string_view::npos) return false;
        auto bytes = decode_base64(rest_.substr(0, end));
        if (!bytes) return false;
        into.text = std::move(*bytes);
        rest_.remove_prefix(end + 1);
        return true;
    }
    bool read_boolean(Bare& into) {
        into.kind = Bare::Kind::boolean;
        take('?');
        into.number = next_is('1');
        return take('0') || take('1');
    }
    bool read_integer(Bare& into) {
        into.kind = Bare::Kind::integer;
        const bool negative = take('-');
        const std::string_view digits = take_while(is_digit);
        if (digits.empty() || digits.size() > most_digits || next_is('.')) return false;
        for (const char digit : digits) into.number = 10 * into.number + (digit - '0');
        if (negative) into.number = -into.number;
        return true;
    }

    std::string_view rest_;
};

std::string written(const Bare& bare) {
    switch (bare.kind) {
        case Bare::Kind::integer: return std::to_string(bare.number);
        case Bare::Kind::string: return written_string(bare.text);
        case Bare::Kind::token: return bare.text;
        case Bare::Kind::bytes: return ':' + encode_base64(bare.text) + ':';
        case Bare::Kind::boolean: break;
    }
    return bare.number ? "?1" : "?0";
}

std::string written(const Parameters& parameters) {
    std::string text;
    for (const auto& [name, value] : parameters) {
        (text += ';') += name;
        if (!value.is(Bare::Kind::boolean) || value.number == 0) (text += '=') += written(value);
    }
    return text;
}

}  // namespace

std::optional<Dictionary> parse_dictionary(std::string_view text) {
    Dictionary dictionary;
    if (!Reader{text}.read_dictionary(dictionary)) return std::nullopt;
    return dictionary;
}

const Member* find(const Dictionary& dictionary, std::string_view name) noexcept {
    for (const Member& member : dictionary)
        if (member.name == name) return &member;
    return nullptr;
}

const Bare* find(const Parameters& parameters, std::string_view name) noexcept {
    for (const auto& [key, value] : parameters)
        if (key == name) return &value;
    return nullptr;
}

std::string written_string(std::string_view text) {
    std::string quoted = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') quoted += '\\';
        quoted += c;
    }
    return quoted + '"';
}

std::string written(const Item& item) { return written(item.value) + written(item.parameters); }

std::string written_list(const Member& member) {
    std::string text = "(";
    for (const Item& item : member.items) (text += text.size() == 1 ? "" : " ") += written(item);
    return text + ')' + written(member.parameters);
}

}  // namespace tollgate::auth::signature
