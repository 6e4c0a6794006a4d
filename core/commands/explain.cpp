// core/commands/explain.cpp - `tollgate explain`: what would become of a request, by rehearsing it.
#include "commands/commands.h"

#include "commands/surroundings.h"
#include "gateway/rehearsal.h"
#include "support/text.h"

#include <array>
#include <charconv>
#include <iostream>
#include <stdexcept>

namespace tollgate::commands {

namespace {

// What the user said is not what a request needs; the text is for him.
struct Mistake : std::runtime_error {
    using std::runtime_error::runtime_error;
};

struct Url {
    std::string authority, target;
    bool secure = false;
};

Url url_of(std::string_view text) {
    Url url{"localhost", "/", false};
    if (text.starts_with('/')) {
        url.target = text;
        return url;
    }
    for (const std::string_view scheme : {"http://", "https://"}) {
        if (!text.starts_with(scheme)) continue;
        const auto rest = text.substr(scheme.size());
        const auto end = std::min(rest.find_first_of("/?"), rest.size());
        url.authority = rest.substr(0, end);
        url.target = rest.substr(end);
        url.secure = scheme == "https://";
        if (!url.target.starts_with('/')) url.target.insert(url.target.begin(), '/');
        return url;
    }
    throw Mistake{"expected http://host/path or /path, got " + text::quote(text)};
}

http::Client client_of(const std::string& text, bool secure) {
    http::Client client{text, net::Ip::parse(text), text == "unix:", secure};
    if (!client.ip && !client.is_unix)
        throw Mistake{"--client: expected an IP address or unix:, got " + text::quote(text)};
    return client;
}

std::chrono::nanoseconds duration_of(const std::string& text) {
    struct Unit {
        std::string_view name;
        std::chrono::nanoseconds time;
    };
    using namespace std::chrono_literals;
    static constexpr std::array<Unit, 5> units{{{"ms", 1ms}, {"s", 1s}, {"m", 60s}, {"h", 1h}, {"d", 24h}}};
    double number = -1;
    const char* const end = std::from_chars(text.data(), text.data() + text.size(), number).ptr;
    for (const auto& unit : units)
        if (number >= 0 && end == text.data() + text.size() - std::min(unit.name.size(), text.size()) &&
            text.ends_with(unit.name)) {
            const double time = number * static_cast<double>(unit.time.count());
            if (time <= 31.0 * 24 * 3600 * 1e9) return std::chrono::nanoseconds{static_cast<std::int64_t>(time)};
        }
    throw Mistake{"--every: expected a time of at most 31 days (100ms, 1s, 2m, 1h, 1d), got " + text::quote(text)};
}

bool has_header(const std::vector<std::string>& lines, std::string_view name) {
    const auto same = [](char a, char b) { return std::tolower(static_cast<unsigned char>(a)) == b; };
    return std::any_of(lines.begin(), lines.end(), [&](std::string_view line) {
        line = line.substr(0, line.find(':'));
        return std::equal(line.begin(), line.end(), name.begin(), name.end(), same);
    });
}

// As a client sends it: the gateway's own parser reads it, and refuses what it refuses.
std::string bytes_of(const Options::Explained& asked, const Url& url) {
    const auto whole = [](const std::string& text, const char* what) {
        if (text.find_first_of("\r\n") != text.npos)
            throw Mistake{std::string{what} + ": expected one line, got " + text::quote(text)};
        return text;
    };
    std::string bytes = whole(asked.method, "method") + ' ' + whole(url.target, "url") + " HTTP/1.1\r\n";
    if (!has_header(asked.headers, "host")) bytes += "Host: " + url.authority + "\r\n";
    for (const auto& line : asked.headers) {
        if (line.find(':') == line.npos) throw Mistake{"-H: expected 'Name: value', got " + text::quote(line)};
        bytes += whole(line, "-H") + "\r\n";
    }
    const bool framed = has_header(asked.headers, "content-length") || has_header(asked.headers, "transfer-encoding");
    if (!asked.body.empty() && !framed) bytes += "Content-Length: " + std::to_string(asked.body.size()) + "\r\n";
    return bytes + "\r\n" + asked.body;
}

void tell(const Options& options, const Rehearsal::Request& request, Rehearsal& rehearsal) {
    std::shared_ptr<const Trace> before;
    rehearsal.walk(request, [&](std::size_t number, std::chrono::nanoseconds at, std::shared_ptr<const Trace> trace) {
        const explanation::Asked asked{options.explained.url, at};
        if (options.json)
            std::cout << explanation::json(asked, *trace);
        else if (before && explanation::alike(*before, *trace))
            std::cout << explanation::in_short(number, asked, *trace, *before);
        else
            std::cout << (before ? "\n#" + std::to_string(number) + "  " : "") << explanation::page(asked, *trace)
                      << (request.times > 1 ? "\n" : "");
        before = std::move(trace);
    });
}

}  // namespace

int explain(const Options& options) {
    try {
        const Url url = url_of(options.explained.url);
        const Rehearsal::Request request{bytes_of(options.explained, url),
                                         client_of(options.explained.client, url.secure), options.explained.times,
                                         duration_of(options.explained.every)};
        const auto file = routes_file(options);
        plugins::Catalogue catalogue;
        if (!file || !load_plugins(catalogue, options)) return wrong;
        Rehearsal rehearsal{catalogue};
        const auto problems = rehearsal.load(*file);
        for (const config::Problem& problem : problems) std::cerr << problem.text() << '\n';
        if (!problems.empty()) {
            complain(file->filename().string() + ": " + text::count(problems.size(), "problem"));
            return wrong;
        }
        tell(options, request, rehearsal);
        return done;
    } catch (const Mistake& mistake) {
        complain(mistake.what());
        return wrong;
    } catch (const std::runtime_error& error) {
        complain(error.what());
        return failed;
    }
}

}  // namespace tollgate::commands
