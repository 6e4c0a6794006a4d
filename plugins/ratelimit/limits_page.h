// plugins/ratelimit/limits_page.h - LimitsPage: what keys have spent, for operators, and forgetting it.
#pragma once

#include "inquiry.h"
#include "rule.h"
#include "store.h"

#include <tollgate/host.h>

#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace tollgate::ratelimit {

// The limits of all living uses of the plugin; any thread. The page of whatever use answers for all of them.
class LimitsPage {
public:
    // A use, from here to its end. Destroying it waits while somebody looks at its rules.
    class Listed {
    public:
        // `elsewhere`: null where it counts in memory. All outlive it.
        Listed(Host& host, const std::vector<std::unique_ptr<const Rule>>& rules, Store* elsewhere);
        ~Listed();
        Listed(const Listed&) = delete;
        Listed& operator=(const Listed&) = delete;

    private:
        const std::shared_ptr<LimitsPage> page_;
        std::list<struct Use>::iterator place_;
    };

    // GET: all limits, or of a key what it has spent of them. DELETE: the same after it has been forgotten.
    AdminAnswer answer(const AdminRequest& request);

private:
    struct Question;
    std::string all_limits();
    static void put(const std::shared_ptr<Question>& question, const struct Use& use, bool forget);
    std::vector<std::shared_ptr<Question>> ask(const Inquiry& inquiry, bool forget);

    std::mutex mutex_;  // of the next
    std::list<struct Use> uses_;  // the latest last
};

}  // namespace tollgate::ratelimit
