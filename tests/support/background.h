// tests/support/background.h - Background: a thread whose exception reaches the test that waits for it.
#pragma once

#include <exception>
#include <functional>
#include <thread>

namespace tollgate::test {

class Background {
public:
    explicit Background(std::function<void()> work)
        : thread_{[this, work = std::move(work)] {
              try {
                  work();
              } catch (...) {
                  failure_ = std::current_exception();
              }
          }} {}
    ~Background() {
        if (thread_.joinable()) thread_.join();
    }
    Background(const Background&) = delete;
    Background& operator=(const Background&) = delete;

    // Throws what the work threw.
    void wait() {
        thread_.join();
        if (failure_) std::rethrow_exception(failure_);
    }

private:
    std::exception_ptr failure_;
    std::thread thread_;
};

}  // namespace tollgate::test
