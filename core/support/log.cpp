// core/support/log.cpp - the gateway's own log: composing a line and writing it without ever blocking for long.
#include "support/log.h"

#include "support/text.h"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <ctime>

namespace tollgate::log {

namespace {

// Up to PIPE_BUF (4096 on Linux) poll() promises that a write to a pipe will not block.
constexpr std::size_t longest_line = 4096;
// How long the first line waits for a stalled reader; those after it do not wait until it reads again.
constexpr int patience_milliseconds = 50;

std::atomic<Level> threshold{Level::info};
std::atomic<Capture*> capture{nullptr};
std::mutex capture_mutex;  // so that a Capture is not destroyed under a thread that writes to it

struct Output {
    std::mutex mutex;
    int descriptor = STDERR_FILENO;
    bool stalled = false;
    std::uint64_t dropped = 0;
};
// Never destroyed: threads and destructors of statics may still log while the program ends.
Output& output() {
    static Output* const only = new Output;
    return *only;
}

bool writable(int descriptor, int milliseconds) {
    pollfd ready{descriptor, POLLOUT, 0};
    int result = 0;
    do {
        result = ::poll(&ready, 1, milliseconds);
    } while (result < 0 && errno == EINTR);
    return result > 0 && (ready.revents & POLLOUT) != 0;
}

// False if the line could not be written whole. Nobody could be told of a log that fails, so it is only counted.
bool put(Output& out, std::string_view line) {
    if (!writable(out.descriptor, out.stalled ? 0 : patience_milliseconds)) return false;
    ssize_t written = 0;
    do {
        written = ::write(out.descriptor, line.data(), line.size());
    } while (written < 0 && errno == EINTR);
    return written == ssize_t(line.size());
}

const char* colour(Level level) {
    switch (level) {
        case Level::debug: return "\x1b[2m";
        case Level::info: return "\x1b[32m";
        case Level::warning: return "\x1b[33m";
        case Level::error: return "\x1b[31m";
    }
    return "";
}

bool coloured(int descriptor) {
    static const bool wanted = [] {
        const char* no_color = std::getenv("NO_COLOR");
        const char* term = std::getenv("TERM");
        return !(no_color && *no_color) && term && std::string_view{term} != "dumb";
    }();
    return wanted && ::isatty(descriptor) == 1;
}

std::string compose(Level level, std::string_view area, std::string_view message, bool with_colour) {
    std::string line = timestamp(std::chrono::system_clock::now());
    line += ' ';
    if (with_colour) line += colour(level);
    line += name(level);
    if (with_colour) line += "\x1b[0m";
    line += ' ';
    line += text::printable(area);
    line += ": ";
    line += text::printable(message.substr(0, longest_line));
    if (line.size() >= longest_line) {
        line.resize(longest_line - 4);
        line += "...";
    }
    line += '\n';
    return line;
}

void write_out(Level level, std::string_view area, std::string_view message) {
    Output& out = output();
    const std::lock_guard lock{out.mutex};
    const bool with_colour = coloured(out.descriptor);
    if (out.dropped > 0) {
        const std::string confession = text::count(out.dropped, "line") + " dropped here: nobody read the log, or no memory was left";
        if (!put(out, compose(Level::warning, "log", confession, with_colour))) {
            ++out.dropped;
            return;
        }
        out.dropped = 0;
    }
    out.stalled = !put(out, compose(level, area, message, with_colour));
    if (out.stalled) ++out.dropped;
}

}  // namespace

void write(Level level, std::string_view area, std::string_view message) {
    if (capture.load(std::memory_order_acquire)) {
        const std::lock_guard lock{capture_mutex};
        if (Capture* const taker = capture.load(std::memory_order_relaxed)) {
            taker->keep({level, std::string{area}, std::string{message}});
            return;
        }
    }
    if (enabled(level)) write_out(level, area, message);
}

void count_dropped() noexcept {
    Output& out = output();
    const std::lock_guard lock{out.mutex};
    ++out.dropped;
}

void set_threshold(Level level) noexcept { threshold.store(level, std::memory_order_relaxed); }

bool enabled(Level level) noexcept {
    return level >= threshold.load(std::memory_order_relaxed) || capture.load(std::memory_order_relaxed) != nullptr;
}

void set_descriptor(int descriptor) noexcept {
    Output& out = output();
    const std::lock_guard lock{out.mutex};
    out.descriptor = descriptor;
    out.stalled = false;
}

std::string_view name(Level level) noexcept {
    static constexpr std::array<std::string_view, 4> names{"debug", "info", "warning", "error"};
    return names[std::min<std::size_t>(std::size_t(level), names.size() - 1)];
}

std::string timestamp(std::chrono::system_clock::time_point when) {
    const auto since = std::chrono::floor<std::chrono::milliseconds>(when.time_since_epoch());
    const auto seconds = std::chrono::floor<std::chrono::seconds>(since);
    const std::time_t time = seconds.count();
    std::tm parts{};
    ::gmtime_r(&time, &parts);
    std::array<char, 64> text{};
    const int length = std::snprintf(text.data(), text.size(), "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ",
                                     parts.tm_year + 1900, parts.tm_mon + 1, parts.tm_mday, parts.tm_hour, parts.tm_min,
                                     parts.tm_sec, int((since - seconds).count()));
    return {text.data(), std::size_t(std::max(length, 0))};
}

Capture::Capture() {
    const std::lock_guard lock{capture_mutex};
    capture.store(this, std::memory_order_release);
}

Capture::~Capture() {
    const std::lock_guard lock{capture_mutex};
    capture.store(nullptr, std::memory_order_release);
}

std::vector<Capture::Line> Capture::lines() const {
    const std::lock_guard lock{mutex_};
    return lines_;
}

bool Capture::has(std::string_view text) const {
    const std::lock_guard lock{mutex_};
    return std::any_of(lines_.begin(), lines_.end(), [&](const Line& line) {
        return (line.area + ": " + line.message).find(text) != std::string::npos;
    });
}

void Capture::keep(Line line) {
    const std::lock_guard lock{mutex_};
    lines_.push_back(std::move(line));
}

}  // namespace tollgate::log
