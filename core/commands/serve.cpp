// core/commands/serve.cpp - `tollgate serve`: the gateway and its admin listener as one Poco::Util::ServerApplication.
#include "commands/commands.h"

#include "admin/admin_listener.h"
#include "admin/process_figures.h"
#include "commands/served_keys.h"
#include "commands/served_requests.h"
#include "commands/signals.h"
#include "commands/surroundings.h"
#include "commands/watch.h"
#include "config/written.h"
#include "gateway/gateway.h"
#include "gateway/rehearsed_request.h"
#include "history/feed.h"
#include "support/aside.h"
#include "support/descriptors.h"
#include "support/log.h"
#include "support/text.h"

#include <Poco/Util/ServerApplication.h>
#include <Poco/Util/Subsystem.h>
#include <Poco/Util/Timer.h>
#include <Poco/Util/TimerTaskAdapter.h>

#include <atomic>
#include <cstdlib>
#include <mutex>
#include <stdexcept>
#include <thread>

namespace tollgate::commands {

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t most_lines = 50;  // about one reload, in the log and on a terminal

// Other programs use this variable too, for what is no number at all: nothing to refuse a start for.
void heed_debug_variable() {
    const char* const debug = std::getenv("DEBUG");
    const std::string_view value = debug ? debug : "";
    if (value == "1" || value == "true") return log::set_threshold(Level::debug);
    if (!value.empty() && value != "0" && value != "false")
        log::warning("serve", "DEBUG: expected 1 or 0, got " + text::quote(value) + "; ignored");
}

// One gateway and what it leans on, in the order in which they need each other.
class Service {
public:
    Service(const Options& options, const std::filesystem::path& file, plugins::Catalogue& catalogue)
        : options_{options},
          catalogue_{catalogue},
          loops_{Gateway::loop_count(options.loops)},
          metrics_{loops_},
          process_{admin::watch_process(metrics_)},
          gateway_{{file, loops_, [this](const auto& snapshot, auto& problems) { object(snapshot, problems); }},
                   catalogue,
                   metrics_,
                   states_,
                   pages_} {}

