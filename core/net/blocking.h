// core/net/blocking.h - Blocking: work that may block (DNS, files, databases) on threads of its own, awaited by loops.
#pragma once

#include <tollgate/task.h>

#include <functional>
#include <memory>

namespace tollgate::net {

class Blocking {
public:
    explicit Blocking(int threads);
    ~Blocking();  // finish()
    // Waits for work under way and queued, which tells its loop of its end: before the loops are destroyed.
    void finish();
    // [loop] Runs `work` on a thread, as soon as one is free, and goes on here. If the awaiting task is destroyed
    // meanwhile, the work still ends, and nobody hears of it. What it throws is thrown here.
    Task<void> run(std::function<void()> work);
    // The same for who does not wait here. The work throws nothing. Any thread.
    void begin(std::function<void()> work);

private:
    class Queue;
    std::unique_ptr<Queue> queue_;
};

}  // namespace tollgate::net
