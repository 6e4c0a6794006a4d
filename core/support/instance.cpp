// core/support/instance.cpp - composed once.
#include "support/instance.h"

#include "support/random.h"

#include <unistd.h>

#include <cstdio>

namespace tollgate {

const std::string& instance() {
    static const std::string name = [] {
        char host[256] = {};
        if (::gethostname(host, sizeof host - 1) != 0) host[0] = 0;
        char rest[64];
        std::snprintf(rest, sizeof rest, "/%d-%04x", int(::getpid()), unsigned(random_word() & 0xFFFF));
        return host + std::string{rest};
    }();
    return name;
}

}  // namespace tollgate
