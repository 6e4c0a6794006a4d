// loadtest/verify/told.cpp - reading rate limit headers, and holding them against each other and against what happened.
#include "loadtest/verify/told.h"

#include "support/text.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <map>
#include <optional>

namespace tollgate::loadtest::verify {

namespace {

std::optional<std::int64_t> whole_number(std::string_view text) {
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || end != text.data() + text.size() || number < 0) return std::nullopt;
    return number;
}

void read_number(const Headers& headers, const char* name, auto& into, bool& malformed) {
    if (!headers.has(name)) return;
    const auto number = whole_number(headers.get(name));
    if (number && *number <= INT32_MAX) into = static_cast<std::remove_reference_t<decltype(into)>>(*number);
    else malformed = true;
}

// A list of strings with parameters (RFC 9651): `"free";q=60;w=60, "all";q=1000;w=1`.
class FieldReader {
public:
    explicit FieldReader(std::string_view text) : text_{text} {}

    // Of the first member; nullopt where the list is none.
    std::optional<std::map<std::string, std::int64_t, std::less<>>> read(bool& several) {
        std::map<std::string, std::int64_t, std::less<>> first;
        for (bool more = true, again = false; more; again = true) {
            std::map<std::string, std::int64_t, std::less<>> parameters;
            blanks();
            if (!string() || !all_parameters(parameters)) return std::nullopt;
            if (!again) first = std::move(parameters);
            else several = true;
            blanks();
            more = take(',');
        }
        if (!text_.empty()) return std::nullopt;
        return first;
    }

private:
    bool take(char wanted) {
        if (text_.empty() || text_.front() != wanted) return false;
        text_.remove_prefix(1);
        return true;
    }
    void blanks() {
        while (take(' ') || take('\t')) {}
    }
    bool string() {
        if (!take('"')) return false;
        while (!text_.empty() && text_.front() != '"') {
            if (text_.front() == '\\') text_.remove_prefix(1);
            if (text_.empty()) return false;
            text_.remove_prefix(1);
        }
        return take('"');
    }
    bool all_parameters(std::map<std::string, std::int64_t, std::less<>>& parameters) {
        while (take(';')) {
            blanks();
            const std::string key{text_.substr(0, text_.find_first_of("=;, "))};
            text_.remove_prefix(key.size());
            if (key.empty()) return false;
            if (!take('=')) continue;  // true
            if (!text_.empty() && text_.front() == '"') {
                if (!string()) return false;
                continue;
            }
            const std::string_view value = text_.substr(0, text_.find_first_of(";, \t"));
            text_.remove_prefix(value.size());
            if (const auto number = whole_number(value)) parameters[key] = *number;
            else if (value.empty()) return false;
        }
        return true;
    }

    std::string_view text_;
};

std::string at(const Answer& answer) {
    char text[32];
    std::snprintf(text, sizeof text, "%.3f s: ", static_cast<double>(answer.record.done) * 1e-9);
    return text;
}

class Examination {
public:
    Examination(const Limit& limit, double cost, std::span<const Answer> answers, const Clocks& clocks)
        : limit_{limit}, cost_{cost}, answers_(answers.begin(), answers.end()), clocks_{clocks} {
        std::sort(answers_.begin(), answers_.end(),
                  [](const Answer& a, const Answer& b) { return a.record.done < b.record.done; });
    }

    std::vector<std::string> run() {
        for (const Answer& answer : answers_) {
            if (answer.record.outcome == Outcome::unclear) continue;
            look_at(answer);
        }
        if (limit_.algorithm == Algorithm::token_bucket) look_at_rises();
        look_at_waiting();
        if (limit_.longest_delay > Nanoseconds::zero()) look_at_delays();
        return std::move(lies_);
    }

private:
    bool refused(const Answer& answer) const { return answer.record.outcome == Outcome::refused; }

    // Each kind once.
    void lie(std::size_t kind, const Answer& answer, const std::string& what) {
        if (told_.size() <= kind) told_.resize(kind + 1);
        if (told_[kind]) return;
        told_[kind] = true;
        lies_.push_back("at " + at(answer) + what);
    }