    // Returns the exit code if it cannot serve, having logged why.
    int start() {
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

    int start_admin() {
        if (options_.admin ? *options_.admin == "off" : gateway_.admin_off()) return done;
        std::string problem;
        const auto address = options_.admin ? net::Address::parse(*options_.admin, problem) : wanted_admin();
        if (!address) {
            log::error("admin", "--admin: " + problem);
            return wrong;
        }
        admin_text_ = address->text();
        try {
            admin_.emplace(*address,
                           admin::Controls{[this] { return reload(); }, [this] { return health(); }, catalogue_,
                                           metrics_, pages_, [this] { return access(); },
                                           [this] { return config::describe_routes(*gateway_.current(), true); },
                                           [this] { return gateway_.current(); },
                                           [this](const std::string& name) { return gateway_.next_target(name); },
                                           [this] { return keys_.of(gateway_.current()); }, &gateway_.feed(),
                                           &gateway_.usage(), [this] { return gateway_.requests_are_stored(); },
                                           [this] { return requests_.of(*gateway_.current()); },
                                           [this] { return gateway_.moment(); },
                                           [this] { return configuration(); },
                                           [this] { return traffic(); },
                                           [this](const std::string& upstream, std::string_view target) {
                                               return gateway_.target(upstream, target);
                                           },
                                           [this](const AskedRequest& asked) { return explain(asked); }});
            beyond_loopback_ = !admin::names_loopback(admin_->address());
        } catch (const std::invalid_argument& error) {
            log::error("serve", error.what());
            return wrong;
        } catch (const std::runtime_error& error) {
            log::error("serve", error.what());
            return failed;
        }
        log::info("admin", "listening on " + admin_->address());
        return done;
    }

    void stop_admin() {
        keys_.stop();  // else who waits for a database that hangs is waited for
        requests_.stop();
        admin_.reset();
    }

    void start_watching() {
        if (!options_.watch) return;
        watch_.emplace(gateway_.files(), read_since_);
        timer_.emplace();
        timer_->schedule(new Poco::Util::TimerTaskAdapter<Service>(*this, &Service::look), 500, 500);
        log::info("serve", "watching " + text::count(gateway_.files().size(), "file"));
    }
    void stop_watching() {
        if (timer_) timer_->cancel(true);
    }

    // Until a signal has ended it. On the main thread, which alone hears signals.
    void run(Signals& signals) {
        std::thread drain;
        for (;;) {
            const Signal signal = signals.wait();
            if (signal == Signal::drained) break;
            if (signal == Signal::stop && drain.joinable()) {
                log::warning("serve", "asked again: stopping at once");
                gateway_.stop_now();
            } else if (signal == Signal::stop) {
                draining_ = true;
                log::info("serve", "stopping: requests under way may finish");
                drain = std::thread{[this, &signals] {
                    gateway_.drain();
                    signals.say_drained();
                }};
            } else if (signal == Signal::reload && !draining_) {
                (void)reload();
            } else if (signal == Signal::reopen) {
                reopen();
            }
        }
        drain.join();
        log::info("serve", "stopped");
    }

private:
    // On the timer's thread.
    void look(Poco::Util::TimerTask&) {
        if (draining_ || !watch_->changed()) return;
        const auto began = std::filesystem::file_time_type::clock::now();
        log::info("serve", "a file has changed");
        (void)reload();
        watch_->follow(gateway_.files(), began);
    }

    std::optional<net::Address> wanted_admin() const {
        std::string problem;
        const auto said = gateway_.admin_address();
        return said ? said : net::Address::parse(admin::AdminListener::default_address, problem);
    }

    admin::Access access() const {
        const auto snapshot = gateway_.current();
        return {snapshot->admin_token_sha256, snapshot->admin_hosts};
    }

    // A listener that was bound because a token is asked for is never left without one.
    void object(const Snapshot& snapshot, std::vector<config::Problem>& problems) const {
        if (beyond_loopback_ && !snapshot.admin_token_sha256)
            problems.push_back({"admin", "expected a token, since the admin listener is beyond loopback (" +
                                             admin_text_ + "); got none"});
    }

    admin::ReloadResult reload() {
        if (draining_) return {false, "the gateway is stopping", {}};
        const std::lock_guard one_at_a_time{reading_};
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
        }
        if (result.ok && !admin_text_.empty() && !options_.admin && wanted_admin()->text() != admin_text_)
            log::warning("admin", "the address " + wanted_admin()->text() + " takes effect with a restart");
        return result;
    }

    void remember(const admin::ReloadResult& result) {
        const std::lock_guard lock{mutex_};
        configuration_.checked = std::chrono::system_clock::now();
        configuration_.ok = result.ok;
        configuration_.problems = result.problems;
        if (result.ok) configuration_.loaded = configuration_.checked;
    }
    admin::Configuration configuration() const {
        const std::lock_guard lock{mutex_};
        return configuration_;
    }

    admin::Traffic traffic() {
        const auto moment = gateway_.moment();
        return {gateway_.feed().results_so_far(), moment.in_flight, moment.connections, moment.per_second};
    }

    // Of a copy of the configuration in force, which knows nothing of what the real one has counted. Long work, and not
    // to be in the way of requests.
    std::string explain(const AskedRequest& asked) {
        const auto request = request_of(asked);
        if (draining_) throw std::runtime_error{"the gateway is stopping"};
        // Those who wait would hold the threads of the admin listener, and reloads up one after the other.
        const std::unique_lock only{explaining_, std::try_to_lock};
        if (!only) throw std::runtime_error{"another request is being explained; try again"};
        const std::lock_guard one_at_a_time{reading_};
        std::string explained;
        aside([&](Waiting&) {
            Rehearsal rehearsal{catalogue_};
            const auto problems = rehearsal.load(gateway_.current()->written->source.again());
            if (!problems.empty()) throw std::runtime_error{"it cannot be read again: " + problems.front().text()};
            rehearsal.walk(request, [&](std::size_t, std::chrono::nanoseconds at, std::shared_ptr<const Trace> trace) {
                explained = explanation::json({asked.url, at}, *trace);
            });
        });
        return explained;
    }

