// plugins/logging/lanes.h - Lanes: a ring for each thread that makes lines, and one that all others share.
#pragma once

#include "ring.h"

#include <atomic>
#include <cstddef>
#include <memory>
#include <mutex>
#include <string_view>
#include <vector>

namespace tollgate::logging {

class Lanes {
public:
    // `own` lanes with one producer thread each, and one more behind a mutex.
    Lanes(std::size_t own, std::size_t ring_bytes);

    enum class Pushed { dropped, taken, half_full };  // half_full: taken, and somebody should hurry
    // [the lane's thread; any thread for `lane` of `own` and above]
    Pushed push(std::size_t lane, std::string_view line) noexcept;

    // Rings of at least so many bytes from now on. [any thread]
    void grow(std::size_t ring_bytes);

    // Calls visit(Ring&) for every ring, a lane's oldest first, until one says false. [consumer]
    template <class Visit>
    bool each(Visit visit) {
        for (std::size_t i = 0; i <= own_; ++i)
            for (Link* link = lanes_[i].oldest; link; link = link->next.load(std::memory_order_acquire))
                if (!visit(link->ring)) return false;
        return true;
    }
    // [consumer] As Ring::waiting(): nothing anywhere; no ring in which push() would find half_full.
    bool empty() {
        return each([](const Ring& ring) { return ring.waiting() == 0; });
    }
    bool unhurried() {
        return each([](const Ring& ring) { return ring.waiting() <= ring.capacity() / 2; });
    }

private:
    // A lane's rings are few, since each is larger than the one before; none is freed before the end, since its
    // producer may just be writing to it.
    struct Link {
        explicit Link(std::size_t bytes) : ring{bytes} {}
        Ring ring;
        std::atomic<Link*> next{nullptr};
    };
    struct alignas(64) Lane {
        std::atomic<Link*> newest{nullptr};
        Link* oldest = nullptr;
    };

    const std::size_t own_;
    const std::unique_ptr<Lane[]> lanes_;
    std::mutex shared_mutex_;  // of the last lane
    std::mutex growth_mutex_;  // of links_
    std::vector<std::unique_ptr<Link>> links_;
};

}  // namespace tollgate::logging
