// core/commands/service.cpp - starting and ending the gateway, and reloading it.
#include "commands/service.h"

#include "commands/container.h"
#include "http/server.h"
#include "support/log.h"
#include "support/text.h"

#include <Poco/Util/TimerTaskAdapter.h>

#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <exception>
#include <thread>

namespace tollgate::commands {

namespace {

constexpr std::size_t most_lines = 50;  // about one reload, in the log and on a terminal

}  // namespace

Service::Service(const Options& options, const std::filesystem::path& file, plugins::Catalogue& catalogue,
                 Supervisor& supervisor, net::GivenSockets& given, Signals& signals,
                 std::unique_ptr<Predecessor> predecessor)
    : options_{options},
      catalogue_{catalogue},
      supervisor_{supervisor},
      given_{given},
      signals_{signals},
      predecessor_{std::move(predecessor)},
      program_{own_program(options.arguments.at(0))},
      // Now: who has replaced another process, or whose parent has ended, becomes a child of process 1 later.
      tie_to_container_{tie_to_container(::getpid(), ::getppid(), name_of(1))},
      loops_{Gateway::loop_count(options.loops)},
      metrics_{loops_},
      process_{admin::watch_process(metrics_)},
      gateway_{{file, loops_, [this](auto&... what) { object(what...); }, &given},
               catalogue,
               metrics_,
               states_,
               pages_} {}

int Service::start() {
    if (predecessor_)
        if (const int code = receive_estate(); code != done) return code;
    read_since_ = std::filesystem::file_time_type::clock::now();
    const Gateway::Started started = gateway_.start();
    for (const config::Problem& problem : started.problems) log::error("config", problem.text());
    if (!started.problems.empty()) {
        log::error("config", text::count(started.problems.size(), "problem") + "; not serving");
        return started.misconfigured ? wrong : failed;
    }
    started_ = Clock::now();
    began_ = std::chrono::system_clock::now();
    configuration_ = {gateway_.files().front(), began_, began_};
    for (const std::string& address : gateway_.listening()) log::info("gateway", "listening on " + address);
    return done;
}

int Service::begin() {
    // Their threads are had before the place is taken: want of one is a reason not to serve only while another does.
    if (supervisor_.watchdog()) watchdog_.emplace();
    if (options_.watch) timer_.emplace();
    if (predecessor_) {
        if (const int code = take_place(); code != done) return code;
    } else {
        if (const int code = refuse_strangers(); code != done) return code;
        if (!write_pid_file()) return failed;
        if (admin_) admin_->begin();
        gateway_.begin_accepting();
        supervisor_.tell_ready(status());
    }
    begun_ = true;
    if (const auto every = supervisor_.watchdog()) {
        // Of the time granted a quarter: one beat that is late does no harm.
        const long pause = std::max(1L, long(every->count() / 4000));
        watchdog_->schedule(new Poco::Util::TimerTaskAdapter<Service>(*this, &Service::pat_watchdog), pause, pause);
    }
    return done;
}

void Service::pat_watchdog(Poco::Util::TimerTask&) {
    if (gateway_.loops_turn()) supervisor_.tell("WATCHDOG=1");
}

std::string Service::status() const {
    std::string addresses;
    for (const std::string& address : gateway_.listening()) addresses += (addresses.empty() ? "" : ", ") + address;
    return "serving at " + addresses;
}

void Service::start_watching() {
    if (!options_.watch) return;
    watch_.emplace(gateway_.files(), read_since_);
    timer_->schedule(new Poco::Util::TimerTaskAdapter<Service>(*this, &Service::look), 500, 500);
    log::info("serve", "watching " + text::count(gateway_.files().size(), "file"));
}

void Service::stop_watching() {
    if (timer_) timer_->cancel(true);
    if (watchdog_) watchdog_->cancel(true);
}

void Service::run() {
    for (bool asked_to_stop = false;;) {
        const Signal signal = signals_.wait();
        if (signal == Signal::drained) break;
        if (signal == Signal::stop && asked_to_stop) {
            log::warning("serve", "asked again: stopping at once");
            gateway_.stop_now();
        } else if (signal == Signal::stop) {
            asked_to_stop = true;
            draining_ = true;
            supervisor_.tell_stopping();
            log::info("serve", "stopping: requests under way may finish");
            drain(http::WhileIdle::close);
            gateway_.hurry();  // it may drain already, another process having its place
        } else if (signal == Signal::replaced) {
            leave();
            see_successor(asked_to_stop);
        } else if (signal == Signal::child) {
            see_successor(asked_to_stop);
        } else if (signal == Signal::upgrade) {
            begin_upgrade();
        } else if (signal == Signal::reload) {
            heed_reload();
        } else if (signal == Signal::reopen) {
            reopen();
        }
    }
    if (drain_.joinable()) drain_.join();
    for (auto& upgrade : upgrades_) upgrade.get();
    log::info("serve", "stopped");
}

void Service::drain(http::WhileIdle idle) {
    if (drain_.joinable()) return;
    const auto finish = [this, idle] {
        gateway_.drain(idle);
        signals_.say_drained();
    };
    try {
        drain_ = std::thread{finish};
    } catch (const std::exception& error) {  // no thread to be had, or no memory
        log::warning("serve", std::string{"no signal is heard while requests finish: "} + error.what());
        finish();
    }
}

// On the timer's thread.
void Service::look(Poco::Util::TimerTask&) {
    const std::lock_guard one_at_a_time{reading_};
    // What has changed while an upgrade is under way is seen after it, if that comes to nothing.
    if (draining_ || handing_over_ || !watch_->changed()) return;
    const auto began = std::filesystem::file_time_type::clock::now();
    log::info("serve", "a file has changed");
    (void)read_again();
    watch_->follow(gateway_.files(), began);
}

admin::ReloadResult Service::reload() {
    const std::lock_guard one_at_a_time{reading_};
    if (draining_) return {false, why_it_ends(), {}};
    if (handing_over_) {
        const std::string why = "an upgrade is under way";
        log::error("config", "reload refused: " + why);
        return {false, why, {}};
    }
    return read_again();
}

// [main] A signal has no answer: what cannot be done now is done by whoever serves next, which a supervisor waits for.
void Service::heed_reload() {
    const std::lock_guard one_at_a_time{reading_};
    bool later = false;
    {
        const std::lock_guard lock{mutex_};
        if (const pid_t process = successor_; process >= 0) return void(::kill(process, SIGHUP));
        later = reload_follows_ = handing_over_ && !draining_;
    }
    if (later) log::info("config", "asked to reload while an upgrade is under way: whoever serves after it reloads");
    else if (!draining_) (void)read_again();
}

// Under reading_.
admin::ReloadResult Service::read_again() {
    supervisor_.tell_reloading();
    const Gateway::Reloaded reloaded = gateway_.reload();
    admin::ReloadResult result{reloaded.ok, reloaded.summary, {}};
    for (const config::Problem& problem : reloaded.problems) result.problems.push_back(problem.text());
    for (const std::string& problem : result.problems) log::error("config", problem);
    if (!result.ok && result.summary.empty())
        result.summary = text::count(result.problems.size(), "problem") + "; the configuration before stays";
    remember(result);
    log::write(result.ok ? Level::info : Level::error, "config",
               (result.ok ? "reloaded: " : "reload refused: ") + result.summary);
    if (result.ok) {
        result.changes = reloaded.difference.lines(most_lines);
        result.difference = reloaded.difference.json();
        for (const std::string& line : result.changes) log::info("config", line);
        warn_of_unserved();
    }
    if (result.ok && !admin_text_.empty() && !options_.admin && wanted_admin()->text() != admin_text_)
        log::warning("admin", "the address " + wanted_admin()->text() + " takes effect with a restart");
    supervisor_.tell_ready((result.ok ? "" : "reload refused (" + result.summary + "); ") + status());
    return result;
}

void Service::remember(const admin::ReloadResult& result) {
    const std::lock_guard lock{mutex_};
    configuration_.checked = std::chrono::system_clock::now();
    configuration_.ok = result.ok;
    configuration_.problems = result.problems;
    if (result.ok) configuration_.loaded = configuration_.checked;
}

void Service::reopen() {
    for (const auto& [plugin, answer] : pages_.run_everywhere("reopen")) {
        const bool fine = answer.status == 0 || answer.status == 200;
        log::write(fine ? Level::info : Level::error, plugin, fine ? "reopened" : "reopen: " + answer.body);
    }
}

}  // namespace tollgate::commands
