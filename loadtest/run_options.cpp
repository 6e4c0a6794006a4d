// loadtest/run_options.cpp - options_of(): what the flags of `run` say, checked, as Options.
#include "http/layout.h"
#include "loadtest/command_line.h"
#include "loadtest/flag_reader.h"
#include "loadtest/header_lines.h"
#include "loadtest/input.h"
#include "loadtest/keys.h"
#include "loadtest/report.h"
#include "loadtest/requests.h"
#include "loadtest/seed_config.h"
#include "loadtest/status_filter.h"
#include "loadtest/targets_file.h"
#include "loadtest/threshold.h"
#include "support/text.h"

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <filesystem>
#include <thread>

namespace tollgate::loadtest {

namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t most_threads = 256, most_connections = 1'000'000, most_requests = 1'000'000'000'000'000;
constexpr std::uint64_t most_slowest = 10'000;

std::vector<std::string_view> split(std::string_view list, char at) {
    std::vector<std::string_view> items;
    for (std::size_t end = 0; end != list.npos; list.remove_prefix(end == list.npos ? 0 : end + 1)) {
        end = list.find(at);
        items.push_back(list.substr(0, end));
    }
    return items;
}

class OptionsReader : private FlagReader {
public:
    explicit OptionsReader(const RunWords& words) : FlagReader{words} {}

    Options read() {
        for (const Flag& flag : run_flags())
            if (flag.times == Flag::Times::once && words_.all(flag.name).size() > 1) object(flag.name, "said twice");
        if (twice_from_input()) throw UsageError("standard input can be read once only");
        read_config();
        read_load();
        read_times();
        read_urls();
        read_connecting();
        read_keys();
        read_gateway();
        read_verdict();
        read_output();
        mistakes_.from([this] { check_requests(options_); });
        mistakes_.raise();
        options_.shown_command = shown_command(words_);
        return std::move(options_);
    }

private:
    void read_config() {
        if (!has("config")) return;
        for (const std::string_view flag : {"targets", "keys", "method", "body", "stages"})
            if (has(flag)) object(flag, "the file of --config says that");
        if (words_.has("")) mistakes_.add("URL: the file of --config says that");
        mistakes_.in("--config", [&] {
            const SeedConfig config = read_seed_config(said("config"));
            options_.targets.emplace_back().url = parse_url(config.proxy_url);
            options_.requests = config.tries;
            options_.rate = 20;            // one each 50 ms,
            options_.most_in_flight = 200;  // of which none waits for another: 10 s of timeout at 20 a second
            if (!config.api_key.empty()) options_.keys.push_back({config.api_key, "api_key", 1});
            options_.outputs.push_back({Format::summary, "logs/rate_limit.log", true});
        });
    }

    void read_load() {
        const auto connections = count("connections", 1, most_connections);
        const auto most = count("max-in-flight", 1, most_connections);
        if (connections) options_.connections = static_cast<unsigned>(*connections);
        if (most && connections && *most < *connections)
            object("max-in-flight", "expected at least --connections (" + std::to_string(*connections) + "), got " +
                                        text::quote(said("max-in-flight")));
        if (most && !connections) options_.connections = std::min(options_.connections, static_cast<unsigned>(*most));
        if (most)
            options_.most_in_flight = static_cast<unsigned>(*most);
        else if (!has("config") || connections)
            options_.most_in_flight = options_.connections;

        // hey has timeouts there.
        const bool time = has("threads") && said("threads").find_first_of("smh") != std::string::npos;
        const auto threads = count("threads", 1, most_threads, time ? "; did you mean --timeout?" : "");
        if (threads && *threads > options_.connections)
            object("threads", "expected at most --connections (" + std::to_string(options_.connections) + "), got " +
                                  text::quote(said("threads")));
        const unsigned half = std::max(1u, std::thread::hardware_concurrency() / 2);
        options_.threads = threads ? static_cast<unsigned>(*threads) : std::min(half, options_.connections);

        if (const auto requests = count("requests", 1, most_requests)) options_.requests = requests;
        const auto rate = value("rate", parse_rate);
        if (rate) options_.rate = *rate;
        if (has("stages")) in("stages", [&] { read_stages(said("stages")); });
        choose("arrival", {{"constant", Arrival::constant}, {"poisson", Arrival::poisson}}, options_.arrival);
        open_loop_ = options_.open_loop() || (has("rate") && !rate) || has("stages");  // what is wrong was to be one
        needs({"arrival", "max-in-flight"}, open_loop_, "--rate or --stages");
        const auto parse_seed = [](std::string_view text, std::string& problem) -> std::optional<std::uint64_t> {
            std::uint64_t seed = 0;
            const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seed);
            if (error == std::errc{} && end == text.data() + text.size()) return seed;
            problem = "expected a whole number below 2^64, got " + text::quote(text);
            return std::nullopt;
        };
        if (const auto seed = value("seed", parse_seed)) options_.seed = *seed;
    }

