// core/support/supervisor.h - Supervisor: what systemd, or who speaks as it does, is told (sd_notify(3)).
#pragma once

#include <chrono>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

namespace tollgate {

// Any thread. Nobody there: nothing is said. Never waits: who does not take a datagram at once does not get it.
class Supervisor {
public:
    // By NOTIFY_SOCKET and WATCHDOG_USEC, WATCHDOG_PID. They stay: what is started in this process' place needs them.
    Supervisor();

    bool is_there() const noexcept { return !path_.empty(); }
    // Lines of NAME=VALUE, without a line feed at the end.
    void tell(std::string_view lines) noexcept;
    // This process ends. From then on it neither reloads nor becomes ready for them who hear it.
    void tell_stopping() noexcept;
    void tell_reloading() noexcept;                      // until the next "READY=1"; when, by the clock that it wants
    void tell_ready(std::string_view status) noexcept;   // which is cut where it has more than one line
    // This process speaks no more: another one is the service now. For good, unless speak_again().
    void be_silent() noexcept { set_silent(true); }
    void speak_again() noexcept { set_silent(false); }
    // How often "WATCHDOG=1" is awaited at least; nullopt: it is not.
    std::optional<std::chrono::microseconds> watchdog() const noexcept { return watchdog_; }

private:
    void tell_of_life(std::string_view lines) noexcept;
    void send(std::string_view lines) noexcept;
    void set_silent(bool silent) noexcept;
    std::string path_;  // as sun_path has it; "": nobody
    std::optional<std::chrono::microseconds> watchdog_;
    std::mutex mutex_;
    bool silent_ = false;    // under mutex_, which is held while something is said: nothing comes after be_silent()
    bool stopping_ = false;  // likewise
};

}  // namespace tollgate
