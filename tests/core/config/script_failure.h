// tests/core/config/script_failure.h - failed(): what the log would say of a function of routes.lua that fails.
#pragma once

#include "support/failure.h"

#include <boost/test/unit_test.hpp>

#include <string>

namespace tollgate::config {

template <class Call>
std::string failed(Call call) {
    try {
        call();
    } catch (const Failure& failure) {
        BOOST_TEST(failure.reason == "script_failed");
        BOOST_TEST(failure.status == 500);
        return failure.detail;
    }
    return "did not fail";
}

}  // namespace tollgate::config