    admin::Health health() const {
        admin::Health health{!draining_, {}, gateway_.listening(),
                             std::chrono::duration_cast<std::chrono::seconds>(Clock::now() - started_), began_};
        if (gateway_.keys_away()) health.unready.push_back("the database of keys does not answer");
        return health;
    }

    void reopen() {
        for (const auto& [plugin, answer] : pages_.run_everywhere("reopen")) {
            const bool fine = answer.status == 0 || answer.status == 200;
            log::write(fine ? Level::info : Level::error, plugin, fine ? "reopened" : "reopen: " + answer.body);
        }
    }

    const Options& options_;
    plugins::Catalogue& catalogue_;
    const std::size_t loops_;
    plugins::Metrics metrics_;
    std::vector<plugins::Metrics::Watch> process_;
    plugins::NamedStates states_;
    admin::Pages pages_;
    Gateway gateway_;
    Clock::time_point started_{};
    std::chrono::system_clock::time_point began_{};  // the same by the other clock
    std::filesystem::file_time_type read_since_{};  // when the files began to be read for the first time
    std::atomic<bool> draining_{false};
    std::mutex explaining_;
    std::mutex reading_;  // routes.lua is read for one purpose at a time
    mutable std::mutex mutex_;
    admin::Configuration configuration_;  // under mutex_
    std::string admin_text_;  // "" without a listener; set before its threads begin, which read it
    std::atomic<bool> beyond_loopback_{false};
    std::optional<Watch> watch_;  // the timer's thread's alone
    std::optional<Poco::Util::Timer> timer_;
    ServedKeys keys_;
    ServedRequests requests_;
    std::optional<admin::AdminListener> admin_;  // the main thread's alone
};

class Engine final : public Poco::Util::Subsystem {
public:
    Engine(Service& service, int& code) : service_{service}, code_{code} {}
    const char* name() const override { return "engine"; }
    void initialize(Poco::Util::Application&) override { code_ = service_.start(); }
    void uninitialize() override {}  // drained in Service::run(), or never started

private:
    Service& service_;
    int& code_;
};

class Admin final : public Poco::Util::Subsystem {
public:
    Admin(Service& service, int& code) : service_{service}, code_{code} {}
    const char* name() const override { return "admin"; }
    void initialize(Poco::Util::Application&) override {
        if (code_ == done) code_ = service_.start_admin();
    }
    void uninitialize() override { service_.stop_admin(); }

private:
    Service& service_;
    int& code_;
};

class Application final : public Poco::Util::ServerApplication {
public:
    Application(Service& service, Signals& signals) : service_{service}, signals_{signals} {
        addSubsystem(new Engine{service, code_});
        addSubsystem(new Admin{service, code_});
    }

protected:
    int main(const std::vector<std::string>&) override {
        if (code_ != done) return code_;
        service_.start_watching();
        service_.run(signals_);
        service_.stop_watching();
        return code_;
    }

private:
    Service& service_;
    Signals& signals_;
    int code_ = done;  // of the subsystem that could not start
};

}  // namespace

int serve(const Options& options) {
    Signals signals;  // first: threads inherit what is blocked
    const auto file = routes_file(options);
    plugins::Catalogue catalogue;
    if (!file || !load_plugins(catalogue, options)) return wrong;
    heed_debug_variable();
    if (!raise_descriptor_limit()) log::warning("serve", "cannot raise the limit of open descriptors");
    Service service{options, *file, catalogue};
    Application application{service, signals};
    signals.restore_crashes();
    return application.run(std::vector<std::string>{"tollgate"});
}

}  // namespace tollgate::commands
