// core/config/admin_assembly.cpp - `admin ...`: where operators ask, what they must show, by which names, what is kept
// of it. Services are in service_assembly.cpp.
#include "config/assembly.h"

#include "support/text.h"

#include <Poco/Net/IPAddress.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <system_error>

namespace tollgate::config {

namespace {

constexpr std::size_t shortest_token = 16, longest_token = 512;

// Whether only this machine reaches it. A name is the listener's to judge, which resolves it.
bool beyond_loopback(const net::Address& address) {
    Poco::Net::IPAddress ip;
    if (address.host().empty()) return true;
    return Poco::Net::IPAddress::tryParse(address.host(), ip) && !ip.isLoopback();
}

// What keeps it from being a token, without the token itself: that is not for logs.
std::string problem_with(std::string_view token) {
    const bool plain = std::all_of(token.begin(), token.end(), [](char c) { return c > ' ' && c < 0x7F; });
    if (plain && token.size() >= shortest_token && token.size() <= longest_token) return {};
    return "expected 16 to 512 letters, digits and signs without spaces, got " +
           (plain ? text::count(token.size(), "character") : std::string{"others"}) + "; try: openssl rand -hex 32";
}

bool names_a_host(std::string_view host) {
    return !host.empty() && std::all_of(host.begin(), host.end(), [](unsigned char c) {
        return std::isalnum(c) || c == '.' || c == '-' || c == '_' || c == ':' || c == '[' || c == ']';
    });
}

}  // namespace

void Assembly::add_admin(const Declaration& declaration) {
    if (!once(declaration, "admin", admin_)) return;
    const auto& item = declaration.item;
    if (item.is(Item::Kind::boolean) && !item.truth) {
        snapshot_->admin_off = true;
        return;
    }
    if (item.is(Item::Kind::table)) {
        const auto settings = check(declaration.place, "admin", item, admin_shape);
        if (settings && settings->has("audit")) set_audit(declaration, settings->text("audit"));
        set_admin_token(declaration, item);
        if (const Item* listen = item.find("listen")) set_admin_listen(declaration, *listen);
        if (const Item* hosts = item.find("hosts")) set_admin_hosts(declaration, *hosts);
        if (const Item* services = item.find("services")) add_services(declaration, *services);
    } else {
        set_admin_listen(declaration, item);
    }
}

void Assembly::set_admin_listen(const Declaration& declaration, const Item& item) {
    if (item.is(Item::Kind::mistake)) return;
    const bool alone = !declaration.item.is(Item::Kind::table);
    const std::string owner = alone ? "admin: " : "admin: listen: ";
    std::string problem = alone ? "expected an address (admin \"127.0.0.1:9180\"), { ... } or admin(false), got "
                                : "expected an address (\"127.0.0.1:9180\"), got ";
    problem += item.describe();
    if (item.is(Item::Kind::text)) snapshot_->admin = net::Address::parse(item.text, problem);
    if (!snapshot_->admin) return add_problem(declaration.place, owner + problem);
    const bool wants_one = !alone && (declaration.item.find("token") || declaration.item.find("token_file"));
    if (!snapshot_->admin->is_unix() && beyond_loopback(*snapshot_->admin) && !wants_one)
        add_problem(declaration.place,
                    owner + text::quote(item.text) +
                        " is beyond loopback and wants a token (admin { listen = ..., token = env \"NAME\" })");
}

void Assembly::set_admin_token(const Declaration& declaration, const Item& table) {
    const Item* given = table.find("token");
    const Item* file = table.find("token_file");
    const auto complain = [&](const std::string& what) { add_problem(declaration.place, "admin: " + what); };
    if (given && file) return complain("expected a token or a token_file, got both");
    std::string token;
    if (given) {
        if (given->is(Item::Kind::mistake)) return;
        if (!given->is(Item::Kind::text)) return complain("token: expected a text (env \"NAME\"), got another value");
        token = given->text;
    } else if (file) {
        constexpr Field field{.name = "token_file", .type = Type::path};
        std::string problem;
        const auto path = check_field(field, *file, origin_, problem);
        if (!path) {
            if (!file->is(Item::Kind::mistake)) complain("token_file: " + problem);
            return;
        }
        std::ifstream stream{std::get<std::string>(*path)};
        if (!std::getline(stream, token))
            return complain("token_file: " + text::quote(file->text) + " cannot be read, or is empty");
        if (token.ends_with('\r')) token.pop_back();
    } else {
        return;
    }
    if (const auto problem = problem_with(token); !problem.empty())
        return complain((given ? "token: " : "token_file: ") + problem);
    snapshot_->admin_token_sha256 = sha256(token);
}

void Assembly::set_admin_hosts(const Declaration& declaration, const Item& item) {
    constexpr Field field{.name = "hosts", .type = Type::texts};
    std::string problem;
    const auto hosts = check_field(field, item, origin_, problem);
    if (!hosts) {
        if (!item.is(Item::Kind::mistake)) add_problem(declaration.place, "admin: hosts: " + problem);
        return;
    }
    for (const auto& host : std::get<std::vector<std::string>>(*hosts)) {
        if (names_a_host(host))
            snapshot_->admin_hosts.push_back(host);
        else
            add_problem(declaration.place,
                        "admin: hosts: expected names like \"ops.example.com\", got " + text::quote(host));
    }
}

// The file is made when something is written to it; a folder would not be.
void Assembly::set_audit(const Declaration& declaration, const std::string& file) {
    std::error_code error;
    const std::filesystem::path path{file};
    if (std::filesystem::is_directory(path, error))
        add_problem(declaration.place, "admin: audit: expected a file, got the folder " + text::quote(file));
    else if (!std::filesystem::is_directory(path.parent_path(), error))
        add_problem(declaration.place,
                    "admin: audit: expected a file in a folder that is there, got " + text::quote(file));
    snapshot_->audit_file = file;
}

}  // namespace tollgate::config
