// plugins/auth/bells.cpp - bells as eventfds.
#include "bells.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <cstdint>
#include <utility>

namespace tollgate::auth {

Bell::~Bell() { ::close(descriptor_); }

void Bell::ring() noexcept {
    const std::uint64_t one = 1;
    // It can only fail where it has been rung already, 2^64 times.
    [[maybe_unused]] const ssize_t written = ::write(descriptor_, &one, sizeof one);
}

Task<bool> Bell::heard(Host& host, std::chrono::nanoseconds time) const {
    return host.ready(descriptor_, Interest::readable, time);
}

std::shared_ptr<Bell> Bells::hang() {
    const std::lock_guard lock{mutex_};
    if (hung_.size() >= most_) std::erase_if(hung_, [](const auto& bell) { return bell.expired(); });
    if (hung_.size() >= most_) return nullptr;
    const int descriptor = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (descriptor < 0) return nullptr;  // as many are open as may
    auto bell = std::make_shared<Bell>(descriptor);
    hung_.push_back(bell);
    return bell;
}

void Bells::ring_all() {
    std::vector<std::weak_ptr<Bell>> all;
    {
        const std::lock_guard lock{mutex_};
        all.swap(hung_);
    }
    for (const auto& one : all)
        if (const auto bell = one.lock()) bell->ring();
}

}  // namespace tollgate::auth
