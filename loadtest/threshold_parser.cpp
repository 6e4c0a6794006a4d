// loadtest/threshold_parser.cpp - reading thresholds, and telling what is wrong with them.
#include "loadtest/input.h"
#include "loadtest/options.h"
#include "loadtest/quantities.h"
#include "loadtest/threshold.h"
#include "support/text.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

namespace tollgate::loadtest {

namespace {

constexpr std::array<std::string_view, 14> figure_names{
    "p50",         "p90",         "p99",          "p99.9",        "min",  "max",   "mean",
    "service_p99", "service_max", "service_mean", "send_lag_p99", "rate", "count", "rps"};
constexpr std::array<std::string_view, 12> filter_names{
    "1xx", "2xx", "3xx", "4xx", "429", "5xx", "all", "errors", "timeout", "conn_error", "aborted", "unexpected"};
// What other tools call it.
constexpr std::array<std::pair<std::string_view, std::string_view>, 11> other_names{
    {{"avg", "mean"}, {"average", "mean"}, {"med", "p50"}, {"median", "p50"}, {"fastest", "min"}, {"slowest", "max"},
     {"throughput", "rps"}, {"qps", "rps"}, {"share", "rate"}, {"ratio", "rate"}, {"latency", "mean"}}};

bool take_prefix(std::string_view& text, std::string_view prefix) {
    if (!text.starts_with(prefix)) return false;
    text.remove_prefix(prefix.size());
    return true;
}

std::optional<double> number(std::string_view text) {
    const bool begins_well = !text.empty() && text.front() >= '0' && text.front() <= '9';  // no sign, no "nan"
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, std::chars_format::fixed);
    if (!begins_well || error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return value;
}

}  // namespace

class Threshold::Parser {
public:
    Parser(std::string_view text, std::string_view where) : where_{where}, text_{trimmed(text)} {}

    Threshold parse() {
        made_.text_ = text_;
        std::string_view rest = text_;
        made_.aborts_ = take_prefix(rest, "abort:");
        const auto begin = std::min(rest.find_first_of("<>=!"), rest.size());
        const auto end = std::min(rest.find_first_not_of("<>=!", begin), rest.size());
        const auto figure = trimmed(rest.substr(0, begin)), value = trimmed(rest.substr(end));
        if (begin == end || figure.empty() || value.empty())
            fail("expected FIGURE OP VALUE such as p99{2xx}<50ms or rate(5xx)<0.1%");
        read_figure(figure);
        read_operator(rest.substr(begin, end - begin));
        read_value(value);
        return std::move(made_);
    }

private:
    [[noreturn]] void fail(const std::string& what) const {
        throw UsageError{where_ + ": " + text::quote(text_) + ": " + what};
    }

    void read_figure(std::string_view figure) {
        const auto bracket = std::min(figure.find_first_of("({"), figure.size());
        const auto name = trimmed(figure.substr(0, bracket));
        read_name(name);
        const bool has_filter = bracket < figure.size();
        if (!has_filter) {
            if (made_.figure_ == Figure::share || made_.figure_ == Figure::count)
                fail("expected which requests, " + std::string{name} + "(5xx)");
            return;
        }
        const bool round = figure[bracket] == '(';
        if (round == made_.is_duration())
            fail("expected " + std::string{name} + (round ? "{...}, got (...)" : "(...), got {...}"));
        if (figure.back() != (round ? ')' : '}'))
            fail(std::string{"expected "} + (round ? "\")\"" : "\"}\"") + " before the operator");
        if (made_.clock_ >= Clock::send_lag) fail(std::string{name} + " is of all requests and takes no filter");
        read_filter(figure.substr(bracket + 1, figure.size() - bracket - 2));
    }

    void read_name(std::string_view name) {
        constexpr std::array<std::pair<std::string_view, Figure>, 6> words{
            {{"min", Figure::min}, {"max", Figure::max}, {"mean", Figure::mean}, {"rate", Figure::share},
             {"count", Figure::count}, {"rps", Figure::per_second}}};
        constexpr std::array<std::pair<std::string_view, Clock>, 3> clocks{
            {{"service_", Clock::service}, {"send_lag_", Clock::send_lag}, {"connect_", Clock::connect}}};
        std::string_view rest = name;
        for (const auto& [prefix, clock] : clocks)
            if (take_prefix(rest, prefix)) made_.clock_ = clock;
        for (const auto& [word, figure] : words)
            if (rest == word && (figure <= Figure::mean || rest == name)) return void(made_.figure_ = figure);
        const auto percent = rest.starts_with('p') ? number(rest.substr(1)) : std::nullopt;
        if (!percent) unknown_figure(name);
        if (*percent <= 0 || *percent >= 100)
            fail("expected a percentile above p0 and below p100, got " + text::quote(rest) + "; the largest is max");
        made_.percent_ = *percent;
    }

