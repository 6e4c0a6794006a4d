// plugins/logging/template.h - Template: a line in the operator's own words, "{client_ip} {method} {path} {status}".
#pragma once

#include "line.h"

#include <string>
#include <string_view>
#include <vector>

namespace tollgate::logging {

// Immutable; any thread. In braces stands a member (Line::names()), `clf_time`, `header:NAME` of the request or
// `answer_header:NAME`; "{{" is a brace. What others sent is escaped as in a line of that form, without JSON's quotes.
// What has nothing to say is "-"; where the form is JSON, a text is empty and a number 0.
class Template {
public:
    // Throws std::invalid_argument with what is wrong.
    explicit Template(std::string_view text, Format form = Format::text);

    // The lines of both messages that it asks for.
    const HeaderNames& headers() const noexcept { return headers_; }

    // As Line::write().
    std::size_t write(const Record& record, char* out) const noexcept;

    // As Apache's and nginx's "combined".
    static constexpr std::string_view combined =
        R"({client_ip} - {caller} [{clf_time}] "{method} {path} {protocol}" {status} {bytes_sent} "{header:Referer}" "{user_agent}")";

private:
    enum class Kind { none, member, clf_time, request_header, response_header };
    struct Piece {
        std::string before;  // what stands before it
        Kind kind = Kind::none;
        const Member* member = nullptr;
        std::size_t header = 0;
    };
    void add_placeholder(Piece& piece, std::string_view name);

    const Format form_;
    std::vector<Piece> pieces_;
    HeaderNames headers_;
};

}  // namespace tollgate::logging
