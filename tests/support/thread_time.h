// tests/support/thread_time.h - thread_time(): what this thread has had of a processor; a busy machine does not change it.
#pragma once

#include <chrono>
#include <ctime>

namespace tollgate::test {

inline std::chrono::nanoseconds thread_time() {
    timespec time{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return std::chrono::seconds{time.tv_sec} + std::chrono::nanoseconds{time.tv_nsec};
}

}  // namespace tollgate::test
