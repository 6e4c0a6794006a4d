// core/config/upstream_tls_assembly.cpp - `tls` of an upstream: whom its https targets have to be, and what they are shown.
#include "config/assembly.h"

#include "support/text.h"

#include <algorithm>
#include <stdexcept>

namespace tollgate::config {

void Assembly::set_tls(const Declaration& declaration, const std::string& owner, upstream::Upstream& upstream) {
    const Place place = declaration.place;
    const Item* const item = declaration.item.find("tls");
    const bool wanted = std::any_of(upstream.targets.begin(), upstream.targets.end(),
                                    [](const auto& target) { return target->place().secure; });
    if (!wanted && !item) return;
    net::TlsClientContext::Options options{.resumes = true};
    if (item && item->is(Item::Kind::mistake)) return;
    if (item && !item->is(Item::Kind::table))
        return add_problem(place, owner + ": expected { ... }, got " + item->describe());
    std::string of;
    if (item) {
        const std::size_t problems_before = problems_.size();
        if (!wanted && !upstream.targets.empty())
            add_problem(place, owner + ": expected targets that begin with \"https://\" beside it, got none");
        const auto settings = check(place, owner, *item, upstream_tls_shape);
        if (!settings) return;
        options.insecure = !settings->boolean("verify");
        // Whoever names authorities believes that certificates are held against them.
        if (options.insecure && settings->has("authorities"))
            add_problem(place, owner + ": verify: expected true beside authorities, got false");
        options.only_tls13 = settings->text("minimum_version") == "1.3";
        if (settings->has("name")) options.name = settings->text("name");
        if (!options.name.empty() && !net::Ip::parse(options.name)) {
            std::string problem;
            const auto address = net::Address::parse(options.name + ":443", problem);
            if (!address || address->is_unix() || address->host() != options.name)
                add_problem(place, owner + ": name: expected a host name or an IP address, got " + text::quote(options.name));
        }
        if (settings->has("authorities")) {
            source_.refers_to(options.authorities = settings->text("authorities"));
            of = "authorities: " + text::quote(item->find("authorities")->text) + ' ';
        }
        if (settings->has("certificate") || settings->has("key"))
            options.certificate = certificate_of(place, owner, *item, *settings);
        if (problems_.size() > problems_before) return;
    }
    try {
        upstream.tls = surroundings_.tls_contexts->with(std::move(options));
    } catch (const std::runtime_error& error) {
        add_problem(place, owner + ": " + of + error.what());
    }
}

}  // namespace tollgate::config
