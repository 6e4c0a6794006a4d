// core/commands/service.h - Service: one running gateway with its admin listener, from start to end.
#pragma once

#include "admin/admin_listener.h"
#include "admin/process_figures.h"
#include "commands/commands.h"
#include "commands/pid_file.h"
#include "commands/predecessor.h"
#include "commands/served_keys.h"
#include "commands/served_requests.h"
#include "commands/signals.h"
#include "commands/successor.h"
#include "commands/watch.h"
#include "gateway/gateway.h"
#include "net/given_sockets.h"
#include "support/supervisor.h"

#include <Poco/Util/Timer.h>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <future>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace tollgate::commands {

// One gateway and what it leans on, in the order in which they need each other.
class Service {
public:
    Service(const Options& options, const std::filesystem::path& file, plugins::Catalogue& catalogue,
            Supervisor& supervisor, net::GivenSockets& given, Signals& signals,
            std::unique_ptr<Predecessor> predecessor);

    // Those that return a number return the exit code: where it cannot serve, having logged why.
    int start();
    int start_admin();
    // Once all listens: tells whoever waits for it.
    int begin();
    void stop_admin();
    void start_watching();
    void stop_watching();

    // Until a signal has ended it. On the main thread, which alone hears signals.
    void run();

private:
    using Clock = std::chrono::steady_clock;

    int refuse_strangers();
    int receive_estate();
    int take_place();
    bool write_pid_file();
    void drain(http::WhileIdle idle);
    void leave();
    std::string why_it_ends() const;
    void see_successor(bool stopping);
    void begin_upgrade();
    void go_on();
    admin::UpgradeResult upgrade(std::chrono::seconds longest);
    Succession succession();
    void look(Poco::Util::TimerTask&);
    void pat_watchdog(Poco::Util::TimerTask&);
    std::string status() const;
    std::optional<net::Address> wanted_admin() const;
    admin::Controls controls();
    admin::Access access() const;
    void object(const Snapshot& snapshot, const std::vector<http::Listener>& listeners,
                std::vector<config::Problem>& problems) const;
    std::string listener_at_admin(const std::vector<http::Listener>& listeners) const;
    void warn_of_unserved() const;
    admin::ReloadResult reload();
    admin::ReloadResult read_again();
    void heed_reload();
    void remember(const admin::ReloadResult& result);
    admin::Configuration configuration() const;
    admin::Traffic traffic();
    std::string explain(const AskedRequest& asked);
    admin::Health health() const;
    void reopen();

    const Options& options_;
    plugins::Catalogue& catalogue_;
    Supervisor& supervisor_;
    net::GivenSockets& given_;
    Signals& signals_;
    const std::unique_ptr<Predecessor> predecessor_;  // null: nobody's place is taken
    const std::filesystem::path program_;
    const std::string tie_to_container_;  // "": another process may take this one's place
    const std::size_t loops_;
    plugins::Metrics metrics_;
    std::vector<plugins::Metrics::Watch> process_;
    plugins::NamedStates states_;
    plugins::Pages pages_;
    Gateway gateway_;
    Clock::time_point started_{};
    std::chrono::system_clock::time_point began_{};  // the same by the other clock
    std::filesystem::file_time_type read_since_{};  // when the files began to be read for the first time
    std::atomic<bool> draining_{false}, begun_{false};
    std::thread drain_;                        // the main thread's, as the next
    std::vector<std::future<void>> upgrades_;  // that a signal has begun
    std::mutex upgrading_;
    std::atomic<bool> handing_over_{false};
    std::atomic<pid_t> successor_{-1};  // who serves instead
    std::mutex explaining_;
    std::mutex reading_;  // routes.lua is read for one purpose at a time
    mutable std::mutex mutex_;
    bool reload_follows_ = false;         // under mutex_: a signal has asked for one while another process was starting
    admin::Configuration configuration_;  // under mutex_
    std::optional<net::GivenSockets::Socket> admin_socket_;  // likewise; to be handed over
    std::string admin_bound_;  // likewise; where the admin listener is, by the kernel's word
    std::string admin_text_;  // "" without a listener; set before its threads begin, which read it
    std::atomic<bool> beyond_loopback_{false};
    std::optional<PidFile> pid_file_;  // the main thread's
    std::optional<Watch> watch_;  // the timer's thread's alone
    std::optional<Poco::Util::Timer> timer_, watchdog_;
    ServedKeys keys_;
    ServedRequests requests_;
    std::optional<admin::AdminListener> admin_;  // the main thread's alone
};

}  // namespace tollgate::commands
