// loadtest/metrics_line.h - MetricsLine: one line of Prometheus' text format, read from left to right.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace tollgate::loadtest {

class MetricsLine {
public:
    // What is wrong with it: "expected ..., got ...".
    struct Mistake {
        std::string text;
    };

    explicit MetricsLine(std::string_view text) : rest_{text} { skip_blanks(); }

    bool at_end() const noexcept { return rest_.empty(); }
    std::string_view rest() const noexcept { return rest_; }
    std::string got() const;  // for a Mistake: what comes next

    void skip_blanks();
    bool take(char wanted);
    // These throw Mistake.
    void expect(char wanted);
    void expect_blank(const char* behind);  // or the end
    std::string_view word();                // up to a blank; "" at the end
    std::string_view name(const char* what, bool colons);
    std::string quoted();                   // with \\, \" and \n undone
    std::string help();                     // the rest, with \\ and \n undone

    // Of a whole word. As Go's ParseFloat, which Prometheus reads with: also "NaN", "+Inf", "1e3".
    static double number(std::string_view word, const char* what);
    static std::int64_t timestamp(std::string_view word);

private:
    char escaped_or_plain(bool quotes);

    std::string_view rest_;
};

}  // namespace tollgate::loadtest
