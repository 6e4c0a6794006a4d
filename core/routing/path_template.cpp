// core/routing/path_template.cpp - reading templates strictly, filling them safely.
#include "routing/path_template.h"

#include "http/target.h"
#include "support/text.h"

#include <algorithm>
#include <cctype>
#include <utility>

namespace tollgate::routing {

namespace {

using http::append_encoded;
using http::is_unreserved;

bool is_letter(char c) { return std::isalpha(static_cast<unsigned char>(c)) || c == '_'; }
// RFC 3986 section 3.3, and the slash.
bool is_path_character(char c) {
    return is_unreserved(c) || std::string_view{"!$&'()*+,;=:@/"}.find(c) != std::string_view::npos;
}

// The authority of "https://host:port/...", with its scheme; "" where the template is a path.
std::string_view authority_of(std::string_view text) {
    const auto scheme = text.starts_with("https://") ? 8u : text.starts_with("http://") ? 7u : 0u;
    if (scheme == 0) return {};
    return text.substr(0, std::min(text.find_first_of("/?#", scheme), text.size()));
}

// "host", "host:8443", "[::1]:80": nothing of it may come from a client.
bool is_authority(std::string_view text) {
    text.remove_prefix(text.find("//") + 2);
    return !text.empty() && text.front() != ':' && std::all_of(text.begin(), text.end(), [](char c) {
        return is_unreserved(c) || c == ':' || c == '[' || c == ']';
    });
}

}  // namespace

class TemplateReader {
public:
    TemplateReader(std::string_view text, PathTemplate::Kind kind, std::span<const std::string> parameters)
        : text_{text}, location_{kind == PathTemplate::Kind::location}, parameters_{parameters} {}

    bool read(PathTemplate& into, std::string& problem) {
        const auto authority = location_ ? authority_of(text_) : std::string_view{};
        if (!authority.empty()) {
            const auto colon = authority.find(':', authority.find("//") + 2);
            const bool named_port = colon != authority.npos && colon + 1 < authority.size() &&
                                    is_letter(authority[colon + 1]) && authority.find('[') == authority.npos;
            if (!is_authority(authority) || named_port) {
                problem = "expected a host and perhaps a port after the scheme, got " + text::quote(text_) +
                          "; parameters stand in the path or the query";
                return false;
            }
            out_ = authority;
            at_ = authority.size();
        } else if (!text_.starts_with('/') || text_.starts_with("//")) {
            problem = std::string{"expected a path that starts with \"/\""} +
                      (location_ ? " or an address that starts with \"https://\"" : "") + ", got " + text::quote(text_);
            return false;
        }
        while (at_ < text_.size())
            if (!step(into, problem)) return false;
        into.end_ = std::move(out_);
        return true;
    }

private:
    bool step(PathTemplate& into, std::string& problem) {
        const char c = text_[at_];
        const char next = at_ + 1 < text_.size() ? text_[at_ + 1] : '\0';
        if (c == ':' && is_letter(next)) {
            std::size_t end = at_ + 1;
            while (end < text_.size() &&
                   (is_letter(text_[end]) || std::isdigit(static_cast<unsigned char>(text_[end]))))
                ++end;
            return capture(into, text_.substr(at_ + 1, end - at_ - 1), end, problem);
        }
        if (c == '*') return capture(into, next == '*' ? "**" : "*", at_ + (next == '*' ? 2 : 1), problem);
        if (c == '%') return escape(problem);
        if (c == '?' && !in_query_)
            in_query_ = into.has_query_ = true;
        else if (c == '#' && location_)
            in_query_ = true;  // a fragment: encoded as a query is
        else if (static_cast<unsigned char>(c) >= 0x80) {
            append_encoded(out_, c);
            ++at_;
            return true;
        } else if (!is_path_character(c) && c != '?') {
            problem = "expected a path without " + text::quote({&c, 1}) + ", got " + text::quote(text_);
            if (c == '{' || c == '<' || c == '$') problem += "; a parameter is written \":name\"";
            return false;
        }
        out_ += c;
        ++at_;
        return true;
    }

    bool escape(std::string& problem) {
        const auto digits = text_.substr(at_ + 1, 2);
        const bool hex = digits.size() == 2 && std::all_of(digits.begin(), digits.end(), [](char d) {
                             return std::isxdigit(static_cast<unsigned char>(d));
                         });
        if (!hex || digits == "00") {
            problem = "expected two hex digits after \"%\", got " + text::quote(text_);
            return false;
        }
        out_.append(text_.substr(at_, 3));
        at_ += 3;
        return true;
    }

    bool capture(PathTemplate& into, std::string_view name, std::size_t end, std::string& problem) {
        std::size_t skip = name == "*" ? stars_++ : 0, number = 0;
        for (; number < parameters_.size(); ++number)
            if (parameters_[number] == name && skip-- == 0) break;
        if (number == parameters_.size()) {
            const bool star = name.starts_with('*');
            problem = "the route has no " + text::quote((star ? "" : ":") + std::string{name}) +
                      (star ? std::string{} : text::did_you_mean(name, parameters_));
            return false;
        }
        using Encoding = PathTemplate::Encoding;
        const auto encoding = in_query_ ? Encoding::query : location_ ? Encoding::path : Encoding::none;
        into.pieces_.push_back({std::exchange(out_, {}), number, encoding});
        at_ = end;
        return true;
    }

    std::string_view text_;
    bool location_, in_query_ = false;
    std::span<const std::string> parameters_;
    std::size_t at_ = 0, stars_ = 0;
    std::string out_;
};

std::optional<PathTemplate> PathTemplate::parse(std::string_view text, Kind kind,
                                                std::span<const std::string> parameters, std::string& problem) {
    PathTemplate parsed;
    if (!TemplateReader{text, kind, parameters}.read(parsed, problem)) return std::nullopt;
    return parsed;
}

std::string PathTemplate::fill(const Captures& captures) const {
    std::string filled;
    for (const auto& piece : pieces_) {
        filled += piece.text;
        const auto value = captures.values[piece.capture];
        if (piece.encoding == Encoding::none) {
            filled += value;
        } else {
            const bool query = piece.encoding == Encoding::query;
            for (const char c : value) {
                // What is encoded already stays so: '%' begins two hex digits in every path the gateway took.
                if (c == '%' || (query ? is_unreserved(c) || c == '/' : is_path_character(c)))
                    filled += c;
                else
                    append_encoded(filled, c);
            }
        }
        // "/orders" and not "/orders/" was what "/orders/**" took.
        if (!value.data() && filled.size() > 1 && filled.ends_with('/')) filled.pop_back();
    }
    return filled += end_;
}

}  // namespace tollgate::routing
