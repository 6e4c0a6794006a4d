// loadtest/command_line.cpp - the flags of `run`: which there are, and what was said by them.
#include "loadtest/command_line.h"

#include "loadtest/commands.h"
#include "loadtest/secrets.h"
#include "support/text.h"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <array>
#include <memory>

namespace tollgate::loadtest {

namespace {

constexpr std::string_view load = "Load", request = "Requests", identity = "Identities", gateway = "Gateway's view",
                           verdict = "Verdict", output = "Output";
constexpr auto often = Flag::Times::often;

// wrk's words first; those of hey, oha, vegeta and k6 that mean the same beside them.
constexpr std::array flags{
    Flag{"threads", "-t,--threads", "N", "threads; default half of the CPUs", load},
    Flag{"connections", "-c,--connections", "N", "connections, over all threads; default 10", load},
    Flag{"duration", "-d,--duration,-z", "TIME", "how long; default 10s", load},
    Flag{"requests", "-n,--requests", "N", "so many requests; with -d: whichever comes first", load},
    Flag{"rate", "-R,--rate,-q", "N", "requests a second, come what may (open loop); 0: as fast as answers come", load},
    Flag{"stages", "--stages", "TIME:RATE,...", "rates to reach, each in a straight line; 0s: at once", load},
    Flag{"arrival", "--arrival", "constant|poisson", "how an open loop spaces requests; default constant", load},
    Flag{"max-in-flight", "--max-in-flight", "N", "most connections of an open loop; default --connections", load},
    Flag{"warmup", "--warmup", "TIME", "load before the measured part, not in the results", load},
    Flag{"drain", "--drain", "TIME", "wait for answers after the end; default --timeout", load},
    Flag{"seed", "--seed", "N", "of random draws; default 1", load},
    Flag{"latency", "-L,--latency", "", "does nothing: latencies are always told", load},

    Flag{"method", "-m,--method", "METHOD", "of the URLs; default GET, with --body POST", request},
    Flag{"header", "-H,--header", "'NAME: VALUE'", "a header line; may be repeated", request, often},
    Flag{"body", "-b,--body", "TEXT|@FILE|@-", "of the URLs", request},
    Flag{"targets", "--targets", "FILE", "what to ask for, in vegeta's format, with weights", request},
    Flag{"timeout", "--timeout", "TIME", "from sending to the last byte; default 10s", request},
    Flag{"no-keepalive", "--no-keepalive,--disable-keepalive", "", "a connection for each request", request},
    Flag{"insecure", "-k,--insecure", "", "https: take any certificate", request},
    Flag{"cacert", "--cacert", "FILE", "https: trust these authorities instead of the system's", request},
    Flag{"unix-socket", "--unix-socket", "PATH", "connect there, whatever the URL's host", request},
    Flag{"request-id", "--request-id", "NAME|off", "header with an id for each request; default X-Request-Id", request},

    Flag{"keys", "--keys", "N|FILE", "so many made-up keys, or those of a file", identity},
    Flag{"key-header", "--key-header", "NAME", "carries the key; default X-API-Key; 'Authorization: Bearer'", identity},
    Flag{"key-mix", "--key-mix", "MIX", "uniform, zipf:1.1 or free*=70,pro=30; default uniform", identity},
    Flag{"config", "--config", "FILE", "a config.json with tries, api_key and proxy_url", identity},

    Flag{"metrics", "--metrics", "URL", "the gateway's /metrics, to reconcile with", gateway},
    Flag{"metrics-token", "--metrics-token", "TOKEN", "for it; better in TOLLGATE_ADMIN_TOKEN, where `ps` is blind",
         gateway},
    Flag{"reconcile", "--reconcile", "off|report|strict", "default strict: a difference fails the run", gateway},

    Flag{"threshold", "--threshold", "EXPR", "'p99{2xx}<50ms', 'abort:rate(5xx)<1%'; may be repeated", verdict, often},
    Flag{"expect", "--expect", "LIST", "'2xx,429': any other end of a request fails the run", verdict},

    Flag{"format", "-f,--format", "FORMAT", "text, json, csv, html, hgrm, hlog, svg or summary on stdout; default text",
         output},
    Flag{"output", "-o,--output", "FILE", "also there; .json .csv .html .hgrm .hlog .svg .txt .log; may be repeated",
         output, often},
    Flag{"slowest", "--slowest", "N", "tell so many of the slowest requests; default 10", output},
    Flag{"live", "--live", "auto|off", "progress on stderr; default auto: in a terminal", output},
    Flag{"quiet", "--quiet", "", "as --live off", output},
};

struct Foreign {
    std::string_view flag, hint;
};
constexpr std::array foreign_flags{
    Foreign{"-p", "requests are not pipelined: no client of a gateway does"},
    Foreign{"--pipeline", "requests are not pipelined: no client of a gateway does"},
    Foreign{"-s", "there are no scripts; say --targets, --keys or --stages"},
    Foreign{"--script", "there are no scripts; say --targets, --keys or --stages"},
    Foreign{"-D", "say --body @FILE"},
    Foreign{"-T", "say -H 'Content-Type: ...'"},
    Foreign{"-A", "say -H 'Accept: ...'"},
    Foreign{"-a", "say -H 'Authorization: Basic ...'"},
    Foreign{"-u", "say -c"},
    Foreign{"--vus", "say -c"},
    Foreign{"-X", "say -m"},
    Foreign{"--request", "say -m"},
    Foreign{"--data", "say --body"},
    Foreign{"-i", "say -n"},
    Foreign{"--iterations", "say -n"},
    Foreign{"--rps", "say --rate"},
    Foreign{"--qps", "say --rate"},
    Foreign{"--stage", "say --stages"},
    Foreign{"--no-tui", "say --quiet"},
    Foreign{"-j", "say -f json"},
    Foreign{"--json", "say -f json"},
    Foreign{"--http2", "only HTTP/1.1 is spoken"},
};

// As a shell takes it.
std::string shell_word(std::string_view word) {
    constexpr std::string_view plain =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-+=:,./@%^";
    if (!word.empty() && word.find_first_not_of(plain) == word.npos) return std::string{word};
    std::string text = "'";
    for (const char letter : tollgate::text::printable(word)) letter == '\'' ? text += "'\\''" : text += letter;
    return text + "'";
}

std::string shown_url(const std::string& url) {
    // Of what a URL has before an '@' only the host is to be seen.
    const std::size_t scheme = url.find("://");
    const std::size_t begin = scheme == url.npos ? 0 : scheme + 3;
    const std::size_t user = url.substr(0, url.find_first_of("/?#", begin)).rfind('@');
    return without_secrets(user == url.npos ? url : url.substr(0, begin) + "..." + url.substr(user));
}

std::string shown_value(std::string_view flag, const std::string& value) {
    if (flag == "metrics-token") return "...";
    if (flag == "metrics") return shown_url(value);
    if (flag == "header") {
        const std::size_t colon = value.find(':');
        if (colon == value.npos) return "...";
        return names_secret(value.substr(0, colon)) ? value.substr(0, colon) + ": ..." : value;
    }
    if (flag == "body" && !value.starts_with('@')) return "(" + tollgate::text::count(value.size(), "byte") + ")";
    return value;
}

}  // namespace

std::span<const Flag> run_flags() { return flags; }

void RunWords::attach(CLI::App& sub) {
    sub.add_option("URL", said_[""], "what to ask for; several are asked in equal shares")
        ->type_name("")
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
        // Where CLI11 is to take any number it reads "[::1]" as a list of them. So it expects more than there can be,
        // which that policy does not mind.
        ->expected(CLI::detail::expected_max_vector_size, CLI::detail::expected_max_vector_size)
        ->allow_extra_args(false);
    for (const Flag& flag : flags) {
        auto& words = said_[std::string{flag.name}];
        const std::string names{flag.names}, help{flag.help};
        CLI::Option* option = nullptr;
        if (flag.value.empty()) {
            option = sub.add_flag_callback(names, [&words] { words.assign(1, ""); }, help);
        } else {
            // A vector would be shown in the help as taking several values at once.
            const auto take = [&words](const CLI::results_t& values) {
                words = values;
                return true;
            };
            option = sub.add_option(names, take, help);
            option->type_name(std::string{flag.value})->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
        }
        option->group(std::string{flag.group});
    }
}

bool RunWords::has(std::string_view flag) const { return !all(flag).empty(); }

const std::vector<std::string>& RunWords::all(std::string_view flag) const {
    static const std::vector<std::string> none;
    const auto found = said_.find(flag);
    return found == said_.end() ? none : found->second;
}

std::string shown_command(const RunWords& words) {
    std::string shown = "loadtester";
    for (const std::string& url : words.all("")) shown += ' ' + shell_word(shown_url(url));
    for (const Flag& flag : flags)
        for (const std::string& value : words.all(flag.name)) {
            shown.append(" --").append(flag.name);
            if (!flag.value.empty()) shown += ' ' + shell_word(shown_value(flag.name, value));
        }
    return shown;
}

std::string hint_for(std::string_view foreign_flag) {
    const auto found = std::find_if(foreign_flags.begin(), foreign_flags.end(),
                                    [&](const Foreign& foreign) { return foreign.flag == foreign_flag; });
    return found == foreign_flags.end() ? "" : "; " + std::string{found->hint};
}

void add_run(CLI::App& app, Chosen& chosen) {
    CLI::App* const sub = app.add_subcommand("run", "Make load and tell what came of it; may be left out");
    const auto words = std::make_shared<RunWords>();
    words->attach(*sub);
    // Options are read as the command line is, so that all that is wrong with it is told together.
    sub->callback([&chosen, words] {
        const auto options = std::make_shared<const Options>(options_of(*words));
        chosen = [options] { return run_command(*options); };
    });
}

}  // namespace tollgate::loadtest