    [[noreturn]] void unknown_figure(std::string_view name) const {
        std::string hint = text::did_you_mean(name, figure_names);
        for (const auto& [other, ours] : other_names)
            if (name == other) hint = "; did you mean " + text::quote(ours) + "?";
        if (std::find(filter_names.begin(), filter_names.end(), name) != filter_names.end())
            hint = "; did you mean " + text::quote("rate(" + std::string{name} + ")") + " or " +
                   text::quote("count(" + std::string{name} + ")") + "?";
        fail("expected p50, p99.9, min, max, mean, service_..., send_lag_..., connect_..., rate(...), count(...) or "
             "rps, got " + text::quote(name) + hint);
    }

    void read_filter(std::string_view list) {
        made_.requests_.all = false;
        const std::string_view whole = list;
        for (bool more = true; more;) {
            const auto comma = std::min(list.find(','), list.size());
            read_filter_word(trimmed(list.substr(0, comma)), trimmed(whole));
            more = comma < list.size();
            if (more) list.remove_prefix(comma + 1);
        }
    }

    void read_filter_word(std::string_view word, std::string_view whole) {
        Requests& requests = made_.requests_;
        const bool errors = word == "errors", unexpected = word == "unexpected";
        if (word == "all") return void(requests.all = true);
        if (!errors && !unexpected && word != "timeout" && word != "conn_error" && word != "aborted") {
            if (requests.statuses.add(word))
                fail("expected 2xx, 404, " + text::join(std::span{filter_names}.subspan(6)) + ", got " +
                     text::quote(word) + text::did_you_mean(word, filter_names));
            return;
        }
        if (made_.is_duration()) fail("requests without an answer have no latency, got " + text::quote(word));
        if (made_.figure_ == Figure::per_second) fail("rps is of answers, got " + text::quote(word));
        if (unexpected && word != whole) fail("expected \"unexpected\" alone, got " + text::quote(whole));
        requests.unexpected |= unexpected;
        requests.timeouts |= errors || word == "timeout";
        requests.connection_errors |= errors || word == "conn_error";
        requests.aborted |= errors || word == "aborted";
    }

    void read_operator(std::string_view sign) {
        constexpr std::array<std::string_view, 6> signs{"<", "<=", ">", ">=", "==", "!="};
        const auto known = std::find(signs.begin(), signs.end(), sign);
        if (known == signs.end())
            fail("expected one of " + text::join(signs) + ", got " + text::quote(sign) +
                 (sign == "=" ? "; did you mean \"==\"?" : ""));
        made_.operator_ = static_cast<Operator>(known - signs.begin());
    }

    void read_value(std::string_view value) {
        std::string problem;
        std::optional<double> limit;
        if (made_.is_duration()) {
            const bool bare = number(value).value_or(0) > 0;  // seconds to some, milliseconds to others
            const auto duration = bare ? std::nullopt : parse_duration(value, problem);
            if (bare) problem = "expected a duration with its unit such as 50ms, got " + text::quote(value);
            if (duration) limit = static_cast<double>(duration->count());
        } else if (made_.figure_ == Figure::share) {
            limit = read_share(value);
            if (!limit) problem = "expected a share such as 0.1% or 0.001, got " + text::quote(value);
        } else if (made_.figure_ == Figure::count) {
            const auto count = parse_count(value, problem);
            if (count) limit = static_cast<double>(*count);
        } else {
            limit = parse_rate(value, problem);
        }
        if (!limit) fail(problem);
        made_.limit_ = *limit;
    }

    static std::optional<double> read_share(std::string_view value) {
        const bool percent = value.ends_with('%');
        if (percent) value = trimmed(value.substr(0, value.size() - 1));
        const auto share = number(value);
        if (!share || *share > (percent ? 100 : 1)) return std::nullopt;
        return percent ? *share / 100 : *share;
    }

    const std::string where_;
    const std::string_view text_;
    Threshold made_;
};

Threshold Threshold::parse(std::string_view text, std::string_view where) { return Parser{text, where}.parse(); }

}  // namespace tollgate::loadtest
