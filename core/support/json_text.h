// core/support/json_text.h - JsonText: the tokens of a JSON text (RFC 8259); json_quoted: a text as one of them.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace tollgate::text {

// In double quotes. Bytes that are not UTF-8 become U+FFFD: what a client sent may be anything.
std::string json_quoted(std::string_view text);

// Borrows the text. Every take skips the spaces before it; what is not there is not taken.
class JsonText {
public:
    explicit JsonText(std::string_view text) : text_{text} {}

    char peek();  // the next byte, 0 at the end
    bool take(char byte);
    bool take_word(std::string_view word);
    std::optional<double> take_number();
    // From quote to quote, unescaped. False, and the position where it went wrong, if it has no end or an escape that
    // is none.
    bool take_text(std::string& text);
    bool at_end();
    std::size_t position() const noexcept { return at_; }
    std::string next_described() const;  // for "got ..."

private:
    bool take_escape(std::string& text);
    std::optional<unsigned> take_unit();  // four hexadecimal digits

    std::string_view text_;
    std::size_t at_ = 0;
};

}  // namespace tollgate::text
