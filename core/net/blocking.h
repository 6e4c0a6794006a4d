// core/net/blocking.h - Blocking: work that may block (DNS, files, databases) on threads of its own, awaited by loops.
#pragma once

#include <tollgate/task.h>

#include <functional>
#include <memory>

namespace Poco {
class ThreadPool;
}

namespace tollgate::net {

class Blocking {
public:
    explicit Blocking(int threads);
    ~Blocking();  // finish()
    // Waits for work under way, which tells its loop of its end: before the loops are destroyed.
    void finish();
    // [loop] Runs `work` on a thread and goes on here. If the awaiting task is destroyed meanwhile, the work still
    // ends, and nobody hears of it. What it throws is thrown here; so is Poco::NoThreadAvailableException.
    Task<void> run(std::function<void()> work);

private:
    std::unique_ptr<Poco::ThreadPool> threads_;
};

}  // namespace tollgate::net
