// plugins/cache/store/brief_lock.h - BriefLock: a mutex whose holder is done before anybody could have gone to sleep.
#pragma once

#include <mutex>

namespace tollgate::cache {

// Tries again for about as long as its holders need, and only then sleeps: they may have lost their processor.
class BriefLock {
public:
    void lock() {
        constexpr int tries = 64;
        for (int i = 0; i < tries; ++i) {
            if (mutex_.try_lock()) return;
#if defined(__x86_64__) || defined(__i386__)
            __builtin_ia32_pause();
#endif
        }
        mutex_.lock();
    }
    void unlock() noexcept { mutex_.unlock(); }

private:
    std::mutex mutex_;
};

}  // namespace tollgate::cache
