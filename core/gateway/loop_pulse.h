// core/gateway/loop_pulse.h - LoopPulse: whether the loops still turn: each is given a word, to say by the next time.
#pragma once

#include "gateway/loop_services.h"

#include <atomic>
#include <memory>
#include <vector>

namespace tollgate {

// One thread asks. A loop that is not running has nothing to say, and is no worse for it.
class LoopPulse {
public:
    explicit LoopPulse(GatewayLoops& loops) : loops_{loops} {
        for (std::size_t loop = 0; loop < loops_.loop_count(); ++loop)
            unsaid_.push_back(std::make_shared<std::atomic<bool>>(false));
    }
    // True if all have said theirs since the last time.
    bool beat() {
        bool all = true;
        for (std::size_t loop = 0; loop < unsaid_.size(); ++loop) {
            const auto& unsaid = unsaid_[loop];
            if (unsaid->exchange(true)) all = false;
            else if (!loops_.post(loop, [unsaid] { unsaid->store(false); })) unsaid->store(false);
        }
        return all;
    }

private:
    GatewayLoops& loops_;
    std::vector<std::shared_ptr<std::atomic<bool>>> unsaid_;  // shared with what was posted, which may come late
};

}  // namespace tollgate
