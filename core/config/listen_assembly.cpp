// core/config/listen_assembly.cpp - `listen ...`: where clients come in, and by which certificates they are spoken to.
#include "config/assembly.h"

#include "support/text.h"

#include <algorithm>
#include <stdexcept>

namespace tollgate::config {

void Assembly::add_listen(const Declaration& declaration) {
    const Item& item = declaration.item;
    const Place place = declaration.place;
    if (!item.is(Item::Kind::table) || (item.list.empty() && item.named.empty())) return add_address(place, item, nullptr, false);
    Item names = item;
    names.list.clear();
    const auto settings = check(place, "listen", names, listen_shape);
    if (item.list.empty())
        return add_problem(place, "listen: expected an address before its settings ({ \"0.0.0.0:8443\", tls = ... }), got none");
    std::shared_ptr<const net::TlsServerContext> tls;
    if (const Item* wanted = item.find("tls")) {
        std::string addresses;
        for (const Item& address : item.list) addresses += address.text + ' ';
        tls = tls_of(place, "listen " + item.list[0].describe() + ": tls", *wanted, addresses);
    }
    const bool proxied = settings && settings->boolean("proxy_protocol");
    if (proxied) proxied_listens_.emplace_back(place, "listen " + item.list[0].describe() + ": proxy_protocol");
    for (const Item& address : item.list) add_address(place, address, tls, proxied);
}

// Once all of the file has been seen: trusted_proxies may come last.
void Assembly::check_proxies() {
    if (!snapshot_->trusted_proxies.empty()) return;
    for (const auto& [place, owner] : proxied_listens_)
        add_problem(place, owner + ": expected trusted_proxies beside it, who alone may connect there, got none");
}

void Assembly::add_address(Place place, const Item& item, const std::shared_ptr<const net::TlsServerContext>& tls,
                           bool proxy_protocol) {
    if (item.is(Item::Kind::mistake)) return;
    std::string problem = "expected an address (listen \"127.0.0.1:8080\"), got " + item.describe();
    auto address = item.is(Item::Kind::text) ? net::Address::parse(item.text, problem) : std::nullopt;
    if (!address) return add_problem(place, "listen: " + problem);
    auto& listens = snapshot_->listens;
    // Port 0 is a free port, another one each time.
    const auto same = [&](const Listen& other) {
        return other.address.text() == address->text() && (address->is_unix() || address->port() != 0);
    };
    if (std::any_of(listens.begin(), listens.end(), same))
        add_problem(place, "listen: " + text::quote(item.text) + " is declared twice");
    else
        listens.push_back({std::move(*address), tls, proxy_protocol});
}

// Null, and problems, where something is wrong.
std::shared_ptr<const net::TlsServerContext> Assembly::tls_of(Place place, const std::string& owner, const Item& item,
                                                              const std::string& addresses) {
    if (item.is(Item::Kind::mistake)) return nullptr;
    const std::string wanted = ": expected { certificate = \"FILE\", key = \"FILE\" }, got ";
    if (!item.is(Item::Kind::table)) return add_problem(place, owner + wanted + item.describe()), nullptr;
    Item names = item;
    names.list.clear();
    const auto settings = check(place, owner, names, tls_shape);
    if (!settings) return nullptr;
    const std::size_t problems_before = problems_.size();
    net::TlsServerContext::Options options{.certificates = {}};
    const auto add = [&](const Item& pair, const CheckedSettings& its) {
        if (auto certificate = certificate_of(place, owner, pair, its))
            options.certificates.push_back(std::move(*certificate));
    };
    if (settings->has("certificate") || settings->has("key") || item.list.empty()) add(item, *settings);
    for (const Item& pair : item.list) {
        if (!pair.is(Item::Kind::table)) add_problem(place, owner + wanted + pair.describe());
        else if (const auto its = check(place, owner, pair, certificate_shape)) add(pair, *its);
    }
    options.where = addresses;
    options.only_tls13 = settings->text("minimum_version") == "1.3";
    options.client_certificate_required = settings->text("client_certificate") == "required";
    const Item* const authorities = item.find("client_authorities");
    if (authorities) source_.refers_to(options.client_authorities = settings->text("client_authorities"));
    else if (item.find("client_certificate"))
        add_problem(place, owner + ": client_certificate: expected client_authorities beside it, got none");
    if (problems_.size() > problems_before) return nullptr;
    try {
        return std::make_shared<net::TlsServerContext>(std::move(options), surroundings_.tickets);
    } catch (const std::runtime_error& error) {
        const std::string of = authorities ? ": client_authorities: " + text::quote(authorities->text) + ' ' : ": ";
        add_problem(place, owner + of + error.what());
        return nullptr;
    }
}

std::optional<net::TlsCertificate> Assembly::certificate_of(Place place, const std::string& owner, const Item& item,
                                                            const CheckedSettings& settings) {
    for (const char* name : {"certificate", "key"}) {
        if (settings.has(name)) continue;
        add_problem(place, owner + ": " + name + ": missing; expected a file's path");
        return std::nullopt;
    }
    source_.refers_to(settings.text("certificate"));
    source_.refers_to(settings.text("key"));
    std::vector<net::TlsCertificate::Problem> problems;
    net::TlsCertificate certificate{settings.text("certificate"), settings.text("key"), problems};
    for (const auto& problem : problems) {
        const std::string name = problem.of_key ? "key" : "certificate";
        add_problem(place, owner + ": " + name + ": " + text::quote(item.find(name)->text) + ' ' + problem.what);
    }
    if (!problems.empty()) return std::nullopt;
    return certificate;
}

}  // namespace tollgate::config
