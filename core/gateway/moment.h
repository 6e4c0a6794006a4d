// core/gateway/moment.h - Moment: what a gateway has under way.
#pragma once

#include <cstddef>

namespace tollgate {

struct Moment {
    int in_flight = 0;            // requests
    std::size_t connections = 0;  // of clients
    double per_second = 0;        // requests that ended, within about the last second
};

}  // namespace tollgate
