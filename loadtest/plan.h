// loadtest/plan.h - Plan: what all threads of a run share and none changes.
#pragma once

#include "loadtest/options.h"
#include "loadtest/requests.h"
#include "loadtest/schedule.h"
#include "net/tls_client_context.h"

#include <Poco/Net/SocketAddress.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace tollgate::loadtest {

struct Plan {
    const Options& options;
    const Requests& requests;
    std::vector<Poco::Net::SocketAddress> addresses;  // by endpoint
    std::optional<Schedule> schedule;                 // of an open loop
    std::optional<net::TlsClientContext> tls;         // where an endpoint is secure
    std::string run_id;
};

}  // namespace tollgate::loadtest
