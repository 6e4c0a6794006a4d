// core/commands/service_upgrade.cpp - Service: taking the place of a process before, and giving it to a new one.
#include "commands/service.h"

#include "http/server.h"
#include "support/log.h"
#include "support/text.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <exception>
#include <memory>
#include <stdexcept>
#include <utility>

namespace tollgate::commands {

namespace {

constexpr std::size_t most_lines = 50;  // of what a new process has said

std::vector<std::string> last_lines(std::string_view text) {
    std::vector<std::string> lines;
    while (!text.empty()) {
        const auto end = std::min(text.find('\n'), text.size());
        if (end > 0) lines.push_back(text::printable(text.substr(0, end)));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    if (lines.size() > most_lines) lines.erase(lines.begin(), lines.end() - std::ptrdiff_t(most_lines));
    return lines;
}

}  // namespace

// Of the old process ---------------------------------------------------------------------------------------------

// What is handed over is held open until that is done.
Succession Service::succession() {
    Succession succession;
    succession.program = program_;
    succession.arguments = options_.arguments;
    auto& sockets = succession.estate.sockets;
    sockets = given_.lent();
    const auto listeners = std::make_shared<const std::vector<http::Listener>>(gateway_.listeners());
    for (const auto& listener : *listeners)
        if (!listener.lent)
            sockets.push_back({listener.address.text(), "", int(listener.socket->impl()->sockfd()), false});
    {
        const std::lock_guard lock{mutex_};
        if (admin_socket_) sockets.push_back(*admin_socket_);
    }
    succession.estate.ticket_keys = gateway_.ticket_keys();
    succession.estate.log = STDERR_FILENO;
    succession.yield = [this, listeners](pid_t process) {
        for (const auto& listener : *listeners) listener.keep_file(false);
        supervisor_.tell("MAINPID=" + std::to_string(process));
        supervisor_.be_silent();
    };
    succession.take_back = [this, listeners] {
        for (const auto& listener : *listeners) listener.keep_file(true);
        supervisor_.speak_again();
        supervisor_.tell("MAINPID=" + std::to_string(::getpid()));
        supervisor_.tell_ready(status());
        if (pid_file_) (void)pid_file_->write();
    };
    succession.stop = [this] { return draining_.load(); };
    return succession;
}

// [any thread]
admin::UpgradeResult Service::upgrade(std::chrono::seconds longest) {
    const auto refused = [](std::string why, std::vector<std::string> words = {}) {
        log::error("serve", "upgrade refused: " + why);
        return admin::UpgradeResult{false, std::move(why), 0, {}, std::move(words)};
    };
    if (!tie_to_container_.empty()) return refused(tie_to_container_ + "; an image is replaced, not upgraded");
    const std::unique_lock one{upgrading_, std::try_to_lock};
    if (!one) return refused("another upgrade is under way");
    {
        const std::lock_guard no_reload{reading_};
        if (draining_) return refused(why_it_ends());
        if (!begun_) return refused("the gateway is starting");
        handing_over_ = true;
    }
    struct GoingOn {
        Service* service;
        ~GoingOn() {
            if (service) service->go_on();
        }
    } going_on{this};  // unless it succeeds, and be it for want of memory
    Succeeded came;
    try {
        Succession succession = this->succession();
        succession.longest = longest;
        log::info("serve", "upgrading: " + program_.string() + " is started");
        came = succeed_by(succession);
    } catch (const std::exception& error) {  // no descriptors to be had, or no memory
        came.problem = error.what();
    }
    if (!came.ok) return refused(came.problem + "; the process before goes on", last_lines(came.words));
    going_on.service = nullptr;
    bool stopping = false;  // asked to when it was too late to take the word back
    {
        const std::lock_guard lock{mutex_};
        successor_ = came.process;
        if (reload_follows_) ::kill(came.process, SIGHUP);
        stopping = draining_.exchange(true);
        if (stopping) {
            successor_ = -1;
            ::kill(came.process, SIGTERM);
        }
    }
    if (stopping) return refused("the gateway is stopping");
    signals_.say_replaced();
    const std::string summary = "process " + std::to_string(came.process) + " (" + came.version + ") serves";
    return {true, summary, long(came.process), came.version, {}};
}

// [any thread] An upgrade came to nothing.
void Service::go_on() {
    const std::lock_guard lock{mutex_};
    handing_over_ = false;
    if (std::exchange(reload_follows_, false)) ::kill(::getpid(), SIGHUP);  // again: the main thread reloads
}

// [any thread]
std::string Service::why_it_ends() const {
    return successor_ >= 0 ? "another process has taken this one's place; ask again" : "the gateway is stopping";
}

// [main] Another process serves. Whoever asked for it is answered before the admin listener ends.
void Service::leave() {
    if (admin_) admin_->shut_door();  // first: who asks from now on asks the other one
    if (pid_file_) pid_file_->leave();
    log::info("serve", "upgraded: another process serves; requests under way may finish");
    drain(http::WhileIdle::serve);
    stop_watching();
    if (admin_) admin_->leave();
    stop_admin();
}

// [main] Another process that ends by itself is this one's child: the supervisor, who would start it again,
// hears of it no sooner than this process ends. One that was stopped, or replaced in its turn, has ended well.
void Service::see_successor(bool stopping) {
    const pid_t process = successor_;
    siginfo_t seen{};
    if (process < 0 || ::waitid(P_PID, id_t(process), &seen, WEXITED | WNOHANG | WNOWAIT) != 0 || seen.si_pid == 0)
        return;
    successor_ = -1;
    if (stopping || (seen.si_code == CLD_EXITED && seen.si_status == 0)) return;
    log::error("serve", "process " + std::to_string(process) + ", which has taken over, has ended by " +
                            (seen.si_code == CLD_EXITED ? "exit code " : "signal ") + std::to_string(seen.si_status) +
                            ": nobody accepts connections; this process ends as soon as it can");
    gateway_.hurry();
}

// [main] Those that are over go first: one that is refused ends at once, and there may be many. Nothing that goes wrong
// here is a reason to stop serving.
void Service::begin_upgrade() {
    std::erase_if(upgrades_, [](auto& one) {
        if (one.wait_for(std::chrono::seconds{0}) != std::future_status::ready) return false;
        one.get();
        return true;
    });
    const auto refused = [](const std::exception& error) {
        log::tell(Level::error, "serve", [&error] { return std::string{"upgrade refused: "} + error.what(); });
    };
    try {
        upgrades_.reserve(upgrades_.size() + 1);  // what has begun would be waited for, if there was no room for it
        upgrades_.push_back(std::async(std::launch::async, [this, refused] {
            try {
                (void)upgrade(std::chrono::seconds{options_.wait});
            } catch (const std::exception& error) {
                refused(error);
            }
        }));
    } catch (const std::exception& error) {  // no thread to be had, or no memory
        refused(error);
    }
}

// Of the new process ---------------------------------------------------------------------------------------------

// Before anything listens.
int Service::receive_estate() {
    try {
        const Estate estate = predecessor_->receive();
        for (const auto& socket : estate.sockets)
            if (const std::string problem = given_.add(socket); !problem.empty())
                log::warning("serve", "handed over: " + problem);
        gateway_.take_ticket_keys(estate.ticket_keys);
        return done;
    } catch (const std::runtime_error& error) {
        log::error("serve", error.what());
        return failed;
    }
}

int Service::take_place() {
    if (!options_.pid_file.empty()) pid_file_.emplace(options_.pid_file);  // it may throw: not once it serves
    const bool taken = predecessor_->take_its_place([this] {
        if (admin_) admin_->begin();
        gateway_.begin_accepting();
        gateway_.keep_socket_files(true);
    });
    if (!taken) {
        log::error("serve", "the process before goes on serving");
        return failed;
    }
    (void)write_pid_file();  // what is wrong with it is no reason to leave nobody serving
    given_.close_left_over();
    supervisor_.speak_again();
    supervisor_.tell_ready(status());
    predecessor_->say_settled();
    log::info("serve", "upgraded: this process has taken the place of the one before");
    warn_of_unserved();
    return done;
}

// Of what is given ----------------------------------------------------------------------------------------------

// "" where none of them listens at the admin listener's address: a socket that is lent could be had by both.
std::string Service::listener_at_admin(const std::vector<http::Listener>& listeners) const {
    const std::lock_guard lock{mutex_};
    const auto found = std::find_if(listeners.begin(), listeners.end(),
                                    [this](const auto& listener) { return listener.bound() == admin_bound_; });
    return found == listeners.end() ? std::string{} : found->address.text();
}

// Whoever lends a socket listens on: what the configuration has given up lets its clients wait.
void Service::warn_of_unserved() const {
    std::vector<std::string> served;
    for (const auto& listener : gateway_.listeners()) served.push_back(listener.bound());
    {
        const std::lock_guard lock{mutex_};
        served.push_back(admin_bound_);
    }
    for (const std::string& socket : given_.unserved(served))
        log::warning("serve", socket + " is still listened at by who opened it, and no `listen` has it: its clients "
                                       "wait");
}

// Of one that takes nobody's place ------------------------------------------------------------------------------

// A socket that nobody asks for would let its clients wait for ever.
int Service::refuse_strangers() {
    const auto strangers = given_.left_over();
    for (const std::string& socket : strangers)
        log::error("serve", socket + " was given (LISTEN_FDS), but neither a `listen` nor the admin listener has this "
                                     "address");
    if (!strangers.empty()) return wrong;
    if (given_.size() > 0)
        log::info("serve", text::count(given_.size(), "socket") + " given by who started this process");
    return done;
}

bool Service::write_pid_file() {
    if (options_.pid_file.empty()) return true;
    if (!pid_file_) pid_file_.emplace(options_.pid_file);
    const std::string problem = pid_file_->write();
    if (!problem.empty()) log::error("serve", problem);
    return problem.empty();
}

}  // namespace tollgate::commands
