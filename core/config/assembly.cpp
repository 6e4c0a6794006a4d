// core/config/assembly.cpp - whole-file declarations and plugin uses; listen_assembly.cpp, admin_assembly.cpp,
// upstream_assembly.cpp and route_assembly.cpp have the rest.
#include "config/assembly.h"

#include "config/assembly_use.h"
#include "config/refusals.h"
#include "plugins/plugin_host.h"
#include "support/text.h"

#include <algorithm>

namespace tollgate::config {

Assembly::Assembly(Reader& reader, Source& source, const Surroundings& surroundings)
    : reader_{reader},
      source_{source},
      surroundings_{surroundings},
      origin_{source.files(), source.folder().string()},
      snapshot_{std::make_shared<Snapshot>()},
      common_{std::make_shared<Common>()} {}

Assembly::~Assembly() = default;

void Assembly::assemble(bool complete) {
    const auto& declarations = reader_.declarations();
    check_uses();
    for (std::size_t i = 0; i < declarations.size(); ++i) {
        const auto& declaration = declarations[i];
        if (!declaration.complete || declaration.item.is(Item::Kind::mistake)) continue;
        switch (declaration.word) {
            case Word::listen: add_listen(declaration); break;
            case Word::admin: add_admin(declaration); break;
            case Word::database: add_database(declaration); break;
            case Word::limits: add_limits(declaration); break;
            case Word::trusted_proxies: add_trusted(declaration); break;
            case Word::tracing: add_tracing(declaration); break;
            case Word::tier: add_tier(declaration); break;
            case Word::upstream: add_upstream(declaration, int(i)); break;
            case Word::request:
            case Word::request_headers:
            case Word::response_headers:
            case Word::errors:
            case Word::cors:
            case Word::response: add_shaping(declaration); break;
            case Word::always: collect_uses(declaration.place, "always", declaration.item, always_); break;
            default: break;
        }
    }
    if (complete) check_proxies();
    if (!database_) {
        // Platforms set the variable for applications, too: what names another kind of database is not for the gateway.
        const std::string said = source_.variable("DATABASE_URL").value_or("");
        const bool ours = said.starts_with("sqlite") || said.starts_with("postgres");
        set_database({}, "database: DATABASE_URL", ours ? said : "sqlite:tollgate.db");
    }
    if (!limits_) {  // then the environment's
        Declaration none{.word = Word::limits, .name = {}};
        none.item.kind = Item::Kind::table;
        add_limits(none);
    }
    snapshot_->unmatched.name = "(none)";
    snapshot_->unmatched.where = where({});
    add_to_chain({}, "always", always_, snapshot_->unmatched.chain);
    snapshot_->unmatched.shaping = shaping_.of_all();
    snapshot_->has_cors = snapshot_->unmatched.shaping && snapshot_->unmatched.shaping->cors;
    for (const auto& split : reader_.splits()) add_split(split);
    for (const auto& declaration : declarations)
        if (declaration.word == Word::route && declaration.complete) add_route(declaration);
    const auto listens = [](const auto& declaration) { return declaration.word == Word::listen; };
    if (complete && reader_.problems().empty() && std::none_of(declarations.begin(), declarations.end(), listens))
        add_problem({}, "expected at least one listen (listen \"127.0.0.1:8080\"), got none");
    if (surroundings_.making_plugins)
        surroundings_.making_plugins([this] { create_plugins(); });
    else
        create_plugins();
}

void Assembly::add_shaping(const Declaration& declaration) {
    if (once(declaration, word_name(declaration.word), shaping_words_[declaration.word]))
        shaping_.add(declaration.word, declaration.item, report_at(declaration.place));
}

// False, and a problem, where this was declared before, at `first`.
bool Assembly::once(const Declaration& declaration, const std::string& owner, std::optional<Place>& first) {
    if (first) {
        add_problem(declaration.place, owner + ": already declared in " + seen_from(declaration.place, *first));
        return false;
    }
    first = declaration.place;
    return true;
}

bool Assembly::expect_table(const Declaration& declaration) {
    if (declaration.item.is(Item::Kind::table)) return true;
    add_problem(declaration.place,
                std::string{word_name(declaration.word)} + ": expected { ... }, got " + declaration.item.describe());
    return false;
}

// The settings, or nullopt where something is wrong with them.
std::optional<CheckedSettings> Assembly::check(Place place, const std::string& owner, const Item& table,
                                               std::span<const Field> fields,
                                               std::span<const std::string_view> others) {
    CheckedSettings settings{owner, where(place), fields, common_};
    auto found = check_settings(
        owner, table, fields, origin_, [&](const Field& field) { return default_of(field, owner, place); }, settings,
        others);
    for (auto& problem : found) add_problem(place, std::move(problem));
    if (!found.empty()) return std::nullopt;
    return settings;
}

std::optional<CheckedSettings> Assembly::check(Place place, const std::string& owner, const Item& table,
                                               const Shape& shape) {
    return check(place, owner, table, shape.fields, special_names(shape));
}

Default Assembly::default_of(const Field& field, const std::string& owner, Place place) {
    auto said = environment_default(field, [&](const std::string& name) { return source_.variable(name); });
    if (!said.says.empty() || !field.fallback) return said;
    return {fallback(field, owner, place), "its default", {}};
}

Item Assembly::fallback(const Field& field, const std::string& owner, Place place) {
    const auto known = fallbacks_.find(field.fallback);
    if (known != fallbacks_.end()) return known->second;
    Item item;
    const auto error = reader_.evaluate(field.fallback, item);
    if (error || item.is(Item::Kind::function)) {
        add_problem(place, owner + ": " + field.name + ": its default " + text::quote(field.fallback) +
                               " is no value: " + (error ? error->what : "functions are for routes.lua"));
        item = {};
        item.kind = Item::Kind::mistake;
    }
    return fallbacks_[field.fallback] = item;
}

void Assembly::add_database(const Declaration& declaration) {
    if (!once(declaration, "database", database_)) return;
    if (declaration.item.is(Item::Kind::text)) return set_database(declaration.place, "database", declaration.item.text);
    add_problem(declaration.place, "database: expected \"sqlite:FILE\" or \"postgresql://USER:PASSWORD@HOST/NAME\", got " +
                                       declaration.item.describe());
}

void Assembly::set_database(Place place, const std::string& owner, const std::string& url) {
    std::string problem;
    snapshot_->database = store::DatabaseUrl::parse(url, source_.folder().string(), problem);
    if (!snapshot_->database) add_problem(place, owner + ": " + problem);
}

void Assembly::add_limits(const Declaration& declaration) {
    if (!expect_table(declaration)) return;
    if (!once(declaration, "limits", limits_)) return;
    const auto settings = check(declaration.place, "limits", declaration.item, limits_shape);
    if (!settings) return;
    auto& limits = snapshot_->limits;
    const auto size = [&](const char* name, auto& limit) {
        if (settings->has(name)) limit = settings->size(name);
    };
    const auto count = [&](const char* name, std::size_t& limit) {
        if (settings->has(name)) limit = std::size_t(settings->integer(name));
    };
    const auto time = [&](const char* name, std::chrono::nanoseconds& limit) {
        if (settings->has(name)) limit = settings->duration(name);
    };
    size("request_line", limits.request_line);
    size("headers", limits.headers);
    count("header_count", limits.header_count);
    size("body", limits.body);
    time("header_time", limits.header_time);
    time("body_time", limits.body_time);
    time("send_time", limits.send_time);
    time("idle", limits.idle);
    time("upgrade_idle", limits.upgrade_idle);
    time("handshake_time", limits.handshake_time);
    count("handshakes", limits.handshakes);
    count("connections", limits.connections);
    time("drain", limits.drain);
}

void Assembly::add_trusted(const Declaration& declaration) {
    if (!expect_table(declaration)) return;
    add_ranges(declaration.place, declaration.item);
}

void Assembly::add_ranges(Place place, const Item& item) {
    if (item.is(Item::Kind::mistake)) return;
    if (item.is(Item::Kind::table) && item.named.empty()) {
        for (const auto& inner : item.list) add_ranges(place, inner);
        return;
    }
    std::string problem = "expected an address or a range (\"10.0.0.0/8\"), got " + item.describe();
    const auto range = item.is(Item::Kind::text) ? net::Range::parse(item.text, problem) : std::nullopt;
    if (range)
        snapshot_->trusted_proxies.push_back(*range);
    else
        add_problem(place, "trusted_proxies: " + problem);
}

void Assembly::add_tier(const Declaration& declaration) {
    const std::string owner = "tier " + text::quote(declaration.name);
    const auto settings = check(declaration.place, owner, declaration.item, tier_shape);
    if (!once(declaration, owner, tiers_[declaration.name])) return;
    auto& tier = snapshot_->tiers[declaration.name];
    tier.name_ = declaration.name;
    common_->tiers.insert(declaration.name);
    tier.where_ = where(declaration.place);
    if (!settings) return;
    if (settings->has("rate")) tier.rate_ = settings->rate("rate");
    if (settings->has("burst")) tier.burst_ = settings->integer("burst");
    if (settings->has("quota")) tier.quota_ = settings->rate("quota");
}

void Assembly::check_uses() {
    for (const auto& declared : reader_.uses()) {
        const auto& descriptor = *declared.descriptor;
        uses_.push_back(std::make_unique<Use>());
        uses_.back()->settings = check(declared.place, descriptor.name, declared.settings, descriptor.fields);
    }
}

void Assembly::collect_uses(Place place, const std::string& owner, const Item& plugins, std::vector<int>& uses) {
    switch (plugins.kind) {
        case Item::Kind::mistake: return;
        case Item::Kind::use: return uses.push_back(plugins.index);
        case Item::Kind::table:
            for (const auto& item : plugins.list) collect_uses(place, owner, item, uses);
            if (!plugins.named.empty())
                add_problem(place,
                            owner + ": expected a list of plugins, got the name " + text::quote(plugins.named[0].name));
            return;
        case Item::Kind::word:
            add_problem(place, owner + ": expected a plugin, got " + plugins.describe() + "; write: " + plugins.text +
                                   " { ... }");
            return;
        default: add_problem(place, owner + ": expected a plugin, got " + plugins.describe());
    }
}

// The use in the snapshot; made when it is first part of a chain, since what is in no chain need not exist.
const PluginUse* Assembly::use(int index) {
    auto& use = *uses_[std::size_t(index)];
    if (!use.made) {
        const auto& declared = reader_.uses()[std::size_t(index)];
        auto made = std::make_unique<PluginUse>();
        made->descriptor = declared.descriptor;
        made->where = where(declared.place);
        made->number = std::size_t(index);
        use.made = made.get();
        snapshot_->uses.push_back(std::move(made));
    }
    return use.made;
}

// In the order they are written, so that ordinals are the same after a reload.
void Assembly::create_plugins() {
    Refusals refusals;
    for (std::size_t i = 0; i < uses_.size(); ++i) {
        auto& use = *uses_[i];
        if (!use.made || !use.settings) continue;
        const auto& descriptor = *use.made->descriptor;
        const std::string name = descriptor.name;
        const Place place = reader_.uses()[i].place;
        try {
            use.made->host = surroundings_.make_host(descriptor, *snapshot_);
            use.made->plugin = descriptor.create(*use.settings, *use.made->host);
            for (const std::string& header : plugins::reserved_headers_of(use.made->host.get()))
                snapshot_->reserved_headers.add(header);
            if (!use.made->plugin) refusals.add(place, name + ": ", "made no plugin");
        } catch (const ConfigError& error) {
            refusals.add(place, name + ": " + (error.field().empty() ? "" : error.field() + ": "), error.what());
        } catch (const std::exception& error) {
            refusals.add(place, name + ": ", error.what());
        }
    }
    for (auto& [place, what] : refusals.told(*origin_.files)) add_problem(place, std::move(what));
}

}  // namespace tollgate::config