    void look_at(const Answer& answer) {
        const Told& told = answer.told;
        const auto number = [](std::int64_t value) { return std::to_string(value); };
        const double most = (limit_.algorithm == Algorithm::token_bucket ? limit_.burst : limit_.count) * cost_;
        const auto whole = static_cast<std::int64_t>(std::floor(most + 1e-6));
        if (told.malformed) lie(0, answer, "a line about the limit cannot be read");
        if (told.limit >= 0 && told.limit != whole)
            lie(1, answer, "X-RateLimit-Limit is " + number(told.limit) + ", and " + number(whole) + " is declared");
        if (told.policy >= 0 && told.policy != whole && !told.several)
            lie(2, answer, "RateLimit-Policy has q=" + number(told.policy) + ", and " + number(whole) + " is declared");
        const std::int64_t left = told.remaining >= 0 ? told.remaining : told.several ? -1 : told.left;
        if (left > whole) lie(3, answer, number(left) + " are said to be left of " + number(whole));
        if (refused(answer) && static_cast<double>(left) >= cost_)
            lie(4, answer, "refused with " + number(left) + " left, unless the 429 is the upstream's own");
        if (told.remaining >= 0 && told.left >= 0 && !told.several && told.remaining != told.left)
            lie(5, answer,
                "X-RateLimit-Remaining is " + number(told.remaining) + ", and RateLimit has r=" + number(told.left));
    }

    // Of answers one surely after the other: what is left grows by what flows in, at most.
    //
    // With leases: let L be what is in the store, H what gateways hold of it (at most `leased`), R what flows in per
    // second. L + H grows by R at most, whoever takes, holds or gives back. An answer tells L as it was when its
    // gateway asked last, `old` before at most, rounded down, and of H what it holds itself.
    // - One told T at e: so L + H at e were less than T + 1 + leased + R * old.
    // - A later one, at d, tells L of d - old or after it, and of H all at most. Where that is after e, it is at most
    //   L + H at e, and R * (d - e).
    // So of two that are further apart than `old` the later one tells at most T + 1 + 2 * leased + R * (d - e + old).
    void look_at_rises() {
        const double rate = limit_.per_second() * cost_ * (1 + clocks_.drift);
        const std::int64_t old = limit_.leased > 0 ? (longest_held + clocks_.behind).count() : 0;
        std::size_t before = 0;
        for (const Answer& later : answers_) {
            if (later.told.remaining < 0) continue;
            const std::int64_t asked = later.record.sent - old;
            while (before + 1 < answers_.size() && answers_[before + 1].record.done <= asked) ++before;
            const Answer& earlier = answers_[before];
            if (earlier.record.done > asked || earlier.told.remaining < 0) continue;
            const auto time =
                static_cast<double>(later.record.done - earlier.record.sent + clocks_.behind.count() + old);
            const double most =
                static_cast<double>(earlier.told.remaining) + 1 + 2 * limit_.leased * cost_ + rate * time * 1e-9;
            if (static_cast<double>(later.told.remaining) > most)
                lie(6, later, "X-RateLimit-Remaining rose from " + std::to_string(earlier.told.remaining) + " to " +
                                  std::to_string(later.told.remaining) + ", faster than the bucket fills");
        }
    }

