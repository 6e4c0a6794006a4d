// plugins/ratelimit/redis/scripts.cpp - scripts out of their pieces, claims as arguments, replies as decisions.
#include "redis/scripts.h"

#include "redis/digest.h"
#include "redis/script_texts.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace tollgate::ratelimit {

using redis::Command;
using redis::Reply;
using redis::sha1_hex;

namespace {

constexpr std::size_t arguments_of_claim = 8;

Script script(std::initializer_list<const char*> pieces) {
    std::string text;
    for (const char* piece : pieces) text += piece;
    std::string sha1 = sha1_hex(text);
    return {std::move(text), std::move(sha1)};
}

// Of a single claim, whose arguments stand where those of the first of several would.
Script single(std::initializer_list<const char*> pieces, const std::string& function, bool more = false) {
    const std::string one = function + "(KEYS[1], 4, tonumber(ARGV[3]), true)";
    const std::string call = !more ? "return { " + one + " }\n"
                                   : "local all = { " + function + "(KEYS[1], 4, tonumber(ARGV[4]), true) }\n" +
                                         "if all[1] == 1 then all[7] = 1 return all end\n" + "all = { " + one +
                                         " }\nall[7] = 0\nreturn all\n";
    std::string text = clock_text;
    for (const char* piece : pieces) text += piece;
    return script({text.c_str(), call.c_str()});
}

std::string_view letter_of(Algorithm algorithm) noexcept {
    switch (algorithm) {
        case Algorithm::token_bucket: return "b";
        case Algorithm::sliding_log: return "l";
        case Algorithm::concurrency: return "p";
        case Algorithm::sliding_window:
        case Algorithm::fixed_window:
        case Algorithm::quota: break;
    }
    return "w";
}

// Another algorithm counts anew: its keys are of another kind.
std::string_view suffix_of(Algorithm algorithm) noexcept {
    switch (algorithm) {
        case Algorithm::token_bucket: return "";
        case Algorithm::sliding_window: return "/sliding";
        case Algorithm::sliding_log: return "/log";
        case Algorithm::fixed_window: return "/fixed";
        case Algorithm::quota: return "/quota";
        case Algorithm::concurrency: return "/places";
    }
    return "";
}

Decision decision_of(const std::int64_t* number, Moment now) noexcept {
    const auto nanoseconds = [](std::int64_t microseconds) {
        constexpr std::int64_t most = std::int64_t{1} << 52;
        return std::chrono::nanoseconds{std::min(microseconds, most) * 1000};
    };
    Decision decision;
    decision.admitted = number[0] == 1;
    decision.remaining = number[1];
    decision.retry_after = number[2] == -1   ? Decision::never
                           : number[2] == -2 ? Decision::unknown
                                             : nanoseconds(number[2]);
    decision.reset = nanoseconds(number[3]);
    decision.delay = nanoseconds(number[4]);
    if (number[4] > 0) decision.due = now.steady + static_cast<Ticks>(decision.delay.count()) * ticks_per_nanosecond;
    decision.receipt = static_cast<std::uint64_t>(number[5]);
    return decision;
}

double rate_of(const Limit& limit) noexcept { return limit.count() * 1000 / static_cast<double>(limit.per().count()); }

// The limit that a bucket was counted by: "burst rate".
std::string_view limit_text(const Limit& limit, std::array<char, 64>& room) noexcept {
    auto end = std::to_chars(room.data(), room.data() + room.size(), limit.burst()).ptr;
    *end++ = ' ';
    end = std::to_chars(end, room.data() + room.size(), rate_of(limit)).ptr;
    return {room.data(), static_cast<std::size_t>(end - room.data())};
}

void add_price(Command& command, const Limit& limit, double cost) {
    if (limit.algorithm() == Algorithm::token_bucket)
        command.add_real(std::max(0.0, cost));
    else
        command.add(limit.price(cost));
}

std::uint64_t milliseconds_of(const Limit& limit) noexcept {
    return static_cast<std::uint64_t>(std::max<std::int64_t>(1, limit.per().count() / 1'000'000));
}

void add_arguments(Command& command, const Question& question) {
    const Limit& limit = question.claim->limit;
    switch (limit.algorithm()) {
        case Algorithm::token_bucket: {
            constexpr double ticks_per_microsecond = 1000.0 * ticks_per_nanosecond;
            std::array<char, 64> room;
            command.add(static_cast<std::uint64_t>(limit.burst())).add_real(rate_of(limit));
            command.add_real(static_cast<double>(question.claim->patience) / ticks_per_microsecond * rate_of(limit));
            command.add(limit_text(limit, room)).add("");
            return;
        }
        case Algorithm::sliding_log:
            command.add(limit.capacity()).add(static_cast<std::uint64_t>((limit.per().count() + 999) / 1000));
            command.add("").add("").add("");
            return;
        case Algorithm::concurrency:
            command.add(static_cast<std::uint64_t>(limit.burst())).add(static_cast<std::uint64_t>(question.lease));
            command.add(question.place).add("").add("");
            return;
        case Algorithm::sliding_window:
        case Algorithm::fixed_window:
        case Algorithm::quota: break;
    }
    command.add(limit.capacity()).add(limit.algorithm() == Algorithm::sliding_window ? "1" : "0");
    command.add(milliseconds_of(limit)).add(limit.align() == Align::clock ? "0" : "1");
    command.add(static_cast<std::uint64_t>(limit.calendar()));
}

void add_command(std::string& out, const Script& script, std::span<const Question> questions, std::int64_t time,
                 bool whole_text) {
    Command command{out, 4 + questions.size() * (1 + arguments_of_claim)};
    command.add(whole_text ? "EVAL" : "EVALSHA").add(whole_text ? script.text : script.sha1);
    command.add(questions.size());
    for (const Question& question : questions) command.add(question.key);
    command.add(static_cast<std::uint64_t>(time));
    for (const Question& question : questions) {
        const Limit& limit = question.claim->limit;
        command.add(letter_of(limit.algorithm()));
        add_price(command, limit, question.claim->cost);
        add_price(command, limit, question.cost_of_key);
        add_arguments(command, question);
    }
}

}  // namespace

