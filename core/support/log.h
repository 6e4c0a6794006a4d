// core/support/log.h - the gateway's own log: leveled lines on stderr. (Access logs are the logging plugin's.)
//
//   2026-11-21T09:00:00.123Z info gateway: listening on 127.0.0.1:8080
//
// Any thread may write. Each line is one write(2). A reader of stderr that stalls never stops the gateway: lines are
// dropped then, and the next one that gets through says how many.
#pragma once

#include <tollgate/host.h>

#include <chrono>
#include <cstdint>
#include <exception>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace tollgate::log {

// `area` is who speaks: a folder of the core ("config", "upstream") or a plugin's name. Control bytes are escaped;
// lines longer than 4 KiB are cut.
void write(Level level, std::string_view area, std::string_view message);

inline void debug(std::string_view area, std::string_view message) { write(Level::debug, area, message); }
inline void info(std::string_view area, std::string_view message) { write(Level::info, area, message); }
inline void warning(std::string_view area, std::string_view message) { write(Level::warning, area, message); }
inline void error(std::string_view area, std::string_view message) { write(Level::error, area, message); }

// For who may not fail: the line that `compose` returns, if there is memory for it. If not, it is one that was dropped.
void count_dropped() noexcept;
template <class Compose>
void tell(Level level, std::string_view area, const Compose& compose) noexcept {
    try {
        write(level, area, compose());
    } catch (const std::exception&) {
        count_dropped();
    }
}

// Lines below are not written; `info` at first.
void set_threshold(Level level) noexcept;
bool enabled(Level level) noexcept;

// Where lines go; 2 at first. The descriptor stays the caller's.
void set_descriptor(int descriptor) noexcept;

// "debug", "info", "warning", "error".
std::string_view name(Level level) noexcept;

// "2026-11-21T09:00:00.123Z".
std::string timestamp(std::chrono::system_clock::time_point when);

// While it lives, lines of every level are kept here instead of being written. For tests; one at a time.
class Capture {
public:
    struct Line {
        Level level;
        std::string area, message;
    };
    Capture();
    ~Capture();
    Capture(const Capture&) = delete;
    Capture& operator=(const Capture&) = delete;

    std::vector<Line> lines() const;
    // True if a line's "area: message" contains `text`.
    bool has(std::string_view text) const;
    void keep(Line line);

private:
    mutable std::mutex mutex_;
    std::vector<Line> lines_;
};

}  // namespace tollgate::log
