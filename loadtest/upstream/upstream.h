// loadtest/upstream/upstream.h - Upstream: instances behind addresses, served by common loops.
#pragma once

#include "loadtest/upstream/instance.h"
#include "net/address.h"

#include <memory>
#include <string>
#include <vector>

namespace tollgate::loadtest {

class Upstream {
public:
    struct Place {
        net::Address address;
        std::string id;  // "": what distinguishes the address: its port, or the socket's file
    };
    struct Told {
        std::vector<Place> places;
        Behaviour behaviour;
        unsigned threads = 1;
        std::string record;  // file; "": none
    };
    // Listens and serves. Throws std::runtime_error where an address cannot be listened on or the record not be
    // opened.
    explicit Upstream(Told told);
    ~Upstream();  // stop()

    struct Listening {
        std::string address;  // "127.0.0.1:9001", with the port the kernel chose
        std::string id;
    };
    const std::vector<Listening>& listening() const noexcept;

    struct Report {
        std::vector<Outcomes> outcomes;    // by place
        std::uint64_t lost_records = 0;    // lines that could not be written, and why
        std::string problem;
    };
    // Accepts no more; whoever waits is answered now, whoever hangs is let go; then all connections are closed. Returns
    // when everything is recorded. At most for five seconds. Once.
    Report stop();

private:
    class Engine;
    std::unique_ptr<Engine> engine_;
};

}  // namespace tollgate::loadtest
