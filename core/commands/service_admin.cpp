// core/commands/service_admin.cpp - Service: the listener for operators, and what it may ask the gateway.
#include "commands/service.h"

#include "config/written.h"
#include "gateway/rehearsed_request.h"
#include "history/feed.h"
#include "http/server.h"
#include "support/aside.h"
#include "support/log.h"
#include "support/text.h"

#include <stdexcept>

namespace tollgate::commands {

admin::Controls Service::controls() {
    admin::Controls controls{
        [this] { return reload(); }, [this] { return health(); }, catalogue_, metrics_, pages_,
        [this] { return access(); },
        [this] { return config::describe_routes(*gateway_.current(), true); },
        [this] { return gateway_.current(); },
        [this](const std::string& name) { return gateway_.next_target(name); },
        [this] { return keys_.of(gateway_.current()); }, &gateway_.feed(), &gateway_.usage(),
        [this] { return gateway_.requests_are_stored(); },
        [this] { return requests_.of(*gateway_.current()); },
        [this] { return gateway_.moment(); },
        [this] { return configuration(); },
        [this] { return traffic(); },
        [this](const std::string& upstream, std::string_view target) { return gateway_.target(upstream, target); },
        [this](const AskedRequest& asked) { return explain(asked); }};
    controls.upgrade = [this](std::chrono::seconds longest) { return upgrade(longest); };
    return controls;
}

int Service::start_admin() {
    if (options_.admin ? *options_.admin == "off" : gateway_.admin_off()) return done;
    std::string problem;
    const auto address = options_.admin ? net::Address::parse(*options_.admin, problem) : wanted_admin();
    if (!address) {
        log::error("admin", "--admin: " + problem);
        return wrong;
    }
    admin_text_ = address->text();
    try {
        admin_.emplace(*address, controls(), &given_);
        beyond_loopback_ = !admin::names_loopback(admin_->address());
        const std::lock_guard no_reload{reading_};
        {
            const std::lock_guard lock{mutex_};
            admin_bound_ = admin_->address();
            if (!admin_->lent()) admin_socket_ = {admin_text_, "", admin_->descriptor(), false};
        }
        if (const std::string other = listener_at_admin(gateway_.listeners()); !other.empty()) {
            log::error("admin", admin_->address() + ": listen " + text::quote(other) + " has this address already");
            return wrong;
        }
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

void Service::stop_admin() {
    keys_.stop();  // else who waits for a database that hangs is waited for
    requests_.stop();
    admin_.reset();
}

std::optional<net::Address> Service::wanted_admin() const {
    std::string problem;
    const auto said = gateway_.admin_address();
    return said ? said : net::Address::parse(admin::AdminListener::default_address, problem);
}

admin::Access Service::access() const {
    const auto snapshot = gateway_.current();
    return {snapshot->admin_token_sha256, snapshot->admin_hosts};
}

// A listener that was bound because a token is asked for is never left without one.
void Service::object(const Snapshot& snapshot, const std::vector<http::Listener>& listeners,
                     std::vector<config::Problem>& problems) const {
    if (beyond_loopback_ && !snapshot.admin_token_sha256)
        problems.push_back({"admin", "expected a token, since the admin listener is beyond loopback (" +
                                         admin_text_ + "); got none"});
    if (const std::string other = listener_at_admin(listeners); !other.empty())
        problems.push_back({"listen " + text::quote(other), "the admin listener has this address already"});
}

admin::Configuration Service::configuration() const {
    const std::lock_guard lock{mutex_};
    return configuration_;
}

admin::Traffic Service::traffic() {
    const auto moment = gateway_.moment();
    return {gateway_.feed().results_so_far(), moment.in_flight, moment.connections, moment.per_second};
}

// Of a copy of the configuration in force, which knows nothing of what the real one has counted. Long work, and not
// to be in the way of requests.
std::string Service::explain(const AskedRequest& asked) {
    const auto request = request_of(asked);
    if (draining_) throw std::runtime_error{why_it_ends()};
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

admin::Health Service::health() const {
    // Where another process has this one's place, who still asks here hears of the service, which goes on.
    admin::Health health{!draining_ || successor_ >= 0, {}, gateway_.listening(),
                         std::chrono::duration_cast<std::chrono::seconds>(Clock::now() - started_), began_};
    if (gateway_.keys_away()) health.unready.push_back("the database of keys does not answer");
    return health;
}

}  // namespace tollgate::commands
