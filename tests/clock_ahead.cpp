// tests/clock_ahead.cpp - a library to preload: the wall clock of the program is CLOCK_AHEAD seconds ahead.
//
// So quotas end their month while a test waits. The steady clock, by which timers go, is left alone. Debian's
// libfaketime does as much for most programs, but not for redis-server, whose allocator reads the clock before it is
// ready. Called from anywhere, also before main(): nothing but system calls and the environment is used.
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

#include <cstdlib>
#include <ctime>

namespace {

std::time_t ahead() noexcept {
    const char* const seconds = environ ? std::getenv("CLOCK_AHEAD") : nullptr;
    return seconds ? std::strtol(seconds, nullptr, 10) : 0;
}

}  // namespace

extern "C" int clock_gettime(clockid_t clock, timespec* time) noexcept {
    if (::syscall(SYS_clock_gettime, clock, time) != 0) return -1;
    if (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE) time->tv_sec += ahead();
    return 0;
}

extern "C" int gettimeofday(timeval* time, void*) noexcept {
    timespec now{};
    if (::clock_gettime(CLOCK_REALTIME, &now) != 0) return -1;
    *time = {now.tv_sec, now.tv_nsec / 1000};
    return 0;
}

extern "C" std::time_t time(std::time_t* into) noexcept {
    timespec now{};
    ::clock_gettime(CLOCK_REALTIME, &now);
    if (into) *into = now.tv_sec;
    return now.tv_sec;
}