    void read_stages(std::string_view list) {
        Nanoseconds sum{0};
        double highest = options_.rate;
        for (const std::string_view item : split(list, ',')) {
            const std::size_t colon = item.find(':');
            if (colon == item.npos)
                throw UsageError("expected stages such as 10s:1k,30s:1k (time:rate), got " + text::quote(item));
            std::string problem;
            const auto time = parse_duration(item.substr(0, colon), problem);
            const auto rate = time ? parse_rate(item.substr(colon + 1), problem) : std::nullopt;
            if (!rate) throw UsageError(problem);
            options_.stages.push_back({*time, *rate});
            sum += *time;
            highest = std::max(highest, *rate);
        }
        if (sum == Nanoseconds::zero() || sum > std::chrono::hours{24})
            throw UsageError("expected stages of more than 0s and at most 24h together, got " + text::quote(list));
        if (highest == 0) throw UsageError("expected a rate above 0, got " + text::quote(list));
    }

    void read_times() {
        const auto timeout = value("timeout", parse_duration);
        if (timeout && *timeout <= Nanoseconds::zero())
            object("timeout", "expected more than 0s, got " + text::quote(said("timeout")));
        if (timeout) options_.timeout = *timeout;
        // hey and oha have bodies there, which are not to be quoted.
        const bool body = has("duration") && said("duration").find_first_of("0123456789") != 0;
        if (body) object("duration", "expected a duration such as 30s, 1m30s or 250ms; did you mean --body?");
        const auto duration = body ? std::nullopt : value("duration", parse_duration);
        if (duration && *duration <= Nanoseconds::zero())
            object("duration", "expected more than 0s, got " + text::quote(said("duration")));
        if (has("duration") && has("stages")) object("duration", "--stages say how long");
        options_.duration = duration;
        if (!duration && !options_.requests && options_.stages.empty()) options_.duration = std::chrono::seconds{10};
        if (const auto warmup = value("warmup", parse_duration)) options_.warmup = *warmup;
        options_.drain = value("drain", parse_duration).value_or(options_.timeout);
    }

    void read_urls() {
        for (const std::string& header : words_.all("header"))
            in("header", [&] { options_.headers.push_back(parse_header(header)); });
        Target asked;
        if (has("body")) in("body", [&] { asked.body = read_body(said("body")); });
        if (has("body")) asked.method = "POST";
        if (has("method")) in("method", [&] {
            check_method(said("method"));
            asked.method = said("method");
        });
        needs({"method", "body"}, words_.has("") || has("config"), "a URL: targets of a file have their own");
        for (const std::string& url : words_.all(""))
            mistakes_.from([&] {
                asked.url = parse_url(url);
                options_.targets.push_back(asked);
            });
        if (has("targets")) mistakes_.in("--targets", [&] {
            for (Target& target : read_targets(said("targets"))) options_.targets.push_back(std::move(target));
        });
        if (!words_.has("") && !has("targets") && !has("config"))
            mistakes_.add("URL: expected http://HOST[:PORT]/PATH, got none");
    }

    // Standard input has nothing for a second reader.
    bool twice_from_input() const {
        const auto asks = [this](std::string_view flag, std::string_view word) {
            return std::count(words_.all(flag).begin(), words_.all(flag).end(), word);
        };
        return asks("body", "@-") + asks("targets", "-") + asks("keys", "-") + asks("config", "-") > 1;
    }

    static std::string read_body(const std::string& words) {
        return words.starts_with('@') ? read_input(words.substr(1), largest_body) : words;
    }

