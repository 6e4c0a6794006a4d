// loadtest/targets_file.cpp - `--targets`: a file in vegeta's format, of what is asked for, with weights.
#include "loadtest/targets_file.h"

#include "http/layout.h"
#include "loadtest/header_lines.h"
#include "loadtest/input.h"
#include "loadtest/mistakes.h"
#include "support/text.h"

#include <algorithm>
#include <array>
#include <cctype>

namespace tollgate::loadtest {

namespace {

constexpr std::size_t largest_file = std::size_t{64} << 20;
constexpr std::size_t most_targets = 10'000;  // each has a histogram in every thread

class TargetReader {
public:
    TargetReader(std::string_view text, const std::string& name) : text_{text}, name_{name} {}

    std::vector<Target> read() {
        if (text_.starts_with("\xEF\xBB\xBF")) text_.remove_prefix(3);
        while (!text_.empty()) {
            const std::string_view line = trimmed(take_line(text_));
            ++number_;
            if (line.starts_with('#')) continue;
            if (line.empty())
                open_ = false;
            else
                mistakes_.in(name_ + ":" + std::to_string(number_), [&] { take(line); });
        }
        if (targets_.empty() && mistakes_.none())
            mistakes_.add(name_ + ": expected lines such as \"GET http://127.0.0.1:8080/\", got none");
        mistakes_.raise();
        return std::move(targets_);
    }

private:
    void take(std::string_view line) {
        // A line of two words, of which the second is a URL, begins a target even without a blank line before it.
        const std::size_t blank = line.find_first_of(" \t");
        const std::string_view word = line.substr(0, blank);
        const bool begins = !line.starts_with('@') && word.find(':') == word.npos;
        if (begins) return begin(word, blank == line.npos ? std::string_view{} : trimmed(line.substr(blank)));
        if (word.find("://") != word.npos) throw UsageError("expected a method before the URL, such as GET");
        if (!open_) throw UsageError("expected a method and a URL, got " + text::quote(line.substr(0, line.find(':'))));
        if (broken_) return;  // the target's own line is told already
        Target& target = targets_.back();
        if (line.starts_with('@')) {
            if (has_body_) throw UsageError("expected one body, got a second");
            has_body_ = true;
            target.body = read_input(std::string{line.substr(1)}, largest_body);
        } else if (line.starts_with("weight:")) {
            take_weight(trimmed(line.substr(7)));
        } else {
            target.headers.push_back(parse_header(line));
        }
    }

    void begin(std::string_view method, std::string_view url) {
        if (targets_.size() == most_targets) throw UsageError("expected at most 10000 targets");
        open_ = broken_ = true;
        has_body_ = has_weight_ = false;
        Target target;
        check_method(method);
        if (url.empty()) throw UsageError("expected a method and a URL, got " + text::quote(method));
        target.method = method;
        target.url = parse_url(url);
        targets_.push_back(std::move(target));
        broken_ = false;
    }

    void take_weight(std::string_view text) {
        std::string problem;
        const auto weight = parse_rate(text, problem);
        if (!weight || *weight == 0) throw UsageError("weight: expected a number above 0, got " + text::quote(text));
        if (has_weight_) throw UsageError("expected one weight, got a second");
        has_weight_ = true;
        targets_.back().weight = *weight;
    }

    std::string_view text_;
    const std::string& name_;
    std::size_t number_ = 0;
    std::vector<Target> targets_;
    // Of the target whose lines are being read.
    bool open_ = false, broken_ = false, has_body_ = false, has_weight_ = false;
    Mistakes mistakes_;
};

}  // namespace

void check_method(std::string_view method) {
    std::string upper{method};
    std::transform(upper.begin(), upper.end(), upper.begin(),
                   [](unsigned char letter) { return static_cast<char>(std::toupper(letter)); });
    if (http::is_token(method) && upper == method && method != "CONNECT") return;
    static constexpr std::array<std::string_view, 7> usual{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"};
    throw UsageError("expected a method such as GET, got " + text::quote(method) + text::did_you_mean(upper, usual));
}

std::vector<Target> parse_targets(std::string_view text, const std::string& name) {
    return TargetReader{text, name}.read();
}

std::vector<Target> read_targets(const std::string& path) {
    return parse_targets(read_input(path, largest_file), input_name(path));
}

}  // namespace tollgate::loadtest
