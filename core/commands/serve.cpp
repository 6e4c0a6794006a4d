// core/commands/serve.cpp - `tollgate serve`: the gateway and its admin listener as one Poco::Util::ServerApplication.
#include "commands/commands.h"

#include "commands/service.h"
#include "commands/signals.h"
#include "commands/surroundings.h"
#include "support/descriptors.h"
#include "support/log.h"
#include "support/text.h"

#include <Poco/Util/ServerApplication.h>
#include <Poco/Util/Subsystem.h>

#include <cstdlib>

namespace tollgate::commands {

namespace {

// Other programs use this variable too, for what is no number at all: nothing to refuse a start for.
void heed_debug_variable() {
    const char* const debug = std::getenv("DEBUG");
    const std::string value = text::lower(debug ? debug : "");  // DEBUG=True is Python's
    if (value == "1" || value == "true") return log::set_threshold(Level::debug);
    if (!value.empty() && value != "0" && value != "false")
        log::warning("serve", "DEBUG: expected 1 or 0, got " + text::quote(value) + "; ignored");
}

// Who has started this process to take its place: the supervisor is not this one's to tell yet.
std::unique_ptr<Predecessor> predecessor_of(Supervisor& supervisor, std::vector<std::string>& problems) {
    try {
        auto predecessor = Predecessor::of_environment();
        if (predecessor) supervisor.be_silent();
        return predecessor;
    } catch (const std::runtime_error& error) {
        problems.push_back(error.what());
        return nullptr;
    }
}

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
    explicit Application(Service& service) : service_{service} {
        addSubsystem(new Engine{service, code_});
        addSubsystem(new Admin{service, code_});
    }

protected:
    int main(const std::vector<std::string>&) override {
        if (code_ == done) code_ = service_.begin();
        if (code_ != done) return code_;
        service_.start_watching();
        service_.run();
        service_.stop_watching();
        return code_;
    }

private:
    Service& service_;
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
    Supervisor supervisor;
    net::GivenSockets given;
    auto problems = given.take_from_environment();
    auto predecessor = predecessor_of(supervisor, problems);
    for (const std::string& problem : problems) log::error("serve", problem);
    if (!problems.empty()) return wrong;
    Service service{options, *file, catalogue, supervisor, given, signals, std::move(predecessor)};
    Application application{service};
    signals.restore_crashes();
    return application.run(std::vector<std::string>{"tollgate"});
}

}  // namespace tollgate::commands