    void read_connecting() {
        options_.keep_alive = !has("no-keepalive");
        options_.insecure = has("insecure");
        if (has("cacert")) {
            options_.authorities = said("cacert");
            in("cacert", [&] { read_input(said("cacert"), std::size_t{16} << 20); });
            if (options_.insecure) object("cacert", "--insecure trusts anybody");
        }
        if (has("unix-socket")) {
            options_.unix_socket = said("unix-socket");
            if (options_.unix_socket.empty() || options_.unix_socket.size() > 107)
                object("unix-socket", "expected a path of 1 to 107 bytes, got " + text::quote(options_.unix_socket));
        }
        if (has("request-id")) in("request-id", [&] {
            if (said("request-id") != "off") check_header(said("request-id"), "");
            options_.request_id = said("request-id") == "off" ? "" : said("request-id");
        });
    }

    void read_keys() {
        needs({"key-header"}, has("keys") || has("config"), "--keys");
        needs({"key-mix"}, has("keys"), "--keys");
        if (has("keys")) in("keys", [&] { options_.keys = loadtest::read_keys(said("keys")); });
        if (has("key-header")) in("key-header", [&] {
            parse_key_header(said("key-header"));
            options_.key_header = said("key-header");
        });
        if (has("key-mix") && !options_.keys.empty()) in("key-mix", [&] { mix_keys(options_.keys, said("key-mix")); });
    }

    void read_gateway() {
        needs({"metrics-token"}, has("metrics"), "--metrics");
        choose("reconcile",
               {{"off", Reconcile::off}, {"report", Reconcile::report}, {"strict", Reconcile::strict}},
               options_.reconcile);
        needs({"reconcile"}, has("metrics") || options_.reconcile == Reconcile::off, "--metrics");
        if (!has("metrics")) return;
        in("metrics", [&] {
            const Url url = parse_url(said("metrics"));
            const std::string path = url.path == "/" ? "/metrics" : url.path;
            options_.metrics_url = (url.secure ? "https://" : "http://") + url.authority + path;
        });
        const char* const environment = std::getenv("TOLLGATE_ADMIN_TOKEN");
        options_.metrics_token = has("metrics-token") ? said("metrics-token") : environment ? environment : "";
        if (!http::is_field_value(options_.metrics_token))
            object("metrics-token", "expected a token that fits a header line");
    }

    void read_verdict() {
        for (const std::string& threshold : words_.all("threshold"))
            mistakes_.from([&] {
                const Threshold parsed = Threshold::parse(threshold);
                if (parsed.needs_schedule() && !open_loop_)
                    object("threshold", text::quote(parsed.text()) + ": requests are late by a schedule, say --rate or "
                                                                     "--stages; without it there is no send_lag");
                options_.thresholds.push_back(parsed.text());
            });
        if (!has("expect")) return;
        StatusFilter statuses;
        for (const std::string_view word : split(said("expect"), ',')) {
            if (const auto problem = statuses.add(word)) object("expect", *problem);
            options_.expected.emplace_back(word);
        }
    }

    void read_output() {
        if (has("format")) mistakes_.from([&] { options_.format = format_of_name(said("format")); });
        for (const std::string& path : words_.all("output")) mistakes_.from([&] { read_file(path); });
        if (const auto slowest = count("slowest", 0, most_slowest)) options_.slowest = static_cast<unsigned>(*slowest);
        bool live = true;
        choose("live", {{"auto", true}, {"off", false}}, live);
        options_.quiet = has("quiet") || !live;
    }

    // What cannot be written is told before a long run, and not after it.
    void read_file(const std::string& path) {
        const fs::path file{path};
        const Format format = format_of_path(path);
        for (const Output& other : options_.outputs)
            if (other.path == path)
                throw UsageError("--output: " + text::quote(path) +
                                 (other.append ? " is what --config writes to" : " is said twice"));
        std::error_code error;
        const fs::path folder = file.has_parent_path() ? file.parent_path() : fs::path{"."};
        if (fs::is_directory(file, error)) throw UsageError("--output: " + text::quote(path) + " is a folder");
        if (!fs::is_directory(folder, error))
            throw UsageError("--output: expected a file in a folder that is there, got " + text::quote(path));
        options_.outputs.push_back({format, path});
    }

    Options options_;
    bool open_loop_ = false;
};

}  // namespace

Options options_of(const RunWords& words) { return OptionsReader{words}.read(); }

}  // namespace tollgate::loadtest
