// core/support/aside.h - aside(): long work on a thread of its own that leaves the CPU to whoever serves requests.
#pragma once

#include <functional>

namespace tollgate {

// For the job that runs aside.
class Waiting {
public:
    // Has the thread that waits for the job do a part of it, at that thread's priority, and returns when it has. What
    // the part throws is thrown here. For whatever makes threads: they would inherit the low priority for good.
    virtual void do_part(const std::function<void()>& part) = 0;

protected:
    ~Waiting() = default;
};

// Returns when the job is done; throws what it throws. Its thread gets a tenth of what another thread gets that wants
// the same CPU, no less: it ends in time on a machine that is never idle, too. The thread ends with the job, since
// without privileges no thread gets its priority back.
void aside(const std::function<void(Waiting&)>& job);

}  // namespace tollgate
