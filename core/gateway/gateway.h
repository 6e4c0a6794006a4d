// core/gateway/gateway.h - Gateway: loops, listeners, the snapshot in force, and serve(), the corridor.
#pragma once

#include "config/builder.h"
#include "config/difference.h"
#include "gateway/moment.h"
#include "gateway/next_target.h"
#include "gateway/target_tally.h"
#include "http/exchange.h"
#include "plugins/catalogue.h"
#include "plugins/metrics.h"
#include "plugins/named_states.h"
#include "plugins/pages.h"

#include <cstddef>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace tollgate {

namespace history {
class Feed;
}
namespace http {
struct Listener;
enum class WhileIdle : std::uint8_t;
}
namespace net {
class GivenSockets;
}
class Trace;
class UsageReports;
struct LoopShare;

class Gateway final : private http::Handler {
public:
    struct Options {
        std::filesystem::path file;
        std::size_t loops = 0;  // 0: one per core
        // What else whoever runs the gateway must object to in a configuration that a reload is about to put in force,
        // and in its listeners.
        using Listeners = std::vector<http::Listener>;
        std::function<void(const Snapshot&, const Listeners&, std::vector<config::Problem>&)> object{};
        net::GivenSockets* given = nullptr;  // outlives the gateway; null: it opens every socket itself
    };
    Gateway(Options options, plugins::Catalogue& catalogue, plugins::Metrics& metrics, plugins::NamedStates& states,
            plugins::Pages& pages);
    ~Gateway();

    struct Started {
        std::vector<config::Problem> problems;  // empty: ready to serve
        bool misconfigured = false;             // they are the file's own; else of addresses that cannot be had
    };
    // Loads the file and opens the listeners: who connects waits there.
    Started start();
    // Once, after a start() without problems: until then another process that listens by the same sockets serves alone.
    void begin_accepting();
    struct Reloaded {
        bool ok = false;
        std::vector<config::Problem> problems;
        std::string summary;  // one line
        config::Difference difference{};
    };
    // All or nothing. Any thread; one at a time.
    Reloaded reload();
    // Stops accepting, lets requests under way finish for at most limits.drain, then ends everything. Returns when done.
    // Idle connections are closed at once, or served once more where others are there for the requests to come.
    void drain(http::WhileIdle idle);
    void hurry() noexcept;     // any thread: a drain in which idle connections were served closes them
    void stop_now() noexcept;  // any thread: ends a drain early

    std::optional<net::Address> admin_address() const;  // what routes.lua says, if it says
    bool admin_off() const;                             // admin(false)
    // All that was read when the file was last read, well or not; what was wanted and is not there too. Absolute.
    std::vector<std::filesystem::path> files() const;
    std::shared_ptr<const Snapshot> current() const;    // the configuration in force; null before start()
    // Asked on a loop. Any other thread; throws std::runtime_error where no loop answers.
    NextTarget next_target(const std::string& upstream);
    std::vector<std::string> listening() const;         // real addresses, with the ports the kernel chose
    std::vector<http::Listener> listeners() const;      // any thread
    // Whether this process removes the files of its Unix sockets at its end. Those that it was given it leaves, until
    // told.
    void keep_socket_files(bool ours) noexcept;
    // Keys of TLS session tickets, as net::TlsTickets hands them over.
    std::string ticket_keys();
    void take_ticket_keys(std::string_view keys);
    // Whether every loop has turned since this was asked last. One thread.
    bool loops_turn();
    // What became of requests, from any thread.
    history::Feed& feed() noexcept;
    Moment moment() const;  // any thread
    const UsageReports& usage() const noexcept;  // what the loops remember of requests
    bool requests_are_stored() const;  // a plugin of the configuration in force writes them into the database
    // How attempts at a target went, on all loops. Any thread.
    TargetTally::Reading target(const std::string& upstream, std::string_view address) const;
    bool keys_away() const;  // a database of keys that is in use does not answer
    static std::size_t loop_count(std::size_t wanted) noexcept;

    // The corridor. [loop of `share`] All three outlive the task; `trace` hears why, null: nobody asked.
    static Task<void> serve(LoopShare& share, http::Exchange& exchange, Trace* trace = nullptr);

private:
    Task<void> serve(http::Exchange& exchange) override;

    class Engine;
    std::unique_ptr<Engine> engine_;
};

}  // namespace tollgate
