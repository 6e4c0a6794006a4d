// plugins/logging/lanes.cpp - handing lines to rings, and rings that grow while they are in use.
#include "lanes.h"

namespace tollgate::logging {

Lanes::Lanes(std::size_t own, std::size_t ring_bytes) : own_{own}, lanes_{std::make_unique<Lane[]>(own + 1)} {
    for (std::size_t i = 0; i <= own_; ++i) {
        links_.push_back(std::make_unique<Link>(ring_bytes));
        lanes_[i].newest = lanes_[i].oldest = links_.back().get();
    }
}

Lanes::Pushed Lanes::push(std::size_t lane, std::string_view line) noexcept {
    std::unique_lock<std::mutex> lock;
    if (lane >= own_) {
        lane = own_;
        lock = std::unique_lock{shared_mutex_};
    }
    Ring& ring = lanes_[lane].newest.load(std::memory_order_acquire)->ring;
    if (!ring.push(line)) return Pushed::dropped;
    return ring.used() > ring.capacity() / 2 ? Pushed::half_full : Pushed::taken;
}

void Lanes::grow(std::size_t ring_bytes) {
    const std::lock_guard lock{growth_mutex_};
    for (std::size_t i = 0; i <= own_; ++i) {
        Link* const last = lanes_[i].newest.load(std::memory_order_relaxed);
        if (last->ring.capacity() >= ring_bytes) continue;
        links_.push_back(std::make_unique<Link>(ring_bytes));
        last->next.store(links_.back().get(), std::memory_order_release);
        lanes_[i].newest.store(links_.back().get(), std::memory_order_release);
    }
}

}  // namespace tollgate::logging
