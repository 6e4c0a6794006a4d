// plugins/logging/template.cpp - taking a template apart once, and filling it in for each request.
#include "template.h"

#include <algorithm>
#include <cstring>
#include <stdexcept>
#include <utility>

namespace tollgate::logging {

namespace {

char* put(char* out, std::string_view text) noexcept {
    std::memcpy(out, text.data(), text.size());
    return out + text.size();
}

// Its place among the names, at the end where it is new.
std::size_t place_of(std::vector<std::string>& names, std::string_view name) {
    const auto found = std::find(names.begin(), names.end(), name);
    if (found != names.end()) return static_cast<std::size_t>(found - names.begin());
    names.emplace_back(name);
    return names.size() - 1;
}

bool starts(std::string_view& name, std::string_view with) {
    if (!name.starts_with(with)) return false;
    name.remove_prefix(with.size());
    return true;
}

}  // namespace

Template::Template(std::string_view text, Format form) : form_{form} {
    Piece piece;
    std::size_t longest = text.size() + 1;
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (static_cast<unsigned char>(text[at]) < 0x20) throw std::invalid_argument{"a control character"};
        if (text[at] != '{' || text.substr(at).starts_with("{{")) {
            piece.before += text[at];
            if (text[at] == '{') ++at;
            continue;
        }
        const std::size_t end = text.find('}', at);
        if (end == text.npos) throw std::invalid_argument{"a \"{\" without its \"}\""};
        add_placeholder(piece, text.substr(at + 1, end - at - 1));
        longest += piece.member ? longest_of(*piece.member) : longest_header * longest_escape + 3;
        pieces_.push_back(std::exchange(piece, {}));
        at = end;
    }
    if (pieces_.empty()) throw std::invalid_argument{"nothing in braces"};
    if (longest > Line::longest - 1024) throw std::invalid_argument{"too much for one line"};
    if (headers_.request.size() + headers_.response.size() > most_headers)
        throw std::invalid_argument{"too many headers"};
    if (!piece.before.empty()) pieces_.push_back(std::move(piece));
}

void Template::add_placeholder(Piece& piece, std::string_view name) {
    if (name == "clf_time") {
        piece.kind = Kind::clf_time;
    } else if (starts(name, "header:")) {
        piece.kind = Kind::request_header;
        piece.header = place_of(headers_.request, name);
    } else if (starts(name, "answer_header:")) {
        piece.kind = Kind::response_header;
        piece.header = place_of(headers_.response, name);
    } else {
        piece.kind = Kind::member;
        piece.member = name == "id" ? nullptr : find_member(name);
        if (!piece.member) throw std::invalid_argument{"{" + std::string{name} + "}"};
    }
}

std::size_t Template::write(const Record& record, char* const begin) const noexcept {
    char* out = begin;
    const bool json = form_ == Format::json;
    const auto header = [&](std::span<const std::string_view> values, std::size_t at) {
        const std::string_view value = at < values.size() ? values[at] : std::string_view{};
        return value.empty() && !json ? put(out, "-") : put_header(out, form_, value);
    };
    for (const Piece& piece : pieces_) {
        out = put(out, piece.before);
        switch (piece.kind) {
            case Kind::none: break;
            case Kind::clf_time: out = put_clf_time(out, record.time); break;
            case Kind::request_header: out = header(record.request_headers, piece.header); break;
            case Kind::response_header: out = header(record.response_headers, piece.header); break;
            case Kind::member:
                out = json || says_something(*piece.member, record) ? put_bare(out, form_, *piece.member, record)
                                                                    : put(out, "-");
        }
    }
    return static_cast<std::size_t>(put(out, "\n") - begin);
}

}  // namespace tollgate::logging
