// loadtest/upstream/behaviour.cpp - delays, status mixes and shares as people write them.
#include "loadtest/upstream/behaviour.h"

#include "support/text.h"

#include <charconv>

namespace tollgate::loadtest {

namespace {

constexpr std::array<std::string_view, fault_count> fault_names{"none", "hang", "reset", "cut", "garbage"};

std::nullopt_t refuse(std::string& problem, std::string_view expected, std::string_view text) {
    problem = "expected " + std::string{expected} + ", got " + text::quote(text);
    return std::nullopt;
}

// A whole decimal number that is not negative.
std::optional<double> number(std::string_view text) noexcept {
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, std::chars_format::fixed);
    if (error != std::errc{} || end != text.data() + text.size() || !(value >= 0 && value <= 1e9)) return std::nullopt;
    return value;
}

std::optional<WeightedStatus> weighted_status(std::string_view text) noexcept {
    const auto colon = text.find(':');
    const auto digits = text.substr(0, colon);
    WeightedStatus read;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), read.status);
    if (error != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
    if (read.status < 200 || read.status > 599) return std::nullopt;
    if (colon == text.npos) return read;
    const auto weight = number(text.substr(colon + 1));
    if (!weight) return std::nullopt;
    read.weight = *weight;
    return read;
}

}  // namespace

std::optional<Delay> Delay::parse(std::string_view text, std::string& problem) {
    constexpr std::string_view expected = "a delay such as 5ms, 2ms..8ms or exp:5ms";
    constexpr std::string_view exponential = "exp:", between = "..";
    std::string ignored;  // says less than `expected`
    Delay delay;
    if (text.starts_with(exponential)) {
        const auto mean = parse_duration(text.substr(exponential.size()), ignored);
        if (!mean) return refuse(problem, expected, text);
        delay.kind_ = Kind::exponential;
        delay.longest_ = *mean;
        return delay;
    }
    const auto dots = text.find(between);
    const auto first = parse_duration(text.substr(0, dots), ignored);
    const auto last = dots == text.npos ? first : parse_duration(text.substr(dots + between.size()), ignored);
    if (!first || !last) return refuse(problem, expected, text);
    if (*last < *first) return refuse(problem, "the shorter delay first", text);
    delay.kind_ = *first == *last ? Kind::fixed : Kind::uniform;
    delay.shortest_ = *first;
    delay.longest_ = *last;
    return delay;
}

Nanoseconds Delay::draw(Random& random) const noexcept {
    const auto scaled = [](Nanoseconds duration, double by) {
        return Nanoseconds{static_cast<Nanoseconds::rep>(static_cast<double>(duration.count()) * by)};
    };
    switch (kind_) {
        case Kind::fixed: break;
        case Kind::uniform: return shortest_ + scaled(longest_ - shortest_, random.uniform());
        case Kind::exponential: return scaled(longest_, random.exponential());
    }
    return longest_;
}

std::string_view name(Fault fault) noexcept { return fault_names[static_cast<std::size_t>(fault)]; }

std::optional<Fault> parse_fault(std::string_view text, std::string& problem) {
    for (std::size_t i = 0; i < fault_count; ++i)
        if (fault_names[i] == text) return static_cast<Fault>(i);
    return refuse(problem, text::join(fault_names), text);
}

std::optional<std::vector<WeightedStatus>> parse_statuses(std::string_view text, std::string& problem) {
    std::vector<WeightedStatus> all;
    double sum = 0;
    for (std::string_view rest = text;;) {
        const auto comma = rest.find(',');
        const auto one = weighted_status(rest.substr(0, comma));
        if (!one) return refuse(problem, "statuses of 200 to 599 with weights such as 200:99,503:1", text);
        sum += one->weight;
        all.push_back(*one);
        if (comma == rest.npos) break;
        rest.remove_prefix(comma + 1);
    }
    if (sum == 0) return refuse(problem, "a weight above 0", text);
    return all;
}

std::optional<double> parse_share(std::string_view text, std::string& problem) {
    const bool percent = text.ends_with('%');
    auto share = number(percent ? text.substr(0, text.size() - 1) : text);
    if (share && percent) *share /= 100;
    if (!share || *share > 1) return refuse(problem, "a share of 0 to 1 such as 0.01 or 1%", text);
    return share;
}

}  // namespace tollgate::loadtest
