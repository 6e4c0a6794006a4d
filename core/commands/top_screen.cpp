// core/commands/top_screen.cpp - figures, upstreams and routes, line by line.
#include "commands/top_screen.h"

#include "support/text.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

namespace tollgate::commands {

namespace {

using Poco::JSON::Array;
using Poco::JSON::Object;

constexpr std::size_t most_rates = 300, most_seen = 4000;
constexpr std::chrono::seconds seen_time{10};
constexpr const char *red = "\x1b[31m", *yellow = "\x1b[33m", *green = "\x1b[32m", *bold = "\x1b[1m", *faint = "\x1b[2m",
                     *plain = "\x1b[0m";

std::string shown(const Object& json, const char* name) { return text::printable(json.optValue<std::string>(name, "")); }

double number_in(const Object& json, const char* name) {
    return json.has(name) && !json.isNull(name) ? json.getValue<double>(name) : 0;
}

// "1.234 ms", "56.0 us", or "-" where there is none.
std::string amount(const Object& json, const char* name, const char* unit) {
    if (!json.has(name) || json.isNull(name)) return "-";
    const double value = json.getValue<double>(name);
    char text[64];
    std::snprintf(text, sizeof text, value < 10 ? "%.2f %s" : value < 100 ? "%.1f %s" : "%.0f %s", value, unit);
    return text;
}

std::string whole(const Object& json, const char* name) { return text::number(std::round(number_in(json, name))); }

std::string rounded(double value) {
    char text[64];
    std::snprintf(text, sizeof text, value > 0 && value < 10 ? "%.1f" : "%.0f", value);
    return text;
}

std::string percent(double part, double whole) {
    return whole > 0 ? rounded(100 * part / whole) + '%' : std::string{"-"};
}

std::string bytes(double count) {
    constexpr std::array<const char*, 5> units{"B", "kB", "MB", "GB", "TB"};
    std::size_t unit = 0;
    for (; count >= 1000 && unit + 1 < units.size(); ++unit) count /= 1000;
    return rounded(count) + ' ' + units[unit];
}

std::size_t letters_in(const std::string& text) {
    return std::size_t(std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

}  // namespace

std::string cut(const std::string& text, std::size_t letters) {
    std::size_t at = 0;
    for (std::size_t count = 0; at < text.size(); ++at)
        if ((text[at] & 0xC0) != 0x80 && count++ == letters) break;
    return text.substr(0, at);
}

std::string sparkline(const std::deque<double>& values, std::size_t width) {
    constexpr std::array<const char*, 8> bars{"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
    const std::size_t count = std::min(width, values.size());
    const auto first = values.end() - std::ptrdiff_t(count);
    const double most = count > 0 ? *std::max_element(first, values.end()) : 0;
    std::string line;
    for (auto value = first; value != values.end(); ++value) {
        const auto height = most > 0 ? std::size_t(std::ceil(*value / most * double(bars.size()))) : 0;
        line += bars[std::clamp<std::size_t>(height, 1, bars.size()) - 1];
    }
    return line;
}

// Lines that fit. A colour is around a whole line, so that cutting leaves it whole.
class TopScreen::Page {
public:
    Page(std::size_t width, std::size_t height, bool colour) : width_{width}, height_{height}, colour_{colour} {}
    void add(const std::string& line, const char* how = nullptr) {
        if (lines_.size() >= height_) return;
        const std::string fits = cut(line, width_);
        lines_.push_back(colour_ && how ? how + fits + plain : fits);
    }
    std::size_t width() const noexcept { return width_; }
    std::size_t left() const noexcept { return height_ - lines_.size(); }
    std::vector<std::string> take() { return std::move(lines_); }

private:
    const std::size_t width_, height_;
    const bool colour_;
    std::vector<std::string> lines_;
};

void TopScreen::hello(const Object& message, const std::string& address) {
    address_ = address;
    instance_ = shown(message, "instance");
    version_ = shown(message, "version");
    lost_ = false;
}

void TopScreen::second(Object::Ptr message) {
    second_ = std::move(message);
    rates_.push_back(number_in(*second_, "per_second"));
    if (rates_.size() > most_rates) rates_.pop_front();
}

void TopScreen::request(const Object& message, TimePoint now) {
    seen_.push_back({now, shown(message, "route"), message.optValue("status", 0), number_in(message, "duration_ms")});
    if (seen_.size() > most_seen) seen_.pop_front();
}

std::string TopScreen::line() const {
    if (!second_) return {};
    const Object& now = *second_;
    const double all = number_in(now, "requests");
    const std::string time = shown(now, "time");
    return (time.size() > 19 ? time.substr(11, 8) : time) + "  " + rounded(number_in(now, "per_second")) + " requests/s  ok " +
           percent(number_in(now, "ok"), all) + "  429 " + percent(number_in(now, "limited"), all) + "  4xx " +
           percent(number_in(now, "refused"), all) + "  5xx " + percent(number_in(now, "failed"), all) + "  p50 " +
           amount(now, "p50_ms", "ms") + "  p95 " + amount(now, "p95_ms", "ms") + "  p99 " + amount(now, "p99_ms", "ms") +
           "  gateway p50 " + amount(now, "gateway_p50_us", "us") + "  in flight " + whole(now, "in_flight");
}

std::vector<std::string> TopScreen::draw(std::size_t width, std::size_t height, bool colour, TimePoint now) {
    Page page{width, height, colour};
    page.add("tollgate " + version_ + "  " + address_ + "  " + instance_ + "  " +
                 (second_ ? shown(*second_, "time").substr(0, 19) + 'Z' : "") + "  (q ends)",
             bold);
    if (lost_) page.add("the gateway does not answer; trying again", red);
    if (second_) {
        draw_figures(page);
        draw_upstreams(page);
        draw_routes(page, now);
    } else if (!lost_) {
        page.add("waiting for the first second");
    }
    return page.take();
}

void TopScreen::draw_figures(Page& page) const {
    const Object& now = *second_;
    const double all = number_in(now, "requests");
    const std::string lead = text::padded(rounded(number_in(now, "per_second")) + " requests/s", 20);
    page.add("");
    page.add(lead + sparkline(rates_, page.width() > lead.size() ? page.width() - lead.size() : 0), bold);
    const char* const how = number_in(now, "failed") > 0 ? red : number_in(now, "limited") > 0 ? yellow : green;
    page.add("ok " + percent(number_in(now, "ok"), all) + "   429 " + percent(number_in(now, "limited"), all) +
                 "   other 4xx " + percent(number_in(now, "refused"), all) + "   5xx " +
                 percent(number_in(now, "failed"), all),
             how);
    page.add("p50 " + amount(now, "p50_ms", "ms") + "   p95 " + amount(now, "p95_ms", "ms") + "   p99 " +
             amount(now, "p99_ms", "ms") + "   the gateway's own: p50 " + amount(now, "gateway_p50_us", "us") + ", p99 " +
             amount(now, "gateway_p99_us", "us"));
    page.add("in flight " + whole(now, "in_flight") + "   connections " +
             whole(now, "connections") + "   in " + bytes(number_in(now, "bytes_in")) + "/s   out " +
             bytes(number_in(now, "bytes_out")) + "/s");
}

void TopScreen::draw_upstreams(Page& page) const {
    if (!upstreams_ || upstreams_->size() == 0) return;
    struct Row {
        std::string upstream, target, state, in_flight, reason;
        bool in;
        std::size_t number;
    };
    std::vector<Row> rows;
    for (unsigned i = 0; i < upstreams_->size(); ++i) {
        const auto upstream = upstreams_->getObject(i);
        const auto targets = upstream->getArray("targets");
        for (unsigned t = 0; targets && t < targets->size(); ++t) {
            const Object& target = *targets->getObject(t);
            rows.push_back({shown(*upstream, "name"), shown(target, "address"), shown(target, "state"),
                            whole(target, "in_flight"), shown(target, "reason"),
                            target.optValue("available", true), rows.size()});
        }
    }
    // Those that are out first: where not all fit, it is they who matter.
    std::sort(rows.begin(), rows.end(),
              [](const Row& a, const Row& b) { return std::pair{a.in, a.number} < std::pair{b.in, b.number}; });
    std::size_t names = 8, addresses = 6;
    for (const Row& row : rows) {
        names = std::max(names, letters_in(row.upstream));
        addresses = std::max(addresses, letters_in(row.target));
    }
    page.add("");
    page.add(text::padded("UPSTREAM", names) + "  " + text::padded("TARGET", addresses) + "  STATE     IN FLIGHT", faint);
    const std::size_t most = std::max<std::size_t>(page.left() / 2, 1);
    for (std::size_t i = 0; i < rows.size() && i < most; ++i)
        page.add(text::padded(rows[i].upstream, names) + "  " + text::padded(rows[i].target, addresses) + "  " +
                     text::padded(rows[i].state, 8) + "  " + text::padded(rows[i].in_flight, 9) + "  " + rows[i].reason,
                 rows[i].in ? nullptr : red);
    if (rows.size() > most) page.add("and " + std::to_string(rows.size() - most) + " more", faint);
}

void TopScreen::draw_routes(Page& page, TimePoint now) {
    while (!seen_.empty() && now - seen_.front().when > seen_time) seen_.pop_front();
    std::map<std::string, OfRoute> by_route;
    for (const Seen& one : seen_) {
        OfRoute& route = by_route[one.route];
        ++route.requests;
        route.limited += one.status == 429;
        route.failed += one.status >= 500;
        route.duration_ms += one.duration_ms;
        route.longest_ms = std::max(route.longest_ms, one.duration_ms);
    }
    if (by_route.empty()) return;
    std::vector<std::pair<std::string, OfRoute>> routes{by_route.begin(), by_route.end()};
    std::sort(routes.begin(), routes.end(), [](const auto& a, const auto& b) {
        return a.second.requests != b.second.requests ? a.second.requests > b.second.requests : a.first < b.first;
    });
    page.add("");
    page.add("   SHARE   MEAN ms    MAX ms    429    5xx  ROUTE (of " + text::count(seen_.size(), "request") +
                 " seen in 10 s)",
             faint);
    for (const auto& [name, route] : routes) {
        char figures[128];
        std::snprintf(figures, sizeof figures, "%7.1f%%  %8.2f  %8.2f  %5zu  %5zu  ",
                      100 * double(route.requests) / double(seen_.size()), route.duration_ms / double(route.requests),
                      route.longest_ms, route.limited, route.failed);
        page.add(figures + name, route.failed > 0 ? red : route.limited > 0 ? yellow : nullptr);
    }
}

}  // namespace tollgate::commands
