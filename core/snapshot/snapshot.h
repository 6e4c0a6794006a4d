// core/snapshot/snapshot.h - Snapshot: one configuration, whole: routes, chains, upstreams, tiers, limits.
//
// Built off the loops by config/builder, immutable after, swapped whole on reload. Requests lease it (see
// gateway/gateway.h); it is destroyed on the control thread once no loop holds it.
#pragma once

#include <tollgate/plugin.h>

#include "http/limits.h"
#include "net/address.h"
#include "routing/condition.h"
#include "routing/router.h"
#include "snapshot/reserved_headers.h"
#include "store/database_url.h"
#include "support/digest.h"
#include "tracing/collector.h"
#include "tracing/sampler.h"
#include "upstream/shares.h"
#include "upstream/upstream.h"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace tollgate::config {  // who makes them says how they end: config knows snapshots, and not the other way round
class Script;
struct Outline;
struct Written;
}
namespace tollgate::net {
class TlsServerContext;
}
namespace tollgate::plugins {
void retire(Host* host) noexcept;  // plugins/plugin_host.h
}

namespace tollgate {

struct Shaping;         // snapshot/shaping.h
struct Registration;    // snapshot/registration.h
class GatewayKeyStore;  // gateway/key_store.h

// One use of a plugin in routes.lua. The instance may be in many routes' chains.
struct PluginUse {
    // The plugin's pages and spawned tasks end first: they run in it.
    ~PluginUse() { plugins::retire(host.get()); }

    const Descriptor* descriptor = nullptr;
    std::string where;                 // "routes.lua:26"
    std::size_t number = 0;            // in config::Outline::uses
    std::unique_ptr<Host> host;        // declared before the plugin: outlives it
    std::unique_ptr<Plugin> plugin;
};

// `answer = { ... }` of a route.
struct FixedAnswer {
    int status = 200;
    Headers headers;
    std::shared_ptr<const std::string> body;
};

// One of several ways on from a route.
struct Branch {
    const upstream::Upstream* upstream;
    std::vector<const PluginUse*> chain;  // the route's, then the upstream's
};

// `upstream = split { ... }` of a route.
struct Split {
    std::vector<Branch> branches;
    upstream::Shares shares;  // of the branches, in their order
    Value by;                 // what stays with its branch; empty: every request is drawn for itself
};

// `mirror = { ... }` of a route: its requests are copied to another upstream.
struct Mirror {
    const upstream::Upstream* upstream = nullptr;
    double share = 1;                                         // of the requests
    std::uint64_t body = 64 << 10;                            // the largest body that is copied
    std::uint32_t most = 100;                                 // copies sent at a time, at the upstream over all loops
    std::uint64_t memory = 64 << 20;                          // of heads and bodies of copies there, likewise
    std::chrono::nanoseconds timeout = std::chrono::seconds{5};  // from the copy's beginning to the end of its answer
};

struct Route {
    std::string name;   // as written: "GET /orders/:id"
    std::string where;  // "routes.lua:33"
    std::vector<const PluginUse*> chain;          // outermost first: always, the route's, the upstream's
    const upstream::Upstream* upstream = nullptr; // null: `split`, `answer`, or nothing (a plugin must; else 404)
    std::shared_ptr<const Split> split;           // null: one upstream or none; else `chain` ends before the upstream's
    std::optional<Mirror> mirror;
    std::optional<FixedAnswer> answer;
    std::shared_ptr<const Registration> registration;  // null: it makes no keys
    std::optional<std::uint64_t> body_limit;      // overrides Limits::body
    std::vector<std::string> upgrade{"websocket"};  // protocols that its upstream may go over to
    std::vector<routing::Host> hosts;             // none: every host
    routing::Conditions conditions;               // all must hold, then `when`
    int when = 0;                                 // number of the function in the Script, 0: none
    std::shared_ptr<const Shaping> shaping;       // null: nothing
    std::vector<std::string> parameter_names;     // in the order the pattern captures them; "*" for a wildcard

    bool conditional() const noexcept { return when != 0 || !conditions.empty(); }  // may pass on what it matches
};

class TierDeclaration final : public Tier {
public:
    std::string name_, where_;
    std::optional<Rate> rate_, quota_;
    std::optional<std::int64_t> burst_;
    std::string_view name() const override { return name_; }
    std::optional<Rate> rate() const override { return rate_; }
    std::optional<std::int64_t> burst() const override { return burst_; }
    std::optional<Rate> quota() const override { return quota_; }
};

// Where clients come in, and how they are spoken to.
struct Listen {
    net::Address address;
    std::shared_ptr<const net::TlsServerContext> tls = nullptr;  // null: plainly
    bool proxy_protocol = false;  // only trusted proxies come, and say whose connections theirs are
};

struct Tracing {
    tracing::Sampler sampler;
    std::shared_ptr<const tracing::Destination> destination;  // null: spans go nowhere
    std::chrono::nanoseconds noticeable;  // doors of plugins that take less have no span
};

// What operators may have run, and nothing else.
struct Service {
    std::string name, where;           // "mock", "routes.lua:3"
    std::vector<std::string> restart;  // a program and its arguments
    std::chrono::nanoseconds timeout = std::chrono::seconds{30};
};

struct Snapshot {
    std::vector<std::filesystem::path> files;  // routes.lua first, then what it requires; absolute
    std::vector<Listen> listens;
    std::optional<net::Address> admin;  // nullopt: routes.lua does not say
    bool admin_off = false;             // admin(false)
    std::optional<Digest> admin_token_sha256;  // of what operators must show; nullopt: loopback is enough
    std::vector<std::string> admin_hosts;      // by which names the admin listener may be asked, besides its address
    std::vector<Service> services;             // by name
    std::string audit_file;                    // where what operators have changed is written; "": in no file of its own
    std::optional<store::DatabaseUrl> database;  // where keys are kept, whether anybody asks for them or not
    std::shared_ptr<GatewayKeyStore> keys;       // null where no route makes any
    http::Limits limits;
    std::vector<net::Range> trusted_proxies;
    ReservedHeaders reserved_headers;  // of plugins
    std::optional<Tracing> tracing;  // nullopt: traceparent passes as it was sent
    std::map<std::string, TierDeclaration, std::less<>> tiers;
    std::vector<std::unique_ptr<PluginUse>> uses;
    std::vector<std::unique_ptr<upstream::Upstream>> upstreams;
    std::vector<Route> routes;  // in the order written; Router speaks of them by index
    bool has_cors = false;      // of some route
    Route unmatched;            // where no route matches: the `always` plugins, then 404 (or 405)
    routing::Router router;
    std::vector<std::shared_ptr<config::Script>> scripts;  // one per loop where routes.lua has functions, else empty
    std::shared_ptr<const config::Outline> outline;  // what was declared, to compare with what will be
    std::shared_ptr<const config::Written> written;  // the files' texts, to be shown and to be rehearsed

    Snapshot();
    ~Snapshot();
};

}  // namespace tollgate
