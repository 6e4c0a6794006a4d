// core/gateway/rehearsal.h - Rehearsal: a configuration walked through by requests without sockets, upstreams or time.
//
// Router, chains, plugins and functions are the real ones. The client's connection is a piece of memory, upstreams are
// not asked (an empty 200 stands for their answer), the clock stands still unless it is moved, and on_log is not
// called: what is only rehearsed leaves no trace in logs. What plugins send by themselves is refused.
#pragma once

#include "config/builder.h"
#include "gateway/explanation.h"
#include "http/exchange.h"

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>

namespace tollgate {

class Rehearsal {
public:
    explicit Rehearsal(plugins::Catalogue& catalogue);
    ~Rehearsal();

    // What is wrong with the file; empty: it may be rehearsed. Once.
    std::vector<config::Problem> load(const std::filesystem::path& file);
    std::vector<config::Problem> load(config::Source source);

    struct Request {
        std::string bytes;  // as a client sends them: head and body
        http::Client client;
        std::size_t times = 1;
        std::chrono::nanoseconds every{0};  // between two of them
    };
    // Calls `each` after each of them with its trace, which holds until the next call of walk(). Throws
    // std::runtime_error where a request waits for something that does not come. Once.
    using Each =
        std::function<void(std::size_t number, std::chrono::nanoseconds at, std::shared_ptr<const Trace> trace)>;
    void walk(const Request& request, const Each& each);

private:
    class Stage;
    std::unique_ptr<Stage> stage_;
};

}  // namespace tollgate
