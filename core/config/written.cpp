// core/config/written.cpp - finding secrets in what was read, and hiding them in its text.
#include "config/written.h"

#include "config/reader.h"
#include "config/secrets.h"
#include "support/secrets.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <utility>

namespace tollgate::config {

namespace {

constexpr std::size_t shortest_part = 4;  // of a secret, or a secret in a text, by which a text is known

void collect(const Item& item, bool secret, std::vector<std::string>& all) {
    if (item.is(Item::Kind::text)) {
        const auto [begin, end] = login_in(item.text);
        if (secret && !item.text.empty()) all.push_back(item.text);
        if (begin < end) all.push_back(item.text.substr(begin, end - begin));
        const auto colon = begin < end ? item.text.find(':', begin) : item.text.npos;
        if (colon < end && colon + 1 < end) all.push_back(item.text.substr(colon + 1, end - colon - 1));
    }
    for (const Item& inner : item.list) collect(inner, secret, all);
    for (const auto& [name, inner] : item.named) collect(inner, secret || is_secret(name), all);
}

// Keys for it are in header lines of any name, and in its query.
void collect_of_collector(const Item& tracing, std::vector<std::string>& all) {
    if (const Item* headers = tracing.find("headers")) collect(*headers, true, all);
    const Item* const to = tracing.find("to");
    const auto query = to && to->is(Item::Kind::text) ? to->text.find('?') : std::string::npos;
    if (query != std::string::npos) all.push_back(to->text.substr(query + 1));
}

bool is_hidden(std::string_view value, const std::vector<std::string>& secrets) {
    return std::any_of(secrets.begin(), secrets.end(), [&](const std::string& secret) {
        if (value == secret) return true;
        const bool holds = secret.size() >= shortest_part && value.find(secret) != value.npos;
        return holds || (value.size() >= shortest_part && secret.find(value) != secret.npos);
    });
}

bool is_letter(char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_'; }

// Words of Lua between which a value stands.
bool is_keyword(std::string_view word) {
    static constexpr std::string_view all[] = {"and", "do",    "else", "elseif", "end",    "for",  "function", "if",
                                               "in",  "local", "not",  "or",     "repeat", "then", "until",    "while",
                                               "return"};
    return std::find(std::begin(all), std::end(all), word) != std::end(all);
}

// What a text in quotes stands for.
std::string value_of(std::string_view written) {
    std::string value;
    for (std::size_t i = 0; i < written.size(); ++i) {
        if (written[i] != '\\' || i + 1 == written.size()) {
            value += written[i];
            continue;
        }
        const char c = written[++i];
        int code = 0, digits = 0;
        const int base = c == 'x' ? 16 : 10, most = c == 'x' ? 2 : 3;
        if (c == 'x') ++i;
        const auto digit = [&] {
            const auto byte = static_cast<unsigned char>(i < written.size() ? written[i] : ' ');
            return (base == 16 ? std::isxdigit(byte) : std::isdigit(byte)) != 0;
        };
        for (; digits < most && digit(); ++digits, ++i)
            code = code * base + (written[i] <= '9' ? written[i] - '0' : (written[i] | 32) - 'a' + 10);
        if (digits > 0) {
            value += static_cast<char>(code);
            --i;
        } else {
            value += c == 'n' ? '\n' : c == 't' ? '\t' : c == 'r' ? '\r' : c;
        }
    }
    return value;
}

// Goes through Lua by words, texts in quotes, comments and signs. What is no Lua comes out as it went in.
class Hiding {
public:
    Hiding(std::string_view text, const std::vector<std::string>& secrets, bool in_comment = false)
        : text_{text}, secrets_{secrets}, in_comment_{in_comment} {}

    std::string whole() {
        while (at_ < text_.size()) step();
        return std::move(out_);
    }

private:
    void step() {
        const char c = text_[at_];
        if (text_.substr(at_, 2) == "--") return comment();
        const bool apostrophe = c == '\'' && in_comment_ && at_ > 0 && is_letter(text_[at_ - 1]);
        if (!apostrophe && (c == '"' || c == '\'')) return quoted(c);
        if (const auto level = long_bracket(at_)) return long_text(*level);
        if (is_letter(c)) return word();
        if (!std::isspace(static_cast<unsigned char>(c))) return sign(c);
        if (c == '\n' && depth_ == secret_depth_ && !awaits_more_) given_to_secret_ = false;
        if (c == '\n' && comparison_after(at_) == text_.npos) names_a_secret_ = false;
        take(1);
    }

    // Where `==` or `~=` stands, behind blanks and what closes a parenthesis; npos where something else does.
    std::size_t comparison_after(std::size_t at) const {
        at = text_.find_first_not_of(" \t\r\n)", at);
        const auto signs = at == text_.npos ? std::string_view{} : text_.substr(at, 2);
        return signs == "==" || signs == "~=" ? at : text_.npos;
    }

    // Whether what ends here is compared with what is called like a secret: "abc" == request.headers["X-Token"].
    bool is_compared_with_secret(std::size_t at) const {
        at = comparison_after(at);
        if (at != text_.npos) at = text_.find_first_not_of(" \t\r\n", at + 2);
        while (at < text_.size()) {
            std::size_t end = at;
            while (end < text_.size() && (is_letter(text_[end]) || (end > at && text_[end] == '-'))) ++end;
            const std::string_view name = text_.substr(at, end - at);
            if (is_secret(name)) return true;
            const bool goes_on = end < text_.size() && std::string_view{" \t.:[]()\"'"}.find(text_[end]) != text_.npos;
            if (is_keyword(name) || !goes_on) return false;
            at = end + 1;
        }
        return false;
    }

    void take(std::size_t length) {
        out_ += text_.substr(at_, length);
        at_ += length;
    }

    void word() {
        std::size_t end = at_;
        while (end < text_.size() && is_letter(text_[end])) ++end;
        name_ = text_.substr(at_, end - at_);
        names_a_secret_ = !is_keyword(name_) && names_a_secret_;
        if (is_secret(name_)) name_a_secret();
        // What follows these is where a value is found, and no value.
        names_a_place_ = name_ == "env" || name_ == "header" || name_ == "cookie" || name_ == "query";
        awaits_more_ = name_ == "or" || name_ == "and";
        take(end - at_);
    }

    void name_a_secret() { names_a_secret_ = named_within_ = true; }

    // (token or "") == "abc": what a parenthesis holds is a part of the value around it.
    void begin_inner_value() {
        around_.emplace_back(std::exchange(names_a_secret_, false), std::exchange(named_within_, false));
    }
    void end_inner_value() {
        if (around_.empty()) return;
        const auto [named_before, named_around] = around_.back();
        around_.pop_back();
        names_a_secret_ = named_before || named_within_;
        named_within_ = named_around || names_a_secret_;
    }

    void sign(char c) {
        const char before = at_ > 0 ? text_[at_ - 1] : ' ', after = at_ + 1 < text_.size() ? text_[at_ + 1] : ' ';
        const auto is_one_of = [](char sign, std::string_view signs) { return signs.find(sign) != signs.npos; };
        const bool assigns = c == '=' && after != '=' && !is_one_of(before, "=~<>");
        const bool compares = c == '=' && is_one_of(before, "=~") && names_a_secret_;
        if ((assigns || compares) && !(given_to_secret_ && depth_ > secret_depth_)) {
            given_to_secret_ = compares || is_secret(name_);
            secret_depth_ = depth_;
        }
        if (assigns || is_one_of(c, ",;{}")) names_a_secret_ = false;
        if (is_one_of(c, "({[")) ++depth_;
        if (is_one_of(c, ")}]")) --depth_;
        if (is_one_of(c, "([")) begin_inner_value();
        if (is_one_of(c, ")]")) end_inner_value();
        if (depth_ < secret_depth_ || ((c == ',' || c == ';') && depth_ == secret_depth_)) given_to_secret_ = false;
        awaits_more_ = c == '=' || c == '.' || c == ',' || c == '(' || c == '{';
        if (c != '(' && c != ']' && c != '[') names_a_place_ = false;
        take(1);
    }

    void quoted(char quote) {
        std::size_t end = at_ + 1;
        while (end < text_.size() && text_[end] != quote && text_[end] != '\n') end += text_[end] == '\\' ? 2 : 1;
        if (end >= text_.size() || text_[end] == '\n') return take(1);  // in a comment, an apostrophe
        literal(text_.substr(at_, end + 1 - at_), value_of(text_.substr(at_ + 1, end - at_ - 1)));
    }

    void long_text(std::size_t level) {
        const std::string closing = ']' + std::string(level, '=') + ']';
        const auto end = text_.find(closing, at_);
        if (end == text_.npos) return take(1);
        const auto inner = text_.substr(at_ + level + 2, end - at_ - level - 2);
        literal(text_.substr(at_, end + closing.size() - at_), std::string{inner});
    }

    void literal(std::string_view written, const std::string& value) {
        at_ += written.size();
        const bool secret =
            (given_to_secret_ && !names_a_place_) || is_hidden(value, secrets_) || is_compared_with_secret(at_);
        if (is_secret(value)) name_a_secret();
        if (!secret) {
            out_ += without_login(written);
        } else {
            out_ += '"' + std::string{hidden} + '"';
            // Lines keep their numbers.
            out_.append(std::size_t(std::count(written.begin(), written.end(), '\n')), '\n');
        }
        name_ = value;
        names_a_place_ = awaits_more_ = false;
    }

    // What was taken out of use for a while is often still true.
    void comment() {
        take(2);
        const auto level = long_bracket(at_);
        const auto end = level ? text_.find(']' + std::string(*level, '=') + ']', at_) : text_.find('\n', at_);
        const std::string_view inner = text_.substr(at_, end == text_.npos ? text_.npos : end - at_);
        const std::size_t opening = level ? *level + 2 : 0;
        std::string shown{inner.substr(0, opening)};
        shown += Hiding{inner.substr(opening), secrets_, true}.whole();
        for (const std::string& secret : secrets_)
            for (auto found = shown.find(secret); secret.size() >= shortest_part && found != shown.npos;
                 found = shown.find(secret, found + hidden.size()))
                shown.replace(found, secret.size(), hidden);
        out_ += shown;
        at_ += inner.size();
    }

    // How many '=' there are in [==[, if that is here.
    std::optional<std::size_t> long_bracket(std::size_t at) const {
        if (at >= text_.size() || text_[at] != '[') return std::nullopt;
        const auto end = text_.find_first_not_of('=', at + 1);
        if (end == text_.npos || text_[end] != '[') return std::nullopt;
        return end - at - 1;
    }

    const std::string_view text_;
    const std::vector<std::string>& secrets_;
    const bool in_comment_;
    std::string out_, name_;
    std::size_t at_ = 0;
    int depth_ = 0, secret_depth_ = 0;
    bool given_to_secret_ = false, names_a_place_ = false, awaits_more_ = false;
    bool names_a_secret_ = false;  // what stands before this, as part of the same value
    bool named_within_ = false;    // something in the parenthesis that this is in
    std::vector<std::pair<bool, bool>> around_;  // both, for those around it
};

}  // namespace

std::vector<std::string> secrets_in(const Reader& reader) {
    std::vector<std::string> all;
    for (const Declaration& declaration : reader.declarations()) {
        collect(declaration.item, false, all);
        if (declaration.word == Word::tracing) collect_of_collector(declaration.item, all);
    }
    for (const DeclaredUse& use : reader.uses()) collect(use.settings, false, all);
    for (const DeclaredSplit& split : reader.splits()) collect(split.item, false, all);
    std::sort(all.begin(), all.end(), [](const std::string& a, const std::string& b) {
        return a.size() != b.size() ? a.size() > b.size() : a < b;
    });
    all.erase(std::unique(all.begin(), all.end()), all.end());
    return all;
}

std::string shown_text(std::string_view text, const std::vector<std::string>& secrets) {
    return Hiding{text, secrets}.whole();
}

std::vector<std::pair<std::string, std::optional<std::string>>> shown_variables(const Written& written) {
    std::vector<std::pair<std::string, std::optional<std::string>>> all;
    for (const auto& [name, value] : written.source.variables())
        all.emplace_back(name, value ? std::optional{std::string{hidden}} : std::nullopt);
    return all;
}

}  // namespace tollgate::config
