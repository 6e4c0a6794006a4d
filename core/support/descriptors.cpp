// core/support/descriptors.cpp - the limit of open descriptors.
#include "support/descriptors.h"

#include <sys/resource.h>

namespace tollgate {

bool raise_descriptor_limit() noexcept {
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == limit.rlim_max) return true;
    limit.rlim_cur = limit.rlim_max;
    return ::setrlimit(RLIMIT_NOFILE, &limit) == 0;
}

}  // namespace tollgate
