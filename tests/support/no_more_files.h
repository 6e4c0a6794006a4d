// tests/support/no_more_files.h - NoMoreFiles: as where a process has as many open files as it may.
#pragma once

#include <boost/test/unit_test.hpp>

#include <sys/resource.h>
#include <unistd.h>

namespace tollgate::test {

// While it lives nothing can be opened in this process.
class NoMoreFiles {
public:
    NoMoreFiles() {
        BOOST_REQUIRE(::getrlimit(RLIMIT_NOFILE, &before_) == 0);
        const int free = ::dup(STDERR_FILENO);
        ::close(free);
        const rlimit none{static_cast<rlim_t>(free), before_.rlim_max};
        BOOST_REQUIRE(::setrlimit(RLIMIT_NOFILE, &none) == 0);
    }
    ~NoMoreFiles() { ::setrlimit(RLIMIT_NOFILE, &before_); }
    NoMoreFiles(const NoMoreFiles&) = delete;

private:
    rlimit before_{};
};

}  // namespace tollgate::test
