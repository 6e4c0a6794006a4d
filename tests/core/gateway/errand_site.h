// tests/core/gateway/errand_site.h - a whole gateway with two loops whose routes share errands, and a plugin after.
#pragma once

#include "core/gateway/sharing.h"
#include "gateway/gateway.h"
#include "plugins/named_states.h"
#include "plugins/pages.h"
#include "support/deadline.h"
#include "support/log.h"
#include "support/raw_client.h"
#include "support/temporary_folder.h"

#include <boost/test/unit_test.hpp>

#include <fstream>
#include <functional>
#include <optional>
#include <string>

namespace tollgate::test {

inline std::string quoted(const std::string& address) { return '"' + address + '"'; }

// Comes after the one that shares, and does what the test says.
struct Doing {
    std::function<Verdict(RequestContext&)> request;
    std::function<Verdict(ResponseContext&)> response;
    std::function<void(const LogContext&)> log;
    std::atomic<int> attempts{0}, logged{0};
};
inline Doing* doing = nullptr;

struct Later final : Plugin {
    Later(const Settings&, Host&) {}
    Verdict on_request(RequestContext& ctx) const override { return doing->request ? doing->request(ctx) : Verdict{}; }
    Verdict on_response(ResponseContext& ctx) const override {
        return doing->response ? doing->response(ctx) : Verdict{};
    }
    void on_attempt(const AttemptContext&) const override { ++doing->attempts; }
    void on_log(const LogContext& ctx) const override {
        if (doing->log) doing->log(ctx);
        ++doing->logged;
    }
};

inline const Descriptor sharing{.name = "sharing", .summary = "asks once for many", .create = make<SharingPlugin>};
inline const Descriptor later{.name = "later", .summary = "does what the test says", .create = make<Later>};

struct ErrandSite {
    // `more`: of the upstream; `route_more`: of the route "* /s/**", which shares, and of "* /p/**", which does not.
    explicit ErrandSite(std::string targets, std::string more = {}, std::string route_more = {})
        : targets_{std::move(targets)}, more_{std::move(more)}, route_more_{std::move(route_more)} {
        doing = &now;
        catalogue.add(sharing);
        catalogue.add(later);
        write();
        gateway.emplace(Gateway::Options{folder / "routes.lua", 2}, catalogue, metrics, states, pages);
        const auto started = gateway->start();
        for (const auto& problem : started.problems) BOOST_ERROR(problem.text());
        BOOST_REQUIRE(started.problems.empty());
        gateway->begin_accepting();
        shared = SharingPlugin::last().lock();
        BOOST_REQUIRE(shared);
    }
    ~ErrandSite() { gateway.reset(); }
    void write(const std::string& end = {}) {
        std::ofstream{folder / "routes.lua"}
            << "listen \"127.0.0.1:0\"\nlimits { drain = 60 * seconds }\n"
            << "upstream \"up\" { targets = { " << targets_ << " }" << more_ << " }\n"
            << "route \"* /s/**\" { upstream = \"up\", plugins = { sharing {}, later {} }" << route_more_ << " }\n"
            << "route \"* /p/**\" { upstream = \"up\", plugins = { later {} }" << route_more_ << " }\n" << end;
    }
    RawClient client() const { return RawClient{gateway->listening().at(0)}; }
    void wait_for(const std::atomic<int>& figure, int value, const char* what) const {
        wait_until(what, [&] { return figure >= value; });
    }

    const std::string targets_, more_, route_more_;
    Doing now;
    log::Capture log;
    TemporaryFolder folder;
    plugins::Catalogue catalogue;
    plugins::Metrics metrics{2};
    plugins::NamedStates states;
    plugins::Pages pages;
    std::shared_ptr<Shared> shared;
    std::optional<Gateway> gateway;
};

}  // namespace tollgate::test
