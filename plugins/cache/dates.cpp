// plugins/cache/dates.cpp - IMF-fixdate, RFC 850 and asctime dates, by their patterns.
#include "dates.h"

#include "lines.h"

#include <array>
#include <chrono>

namespace tollgate::cache {

namespace {

constexpr std::array<std::string_view, 12> months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                  "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
constexpr std::array<std::string_view, 7> days{"Sunday",   "Monday", "Tuesday", "Wednesday",
                                               "Thursday", "Friday", "Saturday"};

struct Fields {
    int day = 0, month = 0, year = 0, hour = 0, minute = 0, second = 0;
    bool short_year = false;
};

// In a pattern: 'a' a short name of a day, 'A' a long one, 'd' a day of two digits, 'D' one whose first may be a blank,
// 'm' a month, 'Y' and 'y' a year of four and of two digits, 'h', 'i', 's' the time; the rest stands for itself.
class Reader {
public:
    explicit Reader(std::string_view text) noexcept : rest_{text} {}

    bool reads(std::string_view pattern) {
        for (const char sign : pattern)
            if (!read(sign)) return false;
        return rest_.empty();
    }
    const Fields& fields() const noexcept { return fields_; }

private:
    bool read(char sign) {
        switch (sign) {
            case 'a': return day_name(3);
            case 'A': return day_name(std::string_view::npos);
            case 'd': return number(2, fields_.day);
            case 'D':
                if (rest_.size() < 2 || rest_[0] != ' ') return number(2, fields_.day);
                rest_.remove_prefix(1);
                return number(1, fields_.day);
            case 'm': return month_name();
            case 'Y': return number(4, fields_.year);
            case 'y': fields_.short_year = true; return number(2, fields_.year);
            case 'h': return number(2, fields_.hour);
            case 'i': return number(2, fields_.minute);
            case 's': return number(2, fields_.second);
            default: return word(std::string_view{&sign, 1});
        }
    }
    bool word(std::string_view text) {
        if (!same(rest_.substr(0, text.size()), text)) return false;
        rest_.remove_prefix(text.size());
        return true;
    }
    bool day_name(std::size_t length) {
        for (const auto& name : days)
            if (word(name.substr(0, length))) return true;
        return false;
    }
    bool month_name() {
        for (std::size_t i = 0; i < months.size(); ++i) {
            if (!word(months[i])) continue;
            fields_.month = static_cast<int>(i) + 1;
            return true;
        }
        return false;
    }
    bool number(std::size_t digits, int& value) {
        if (rest_.size() < digits) return false;
        value = 0;
        for (std::size_t i = 0; i < digits; ++i) {
            if (rest_[i] < '0' || rest_[i] > '9') return false;
            value = value * 10 + (rest_[i] - '0');
        }
        rest_.remove_prefix(digits);
        return true;
    }

    std::string_view rest_;
    Fields fields_;
};

std::optional<Seconds> seconds_of(const Fields& fields) {
    using namespace std::chrono;
    const year_month_day date{year{fields.year}, month{static_cast<unsigned>(fields.month)},
                              day{static_cast<unsigned>(fields.day)}};
    if (!date.ok() || fields.hour > 23 || fields.minute > 59 || fields.second > 60) return std::nullopt;
    return Seconds{sys_days{date}.time_since_epoch().count()} * 86400 + fields.hour * 3600 + fields.minute * 60 +
           fields.second;
}

int year_of(Seconds now) {
    using namespace std::chrono;
    return int{year_month_day{floor<std::chrono::days>(sys_seconds{seconds{now}})}.year()};
}

void put(std::string& text, int value, int digits) {
    for (int power = digits == 4 ? 1000 : 10; power > 0; power /= 10)
        text += static_cast<char>('0' + value / power % 10);
}

}  // namespace

std::optional<Seconds> parse_date(std::string_view text, Seconds now) {
    text = trimmed(text);
    for (const std::string_view pattern : {"a, d m Y h:i:s GMT", "A, d-m-y h:i:s GMT", "a m D h:i:s Y"}) {
        Reader reader{text};
        if (!reader.reads(pattern)) continue;
        Fields fields = reader.fields();
        if (fields.short_year) {
            const int this_year = year_of(now);
            fields.year += this_year / 100 * 100;
            if (fields.year > this_year + 50) fields.year -= 100;
        }
        return seconds_of(fields);
    }
    return std::nullopt;
}

std::string written_date(Seconds date) {
    using namespace std::chrono;
    const auto whole_days = floor<std::chrono::days>(sys_seconds{seconds{date}});
    const year_month_day day{whole_days};
    const auto time = static_cast<int>(date - Seconds{whole_days.time_since_epoch().count()} * 86400);
    std::string text{cache::days[weekday{whole_days}.c_encoding()].substr(0, 3)};
    text += ", ";
    put(text, static_cast<int>(unsigned{day.day()}), 2);
    text += ' ';
    text += months[unsigned{day.month()} - 1];
    text += ' ';
    put(text, int{day.year()}, 4);
    text += ' ';
    put(text, time / 3600, 2);
    text += ':';
    put(text, time / 60 % 60, 2);
    text += ':';
    put(text, time % 60, 2);
    return text += " GMT";
}

}  // namespace tollgate::cache
