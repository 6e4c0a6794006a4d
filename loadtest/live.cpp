// loadtest/live.cpp - the line's words, and the terminal's width.
#include "loadtest/live.h"

#include "loadtest/quantities.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <numeric>
#include <string_view>

namespace tollgate::loadtest {

namespace {

constexpr std::string_view red = "\x1b[31m", plain = "\x1b[0m", wipe_line = "\r\x1b[K";
constexpr int bar_width = 12;

std::size_t terminal_width() {
    winsize size{};
    return ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

// Escape sequences take no room.
std::string cut(const std::string& line, std::size_t width) {
    std::string shown;
    std::size_t used = 0;
    for (std::size_t i = 0; i < line.size(); ++i) {
        if (line[i] == '\x1b') {
            const std::size_t end = line.find('m', i);
            shown.append(line, i, end - i + 1);
            i = end;
        } else if (used < width) {
            shown += line[i];
            ++used;
        }
    }
    return shown;
}

void write_all(std::string_view text) {
    while (!text.empty()) {
        const ssize_t written = write(STDERR_FILENO, text.data(), text.size());
        if (written <= 0) return;  // nobody looks any more
        text.remove_prefix(static_cast<std::size_t>(written));
    }
}

// The seconds and the share of the plan that are over; no share where the end is not known.
double whole_seconds(const Options& options) {
    Nanoseconds sum = options.duration.value_or(Nanoseconds{0});
    for (const Stage& stage : options.stages) sum += stage.duration;
    return std::chrono::duration<double>{sum}.count();
}

}  // namespace

bool Live::wanted(const Options& options) {
    const char* const terminal = std::getenv("TERM");
    return !options.quiet && isatty(STDERR_FILENO) == 1 && terminal && std::string_view{terminal} != "dumb";
}

std::string Live::progress(const Results& so_far, double elapsed) const {
    const double whole = whole_seconds(options_);
    double share = whole > 0 ? elapsed / whole : 0;
    if (options_.requests)
        share = std::max(share, static_cast<double>(so_far.ledger.planned) / static_cast<double>(*options_.requests));
    const int filled = static_cast<int>(std::lround(std::clamp(share, 0.0, 1.0) * bar_width));
    std::string bar = "[" + std::string(static_cast<std::size_t>(filled), '#') +
                      std::string(static_cast<std::size_t>(bar_width - filled), '.') + "] ";
    if (elapsed < 0) return bar + "warm-up";
    if (share >= 1) return bar + "draining";
    bar += std::to_string(static_cast<int>(elapsed));
    return bar + (whole > 0 ? "/" + std::to_string(static_cast<int>(std::ceil(whole))) + " s" : " s");
}

std::string Live::line(const Results& so_far, double elapsed) {
    const ClassCounts counts = so_far.class_counts();
    const std::uint64_t answered = so_far.ledger.answered;
    const std::uint64_t failed = so_far.ledger.unanswered();
    const double seconds = elapsed - last_elapsed_;
    const double rate = seconds > 0 ? static_cast<double>(answered - last_answered_) / seconds : 0;

    const Histogram all = so_far.all_responses();
    std::vector<std::uint64_t> recent = all.counts();
    for (std::size_t i = 0; i < last_counts_.size() && i < recent.size(); ++i) recent[i] -= last_counts_[i];
    last_counts_ = all.counts();
    const std::uint64_t p99 = Histogram::of(all.digits(), std::move(recent)).percentile(99);
    last_elapsed_ = elapsed;
    last_answered_ = answered;

    std::string line = progress(so_far, elapsed) + "  " + show_count(rate) + "/s";
    for (std::size_t i = 0; i < status_classes; ++i) {
        if (counts[i] == 0) continue;
        const bool bad = i == static_cast<std::size_t>(StatusClass::server_error);
        if (bad && colour_) line += red;
        line += "  " + std::string{status_class_names[i]} + " " +
                show_percent(static_cast<double>(counts[i]) / static_cast<double>(answered), 1);
        if (bad && colour_) line += plain;
    }
    if (p99 > 0) line += "  p99 " + show(Nanoseconds{static_cast<std::int64_t>(p99)});
    if (failed > 0) line += (colour_ ? std::string{red} : "") + "  failed " + show_count(static_cast<double>(failed)) +
                            (colour_ ? std::string{plain} : "");
    const std::uint64_t under_way = so_far.ledger.sent - answered - failed;
    return line + "  under way " + std::to_string(under_way);
}

void Live::draw(const std::string& line) const { write_all(std::string{wipe_line} + cut(line, terminal_width() - 1)); }

void Live::wipe() const { write_all(wipe_line); }

}  // namespace tollgate::loadtest