void add_name(std::string& out, std::string_view limit, Algorithm algorithm) {
    for (const char c : limit)
        if (c == ':' || c == '/' || c == '%')
            out += c == ':' ? "%3A" : c == '/' ? "%2F" : "%25";
        else
            out += c;
    out += suffix_of(algorithm);
}

const Script& script_for(Algorithm algorithm) {
    static const Script bucket = single({token_bucket_text}, "token_bucket");
    static const Script windows = single({calendar_text, window_text}, "window");
    static const Script logs = single({log_text}, "log");
    static const Script under_way = single({places_text}, "places");
    const std::string_view letter = letter_of(algorithm);
    return letter == "b" ? bucket : letter == "l" ? logs : letter == "p" ? under_way : windows;
}

const Script& script_for_more(Algorithm algorithm) {
    static const Script bucket = single({token_bucket_text}, "token_bucket", true);
    static const Script windows = single({calendar_text, window_text}, "window", true);
    static const Script logs = single({log_text}, "log", true);
    const std::string_view letter = letter_of(algorithm);
    return letter == "b" ? bucket : letter == "l" ? logs : windows;
}

const Script& script_for_several() {
    static const Script several =
        script({clock_text, token_bucket_text, calendar_text, window_text, log_text, places_text, several_text});
    return several;
}

const Script& script_for_giving_back() {
    static const Script back = script({clock_text, give_back_text});
    return back;
}

void ask(std::string& out, std::span<const Question> questions, std::int64_t time, bool whole_text) {
    add_command(out, questions.size() == 1 ? script_for(questions[0].claim->limit.algorithm()) : script_for_several(),
                questions, time, whole_text);
}

void ask_for_more(std::string& out, const Question& question, std::int64_t time, bool whole_text) {
    add_command(out, script_for_more(question.claim->limit.algorithm()), {&question, 1}, time, whole_text);
}

void ask_to_renew(std::string& out, const Question& question, std::int64_t time) {
    static const Script renewal = script({clock_text, renewal_text});
    Command{out, 7}
        .add("EVAL")
        .add(renewal.text)
        .add(1)
        .add(question.key)
        .add(static_cast<std::uint64_t>(time))
        .add(static_cast<std::uint64_t>(question.lease))
        .add(question.place);
}

void ask_back(std::string& out, const Question& question, std::int64_t time) {
    const Claim& claim = *question.claim;
    std::array<char, 64> room;
    if (claim.limit.algorithm() == Algorithm::concurrency) {
        Command{out, 3}.add("ZREM").add(question.key).add(question.place);
        return;
    }
    const bool bucket = claim.limit.algorithm() == Algorithm::token_bucket;
    Command command{out, 11};
    // The whole text: nobody waits for this, so nobody could send it again.
    command.add("EVAL").add(script_for_giving_back().text).add(1).add(question.key);
    command.add(static_cast<std::uint64_t>(time)).add(letter_of(claim.limit.algorithm()));
    add_price(command, claim.limit, claim.cost);
    command.add(claim.decision.receipt);
    command.add_real(bucket ? rate_of(claim.limit) : 0).add(bucket ? limit_text(claim.limit, room) : "");
    command.add(milliseconds_of(claim.limit));
}

bool read_decisions(const Reply& reply, std::span<Claim> claims, Moment now) noexcept {
    if (reply.kind != Reply::Kind::integers || reply.odd || reply.size != claims.size() * reply_size) return false;
    for (std::size_t i = 0; i < claims.size(); ++i) {
        const std::uint64_t place = claims[i].decision.receipt;  // ours to choose
        claims[i].decision = decision_of(reply.integers.data() + i * reply_size, now);
        if (claims[i].limit.algorithm() == Algorithm::concurrency) claims[i].decision.receipt = place;
    }
    return true;
}

bool read_decision(const Reply& reply, Claim& claim, Moment now, bool& more) noexcept {
    if (reply.kind != Reply::Kind::integers || reply.odd || reply.size != reply_size + 1) return false;
    claim.decision = decision_of(reply.integers.data(), now);
    more = reply.integers[reply_size] == 1;
    return true;
}

}  // namespace tollgate::ratelimit
