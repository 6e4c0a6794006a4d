// core/admin/under_way.h - UnderWay: counts what should be told how it ended before connections are cut.
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>

namespace tollgate::admin {

// Any thread.
class UnderWay {
public:
    class One {
    public:
        explicit One(UnderWay& all) : all_{all} { all_.add(1); }
        ~One() { all_.add(-1); }
        One(const One&) = delete;
        One& operator=(const One&) = delete;

    private:
        UnderWay& all_;
    };
    // Until there is none, but not for longer than that.
    void wait(std::chrono::nanoseconds longest) {
        std::unique_lock lock{mutex_};
        none_.wait_for(lock, longest, [this] { return count_ == 0; });
    }

private:
    void add(int number) {
        const std::lock_guard lock{mutex_};
        count_ += number;
        if (count_ == 0) none_.notify_all();
    }
    std::mutex mutex_;
    std::condition_variable none_;
    int count_ = 0;
};

}  // namespace tollgate::admin
