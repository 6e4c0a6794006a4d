// loadtest/verify/command_line.cpp - the flags of `verify`: which there are, and what was said by them.
#include "loadtest/verify/command_line.h"

#include "loadtest/header_lines.h"
#include "loadtest/input.h"
#include "loadtest/mistakes.h"
#include "loadtest/report.h"
#include "support/text.h"

#include <CLI/CLI.hpp>

#include <charconv>
#include <filesystem>
#include <system_error>

namespace tollgate::loadtest::verify {

namespace {

constexpr std::size_t largest_keys = 16 << 20;

std::string routes_file(const std::string& said) {
    std::error_code error;
    if (!said.empty()) return said;
    for (const char* const file : {"routes.lua", "scripts/routes.lua"})
        if (std::filesystem::exists(file, error)) return file;
    throw UsageError{"no routes.lua here and no scripts/routes.lua; name the file to verify"};
}

// "GET /search?q=abc".
Target request_of(const std::string& said) {
    const std::size_t blank = said.find(' ');
    if (blank == said.npos || blank == 0 || blank + 1 == said.size() || said[blank + 1] != '/' ||
        said.find(' ', blank + 1) != said.npos)
        throw UsageError{"expected method and path such as 'GET /search?q=abc', got " + text::quote(said)};
    Target target;
    target.method = said.substr(0, blank);
    target.url.path = said.substr(blank + 1);
    return target;
}

double number_of(const std::string& said, double least, double most, const char* wanted) {
    std::string problem;
    const auto number = parse_rate(said, problem);
    if (!number || *number < least || *number > most)
        throw UsageError{"expected " + std::string{wanted} + ", got " + text::quote(said)};
    return *number;
}

double share_of(const std::string& said) {
    double percent = 0;
    const char* const end = said.data() + said.size();
    const auto [rest, error] = std::from_chars(said.data(), end, percent);
    if (error != std::errc{} || rest + 1 != end || *rest != '%' || !(percent >= 0.1 && percent <= 50))
        throw UsageError{"expected 0.1% to 50%, got " + text::quote(said)};
    return percent / 100;
}

Nanoseconds time_of(const std::string& said) {
    std::string problem;
    const auto time = parse_duration(said, problem);
    if (!time) throw UsageError{problem};
    if (*time < std::chrono::milliseconds{500}) throw UsageError{"expected at least 500ms, got " + text::quote(said)};
    return *time;
}

}  // namespace

void VerifyWords::attach(CLI::App& sub) {
    const auto add = [&sub](const char* names, auto& into, const char* value, const char* help) {
        sub.add_option(names, into, help)->type_name(value);
    };
    const auto often = [&sub](const char* names, std::vector<std::string>& into, const char* value, const char* help) {
        sub.add_option_function<std::vector<std::string>>(
               names, [&into](const std::vector<std::string>& all) { into = all; }, help)
            ->type_name(value)
            ->expected(1)
            ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
    };
    add("ROUTES", file, "", "the file that declares the limits; default routes.lua, else scripts/routes.lua");
    often("-u,--url", urls, "URL", "a gateway that holds to it, instead of its first `listen`; may be repeated");
    add("--keys", keys, "FILE",
        "keys of callers, a line each: `key tier [owner] [rate=100/60s [burst=20]]`; -: standard input");
    add("--key-header", key_header, "NAME", "carries the key, as --key-header of run; default as `auth` says");
    often("--route", routes, "PATTERN", "only this route, as written in the file; may be repeated");
    often("--request", requests, "'GET /path'", "reaches a route whose conditions cannot be guessed; may be repeated");
    often("-H,--header", headers, "'NAME: VALUE'", "a header line of every request; may be repeated");
    add("-d,--duration", duration, "TIME", "how long each limit is saturated; default as long as --precision needs");
    add("--precision", precision, "PERCENT", "what is wrong by this share has to be found; default 2%");
    sub.add_flag("--short", brief, "for every day: --precision 10% --longest 15s");
    add("--longest", longest, "TIME", "no limit is saturated longer; default 1m");
    add("--demand", demand, "N", "times the limit that is asked for; default 3");
    add("--most-rate", most_rate, "N", "requests a second in all; default 3k");
    add("--takes", takes, "TIME", "what each request takes at least behind its limits, so that concurrency is proven");
    sub.add_flag("--quotas", quotas, "drive quotas, too: it spends them");
    add("--identities", identities, "N", "most of each tier; default 2");
    sub.add_flag("--strict", strict, "a limit that was not verified fails, too");
    sub.add_flag("-k,--insecure", insecure, "https: take any certificate");
    add("--cacert", cacert, "FILE", "https: trust these authorities instead of the system's");
    often("--plugins", plugins, "FOLDER", "more plugins that the file uses; may be repeated");
    sub.add_flag("--json", json, "a JSON object on stdout");
    often("-o,--output", outputs, "FILE", "also there; .json or .txt; may be repeated");
}

VerifySettings settings_of(const VerifyWords& words) {
    VerifySettings settings;
    Mistakes mistakes;
    const auto each = [&](const char* flag, const auto& all, auto take) {
        for (const std::string& one : all)
            mistakes.in(flag, [&] { take(one); });
    };
    const auto said = [&](const char* flag, const std::string& word, auto take) {
        if (!word.empty()) mistakes.in(flag, [&] { take(word); });
    };
    if (words.brief) {
        settings.precision = 0.1;
        settings.longest = std::chrono::seconds{15};
    }
    mistakes.from([&] { settings.file = routes_file(words.file); });
    each("--url", words.urls, [&](const std::string& url) { settings.urls.push_back(parse_url(url)); });
    said("--keys", words.keys, [&](const std::string& file) {
        settings.keys = parse_caller_keys(read_input(file, largest_keys), input_name(file));
    });
    said("--key-header", words.key_header, [&](const std::string& name) {
        const KeyHeader header = parse_key_header(name);
        settings.key_header =
            header.name + (header.before.empty() ? "" : ": " + header.before.substr(0, header.before.size() - 1));
    });
    settings.routes = words.routes;
    each("--request", words.requests, [&](const std::string& one) { settings.requests.push_back(request_of(one)); });
    each("--header", words.headers, [&](const std::string& one) { settings.headers.push_back(parse_header(one)); });
    said("--duration", words.duration, [&](const std::string& time) { settings.duration = time_of(time); });
    said("--longest", words.longest, [&](const std::string& time) { settings.longest = time_of(time); });
    said("--precision", words.precision, [&](const std::string& share) { settings.precision = share_of(share); });
    said("--demand", words.demand,
         [&](const std::string& n) { settings.demand = number_of(n, 1.5, 100, "1.5 to 100"); });
    said("--most-rate", words.most_rate,
         [&](const std::string& n) { settings.most_rate = number_of(n, 1, 1e6, "1 to 1M requests a second"); });
    said("--identities", words.identities, [&](const std::string& n) {
        settings.identities = static_cast<unsigned>(number_of(n, 1, 100, "1 to 100"));
    });
    each("--output", words.outputs, [&](const std::string& path) {
        const Format format = format_of_path(path);
        if (format != Format::json && format != Format::text)
            throw UsageError{"expected .json or .txt, got " + text::quote(path)};
        settings.outputs.push_back({format, path});
    });
    said("--takes", words.takes, [&](const std::string& time) {
        std::string problem;
        settings.takes = parse_duration(time, problem);
        if (!settings.takes) throw UsageError{problem};
        if (*settings.takes < std::chrono::milliseconds{10} || *settings.takes > std::chrono::seconds{5})
            throw UsageError{"expected 10ms to 5s, got " + text::quote(time)};
    });
    settings.quotas = words.quotas;
    settings.strict = words.strict;
    settings.insecure = words.insecure;
    settings.authorities = words.cacert;
    settings.json = words.json;
    settings.shown_command = "loadtester verify " + settings.file;
    mistakes.raise();
    return settings;
}

}  // namespace tollgate::loadtest::verify
