// core/config/assembly.h - Assembly: what routes.lua declared, made into a Snapshot.
#pragma once

#include "config/builder.h"
#include "config/reader.h"
#include "config/schema.h"
#include "config/shaping_assembly.h"
#include "config/vocabulary.h"
#include "net/tls_server_context.h"

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tollgate::config {

// What routes say with `matches`: each text is compiled once.
using ExpressionsByText = std::map<std::string, routing::RegularExpression, std::less<>>;

class Assembly {
public:
    Assembly(Reader& reader, Source& source, const Surroundings& surroundings);
    ~Assembly();

    // Goes through all declarations, collecting problems. `complete`: the file was read to its end, so what is missing
    // is missing.
    void assemble(bool complete);
    // Of use only where no problem was found, here or by the reader.
    std::shared_ptr<Snapshot> snapshot() const { return snapshot_; }
    const std::vector<ReadingProblem>& problems() const noexcept { return problems_; }

private:
    struct Use;  // a declared use with its checked settings
    struct UpstreamPlan {
        const upstream::Upstream* upstream;
        Place place;
        std::vector<int> uses;
    };
    // What `split` said; none of its upstreams where that held a mistake.
    struct SplitPlan {
        std::vector<const UpstreamPlan*> upstreams{};
        upstream::Shares shares{};
        Value by{};
    };

    void add_problem(Place place, std::string what) { problems_.push_back({place, std::move(what)}); }
    Report report_at(Place place) {
        return [this, place](std::string what) { add_problem(place, std::move(what)); };
    }
    std::string where(Place place) const { return origin_.files->text(place); }
    std::string seen_from(Place here, Place place) const { return origin_.files->seen_from(here, place); }
    bool once(const Declaration& declaration, const std::string& owner, std::optional<Place>& first);
    bool expect_table(const Declaration& declaration);
    std::optional<CheckedSettings> check(Place place, const std::string& owner, const Item& table,
                                         std::span<const Field> fields, std::span<const std::string_view> others = {});
    // Specials are looked at for their names only: what they hold is the caller's to check.
    std::optional<CheckedSettings> check(Place place, const std::string& owner, const Item& table, const Shape& shape);
    Default default_of(const Field& field, const std::string& owner, Place place);
    Item fallback(const Field& field, const std::string& owner, Place place);

    void add_listen(const Declaration& declaration);
    void add_address(Place place, const Item& item, const std::shared_ptr<const net::TlsServerContext>& tls,
                     bool proxy_protocol);
    void check_proxies();
    std::shared_ptr<const net::TlsServerContext> tls_of(Place place, const std::string& owner, const Item& item,
                                                        const std::string& addresses);
    std::optional<net::TlsCertificate> certificate_of(Place place, const std::string& owner, const Item& item,
                                                      const CheckedSettings& settings);
    void add_admin(const Declaration& declaration);
    void add_database(const Declaration& declaration);
    void set_database(Place place, const std::string& owner, const std::string& url);
    void set_admin_listen(const Declaration& declaration, const Item& item);
    void set_admin_token(const Declaration& declaration, const Item& table);
    void set_admin_hosts(const Declaration& declaration, const Item& item);
    void set_audit(const Declaration& declaration, const std::string& file);
    void add_services(const Declaration& declaration, const Item& item);
    void add_service(Place place, const std::string& name, const Item& item);
    void add_limits(const Declaration& declaration);
    void add_trusted(const Declaration& declaration);
    void add_ranges(Place place, const Item& item);
    void add_tracing(const Declaration& declaration);
    std::shared_ptr<tracing::Destination> collector_of(const Declaration& declaration, net::Duration timeout);
    void add_tier(const Declaration& declaration);
    void add_shaping(const Declaration& declaration);
    void add_upstream(const Declaration& declaration, int index);
    void set_gate(const Declaration& declaration, const std::string& owner, const CheckedSettings& settings,
                  upstream::Upstream& upstream);
    std::optional<upstream::BreakerSettings> breaker_of(Place place, const std::string& owner, const Item& item);
    void add_targets(const Declaration& declaration, const std::string& owner, const Item& targets,
                     upstream::Upstream& upstream);
    void add_target(const Declaration& declaration, const std::string& owner, const Item& target,
                    upstream::Upstream& upstream);
    void set_tls(const Declaration& declaration, const std::string& owner, upstream::Upstream& upstream);
    void set_retry(const Declaration& declaration, const std::string& owner, const Item& item,
                   upstream::RetrySettings& retry);

    void set_health(const Declaration& declaration, const std::string& owner, const Item& item,
                    upstream::Upstream& upstream);
    void set_eject(const Declaration& declaration, const std::string& owner, const Item& item,
                   upstream::Upstream& upstream);

    void check_uses();
    void collect_uses(Place place, const std::string& owner, const Item& plugins, std::vector<int>& uses);
    const PluginUse* use(int index);
    void create_plugins();

    void add_route(const Declaration& declaration);
    bool read_conditions(const Declaration& declaration, bool has_pattern, Route& route);
    void add_to_router(const Declaration& declaration, Route route);
    void refuse_unreachable(const Declaration& declaration, const routing::Pattern& pattern, const Route& route);
    // Of what was declared; null where there is no such upstream, which has been reported, or its declaration holds a
    // mistake.
    const UpstreamPlan* find_upstream(Place place, const std::string& what, const Item& item,
                                      const char* wanted = "an upstream (upstream \"name\" { ... }) or its name");
    void set_upstream(const Declaration& declaration, const std::string& owner, const Item& item, Route& route);
    void add_split(const DeclaredSplit& declared);
    void add_branch(const DeclaredSplit& declared, const Item& item, SplitPlan& split);
    void set_split(Place place, const std::string& owner, const SplitPlan& plan, Route& route);
    void set_mirror(const Declaration& declaration, const std::string& owner, const Item& item, Route& route);
    void set_answer(const Declaration& declaration, const std::string& owner, const Item& item, Route& route);
    void set_upgrade(const Declaration& declaration, const std::string& owner, const Item& item, Route& route);
    void set_registration(const Declaration& declaration, const std::string& owner, const Item& item, Route& route);
    void set_shaping(const Declaration& declaration, const std::string& owner, Route& route);
    void add_to_chain(Place place, const std::string& owner, const std::vector<int>& uses,
                      std::vector<const PluginUse*>& chain);

    Reader& reader_;
    Source& source_;
    const Surroundings& surroundings_;
    Origin origin_;
    std::shared_ptr<Snapshot> snapshot_;
    std::vector<ReadingProblem> problems_;
    std::shared_ptr<Common> common_;
    std::vector<std::unique_ptr<Use>> uses_;  // by their number
    std::map<int, UpstreamPlan> upstreams_;   // by the number of their declaration
    std::map<std::string, int, std::less<>> upstream_names_;
    std::vector<SplitPlan> splits_;           // by their number
    std::vector<int> always_;
    std::map<const char*, Item> fallbacks_;                     // by Field::fallback
    std::vector<std::pair<Place, routing::Pattern>> patterns_;  // of each route
    ExpressionsByText expressions_;
    std::map<std::string, std::optional<Place>> tiers_;         // by name, of the first of each
    std::optional<Place> limits_, admin_, database_, tracing_;
    std::vector<std::pair<Place, std::string>> proxied_listens_;  // where, and the owner of what is wrong
    ShapingAssembly shaping_{origin_};
    std::map<Word, std::optional<Place>> shaping_words_;
};

}  // namespace tollgate::config
