// plugins/auth/bells.h - Bells: wake tasks that wait, each on its loop, for what happens on another thread.
#pragma once

#include <tollgate/host.h>

#include <chrono>
#include <cstddef>
#include <memory>
#include <mutex>
#include <vector>

namespace tollgate::auth {

// One that waits. An eventfd, since that is what a Host can wait for.
class Bell {
public:
    explicit Bell(int descriptor) noexcept : descriptor_{descriptor} {}
    ~Bell();
    Bell(const Bell&) = delete;
    Bell& operator=(const Bell&) = delete;

    void ring() noexcept;  // any thread
    // [loop] False where it has not been rung in time. The Bell must outlive the Task.
    Task<bool> heard(Host& host, std::chrono::nanoseconds time) const;

private:
    const int descriptor_;
};

// Any thread.
class Bells {
public:
    explicit Bells(std::size_t most) noexcept : most_{most} {}

    // A bell that the next ring_all() rings, if it is still there by then. Null where as many wait as may. Hang it up
    // first, and then look whether there is anything to wait for.
    std::shared_ptr<Bell> hang();
    void ring_all();

private:
    const std::size_t most_;
    std::mutex mutex_;
    std::vector<std::weak_ptr<Bell>> hung_;
};

}  // namespace tollgate::auth