    // Retry-After is too long where somebody came in a second earlier, and too short where nobody did who waited.
    void look_at_waiting() {
        std::vector<std::pair<std::int64_t, std::int64_t>> admitted;  // sent, done
        for (const Answer& answer : answers_) {
            if (answer.record.outcome == Outcome::admitted)
                admitted.emplace_back(answer.record.sent, answer.record.done);
            if (answer.waited && refused(answer))
                lie(7, answer, "refused, though Retry-After was over and nobody else asked");
        }
        std::sort(admitted.begin(), admitted.end());
        for (const Answer& answer : answers_) {
            if (limit_.leased > 0) break;  // what others held may have gone to anybody
            if (!refused(answer) || answer.told.retry_after < 2) continue;
            const auto next =
                std::lower_bound(admitted.begin(), admitted.end(), std::pair{answer.record.done, INT64_MIN});
            const std::int64_t second_less = std::int64_t{answer.told.retry_after - 1} * 1'000'000'000;
            if (next != admitted.end() && next->second < answer.record.sent + second_less - clocks_.behind.count())
                lie(8, answer, "Retry-After is " + std::to_string(answer.told.retry_after) +
                                   ", and a request was admitted more than a second earlier");
        }
    }

    // Who is let in just after a refusal comes to the end of a line that is full. If even the quickest of them took
    // longer than the line may be, and the quickest answer of all besides, it is longer.
    void look_at_delays() {
        constexpr std::int64_t just_after = 20'000'000;
        constexpr int enough = 10;
        std::int64_t quickest = INT64_MAX, least = INT64_MAX, refused_at = INT64_MIN / 2;
        const Answer* shortest = nullptr;
        int found = 0;
        std::vector<Answer> answers = answers_;
        std::sort(answers.begin(), answers.end(),
                  [](const Answer& a, const Answer& b) { return a.record.sent < b.record.sent; });
        for (const Answer& answer : answers) {
            if (refused(answer)) refused_at = answer.record.done;
            if (answer.record.outcome != Outcome::admitted) continue;
            const std::int64_t time = answer.record.done - answer.record.sent;
            quickest = std::min(quickest, time);
            if (answer.record.sent < refused_at || answer.record.sent - refused_at > just_after) continue;
            ++found;
            if (time < least) shortest = &answer;
            least = std::min(least, time);
        }
        const std::int64_t most = limit_.longest_delay.count() + quickest + clocks_.behind.count();
        if (found >= enough && least > most)
            lie(9, *shortest, "who came to a full line waited " + show(Nanoseconds{least}) +
                                  " or longer, and longest_delay is " + show(limit_.longest_delay));
    }

    const Limit& limit_;
    const double cost_;
    std::vector<Answer> answers_;
    const Clocks& clocks_;
    std::vector<bool> told_;
    std::vector<std::string> lies_;
};

}  // namespace

Told read_told(const Headers& headers) {
    Told told;
    read_number(headers, "X-RateLimit-Limit", told.limit, told.malformed);
    read_number(headers, "X-RateLimit-Remaining", told.remaining, told.malformed);
    read_number(headers, "Retry-After", told.retry_after, told.malformed);
    const auto field = [&](const char* name, auto take) {
        if (!headers.has(name)) return;
        const auto parameters = FieldReader{headers.get(name)}.read(told.several);
        if (!parameters) told.malformed = true;
        else take(*parameters);
    };
    const auto number = [](const auto& parameters, const char* name) {
        const auto found = parameters.find(name);
        return found == parameters.end() ? -1 : found->second;
    };
    field("RateLimit-Policy", [&](const auto& parameters) { told.policy = number(parameters, "q"); });
    field("RateLimit", [&](const auto& parameters) {
        told.left = number(parameters, "r");
        told.reset = number(parameters, "t");
    });
    return told;
}

// What came too early to be a refusal by the limit, or was spoiled behind it, says nothing of the limit. Other refusals
// than its own may come from before it: a route that is not there, a body that is too long, a key that is missing.
Outcome outcome_of(int status, const Told& told, bool tells) noexcept {
    if (status == 429) return tells && !told.of_limit() ? Outcome::unclear : Outcome::refused;
    if (status >= 500 || status == 401 || status == 403) return Outcome::unclear;
    return status < 400 || (tells && told.of_limit()) ? Outcome::admitted : Outcome::unclear;
}

std::vector<std::string> untrue(const Limit& limit, double cost, std::span<const Answer> answers,
                                const Clocks& clocks) {
    return Examination{limit, cost, answers, clocks}.run();
}

}  // namespace tollgate::loadtest::verify
