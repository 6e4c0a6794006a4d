// core/store/database_url.cpp - taking the URL of a database apart.
#include "store/database_url.h"

#include "support/hexadecimal.h"
#include "support/text.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <set>
#include <utility>

namespace tollgate::store {

namespace {

// Percent-encoding undone; nullopt where it is broken.
std::optional<std::string> decoded(std::string_view text) {
    std::string plain;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '%') {
            plain += text[i];
            continue;
        }
        if (i + 2 >= text.size() || digit_of(text[i + 1]) < 0 || digit_of(text[i + 2]) < 0) return std::nullopt;
        plain += char(digit_of(text[i + 1]) * 16 + digit_of(text[i + 2]));
        i += 2;
    }
    return plain;
}

// POCO cuts the text that it gives to libpq at blanks, and knows no quotes.
bool fits(std::string_view value) {
    return std::none_of(value.begin(), value.end(),
                        [](char c) { return static_cast<unsigned char>(c) <= ' ' || c == '\'' || c == '\\' || c == 0x7F; });
}

std::string_view cut(std::string_view& text, char at, bool last = false) {
    const auto where = last ? text.rfind(at) : text.find(at);
    if (where == text.npos) return {};
    const auto before = text.substr(0, where);
    text.remove_prefix(where + 1);
    return before;
}

// The words of libpq's connection options that an operator may want; others are slips of the pen.
constexpr std::array<std::string_view, 15> options{
    "sslmode", "sslrootcert", "sslcert", "sslkey", "sslcrl", "passfile", "connect_timeout", "application_name",
    "keepalives", "keepalives_idle", "keepalives_interval", "keepalives_count", "tcp_user_timeout", "target_session_attrs",
    "ssl_min_protocol_version"};

// What nobody has said: a server that vanishes without a word is given up after some seconds, not hours.
constexpr std::pair<std::string_view, std::string_view> defaults[] = {
    {"connect_timeout", "5"},     {"tcp_user_timeout", "10000"}, {"keepalives_idle", "10"},
    {"keepalives_interval", "5"}, {"keepalives_count", "3"}};

}  // namespace

std::optional<DatabaseUrl> DatabaseUrl::parse(std::string_view text, const std::string& folder, std::string& problem) {
    if (text.starts_with("sqlite:")) return parse_sqlite(text.substr(7), folder, problem);
    for (const std::string_view scheme : {"postgresql://", "postgres://"})
        if (text.starts_with(scheme)) return parse_postgresql(text.substr(scheme.size()), problem);
    // The text may hold a password: only its beginning is told.
    const auto colon = text.find(':');
    problem = "expected \"sqlite:FILE\" or \"postgresql://USER:PASSWORD@HOST/NAME\", got " +
              (colon == text.npos ? text::quote(text) : text::quote(text.substr(0, colon + 1)) + " and something");
    return std::nullopt;
}

std::optional<DatabaseUrl> DatabaseUrl::parse_sqlite(std::string_view path, const std::string& folder,
                                                     std::string& problem) {
    if (path.starts_with("//")) path.remove_prefix(2);
    if (path.empty() || path.starts_with(":") || path.find('\0') != path.npos) {
        problem = "expected a file (\"sqlite:tollgate.db\"), got " + text::quote(path);
        return std::nullopt;
    }
    DatabaseUrl url;
    url.connection_ = (std::filesystem::path{folder} / path).lexically_normal().string();
    url.shown_ = "sqlite:" + url.connection_;
    return url;
}

std::optional<DatabaseUrl> DatabaseUrl::parse_postgresql(std::string_view rest, std::string& problem) {
    const auto wrong = [&](const std::string& what) {
        problem = what;
        return std::nullopt;
    };
    DatabaseUrl url;
    url.kind_ = Kind::postgresql;
    const auto add = [&](std::string_view name, std::string_view encoded) {
        const auto value = decoded(encoded);
        if (!value || !fits(*value)) {
            problem = std::string{name} + ": expected no blanks, quotes and backslashes, and %XX for what is encoded";
            if (name == "password") problem += "; a password with them stands in a file: ?passfile=PATH";
            return false;
        }
        if (!value->empty()) url.connection_.append(url.connection_.empty() ? "" : " ").append(name).append("=").append(*value);
        return true;
    };
    // What is taken for a port, a name or an option may be the rest of a password, which nobody is to read.
    if (rest.find('@', std::min(rest.find_first_of("/?"), rest.size())) != rest.npos)
        return wrong("expected no \"@\" behind the host; in a user or password write / as %2F and ? as %3F, elsewhere @ as %40");
    std::string_view query;
    if (const auto question = rest.find('?'); question != rest.npos) {
        query = rest.substr(question + 1);
        rest = rest.substr(0, question);
    }
    const auto slash = rest.find('/');
    if (slash == rest.npos || slash + 1 == rest.size()) return wrong("expected the name of a database after the host (\"/name\")");
    const std::string_view name = rest.substr(slash + 1);
    std::string_view host = rest.substr(0, slash), user = cut(host, '@', true), password;
    if (const auto colon = user.find(':'); colon != user.npos) {
        password = user.substr(colon + 1);
        user = user.substr(0, colon);
    }
    url.shown_ = "postgresql://" + std::string{user} + (user.empty() ? "" : "@") + std::string{host} + '/' + std::string{name};
    std::string_view port;
    const auto colon = host.rfind(':');
    if (colon != host.npos && host.find(']', colon) == host.npos) {
        port = host.substr(colon + 1);
        host = host.substr(0, colon);
        if (port.empty() || port.size() > 5 || !std::all_of(port.begin(), port.end(), [](char c) { return c >= '0' && c <= '9'; }))
            return wrong("expected a port from 1 to 65535 after " + text::quote(std::string{host} + ':'));
    }
    if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
    if (!add("host", host) || !add("port", port) || !add("user", user) || !add("password", password) || !add("dbname", name))
        return std::nullopt;
    std::set<std::string_view> said;
    while (!query.empty()) {
        std::string_view option = query.substr(0, query.find('&'));
        query.remove_prefix(std::min(query.size(), option.size() + 1));
        const std::string_view key = cut(option, '=');
        if (std::find(options.begin(), options.end(), key) == options.end())
            return wrong("expected an option of libpq, got " + text::quote(key.empty() ? option : key) +
                         text::did_you_mean(key, options));
        if (key == "connect_timeout" && option.find_first_not_of('0') == option.npos)
            return wrong("connect_timeout: expected 1 second or more, else nobody ends waiting");
        if (!add(key, option)) return std::nullopt;
        said.insert(key);
    }
    for (const auto& [key, value] : defaults)
        if (!said.contains(key)) url.connection_.append(" ").append(key).append("=").append(value);
    return url;
}

}  // namespace tollgate::store
