// core/upstream/checker.h - Checker: asks targets again and again whether they work.
#pragma once

#include "upstream/pool.h"
#include "upstream/upstream.h"

#include <cstddef>
#include <memory>
#include <vector>

namespace tollgate::upstream {

// One loop's part of it. Begins at once, with a coroutine for each target; where a target was checked before, also by
// another Checker, with what is left of the pause. Ends, also in the middle of a check, with its destructor.
class Checker {
public:
    // Takes every `parts`-th target that is to be checked, from the `part`-th on. On the loop, or before it runs.
    // `upstreams` outlive it, and so does the pool.
    Checker(Pool& pool, const std::vector<std::unique_ptr<Upstream>>& upstreams, std::size_t part, std::size_t parts);

private:
    std::vector<Task<void>> watches_;
};

// One check, by a connection of its own, which is made as for requests. Never throws. The target's upstream has
// `health`.
Task<CheckResult> check(Pool& pool, const UpstreamTarget& target);

}  // namespace tollgate::upstream
