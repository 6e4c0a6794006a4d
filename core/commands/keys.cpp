// core/commands/keys.cpp - `tollgate keys ...`: API keys in the database that routes.lua names.
#include "commands/commands.h"

#include "commands/database.h"
#include "store/key_json.h"
#include "support/text.h"

#include <algorithm>
#include <fstream>
#include <iostream>
#include <span>
#include <sstream>

namespace tollgate::commands {

namespace {

using store::Key;
using store::KeyChanges;
using store::KeyTable;

store::Time now() { return std::chrono::time_point_cast<std::chrono::microseconds>(std::chrono::system_clock::now()); }

// What the flags say of a key. nullopt, having complained of everything that is wrong.
std::optional<KeyChanges> said(const Options& options, const OpenDatabase& open, bool creating) {
    const auto& flags = options.keys;
    KeyChanges changes;
    std::vector<store::FieldProblem> problems;
    changes.owner = flags.owner;
    changes.name = flags.name;
    if (flags.tier) changes.tier = *flags.tier == "-" ? "" : *flags.tier;
    if (!flags.scopes.empty()) changes.scopes = flags.scopes == std::vector<std::string>{"-"} ? "" : text::join(flags.scopes, " ");
    if (flags.active) changes.active = *flags.active;
    if (flags.rate && *flags.rate == "-") changes.rate.emplace();
    else if (flags.rate) {
        if (const auto rate = store::parse_rate(*flags.rate)) changes.rate.emplace(*rate);
        else problems.push_back({"rate", "expected requests in a time, like 100/60s, got " + text::quote(*flags.rate)});
    }
    if (flags.expires && *flags.expires == "never") changes.expires.emplace();
    else if (flags.expires) {
        const auto lifetime = store::parse_duration(*flags.expires);
        const auto time = lifetime ? std::optional{now() + *lifetime} : store::parse_time(*flags.expires);
        if (time) changes.expires.emplace(*time);
        else problems.push_back({"expires", "expected 30d, 2027-01-31T12:00:00Z or never, got " + text::quote(*flags.expires)});
    }
    const auto more = store::problems_of(changes, creating, [&](const std::string& tier) { return open.has_tier(tier); });
    problems.insert(problems.end(), more.begin(), more.end());
    for (const auto& [field, problem] : problems) complain("--" + (field == "scopes" ? "scope" : field) + ": " + problem);
    return problems.empty() ? std::optional{changes} : std::nullopt;
}

void print(const Key& key) {
    const auto json = store::as_json(key, now());
    std::cout << key.id << "  " << json->getValue<std::string>("state") << "  owner " << text::quote(key.owner);
    if (!key.tier.empty()) std::cout << "  tier " << text::quote(key.tier);
    if (!key.name.empty()) std::cout << "  name " << text::quote(key.name);
    if (!key.scopes.empty()) std::cout << "  scopes " << key.scopes;
    if (key.rate) std::cout << "  rate " << store::show(*key.rate);
    if (key.expires) std::cout << "  expires " << store::show(*key.expires);
    if (key.previous_until) std::cout << "  the secret before until " << store::show(*key.previous_until);
    if (key.last_used) std::cout << "  last used " << store::show(*key.last_used);
    std::cout << '\n';
}

int print_one(const Options& options, const std::optional<Key>& key) {
    if (!key) {
        complain("there is no key " + text::quote(options.keys.id));
        return failed;
    }
    if (options.json) {
        store::as_json(*key, now())->stringify(std::cout);
        std::cout << '\n';
    } else {
        print(*key);
    }
    return done;
}

// The secret alone on stdout, or within the JSON: what a script keeps.
int print_secret(const Options& options, const Key& key, const store::KeySecret& secret) {
    if (options.json) {
        auto json = store::as_json(key, now());
        json->set("secret", secret.shown);
        json->stringify(std::cout);
        std::cout << '\n';
        return done;
    }
    std::cout << secret.shown << '\n';
    complain("key " + key.id + " of " + text::quote(key.owner) + "; this is the only time its secret is shown");
    return done;
}

}  // namespace

int create_key(const Options& options) {
    return with_database(options, [&](const OpenDatabase& open) {
        const auto changes = said(options, open, true);
        if (!changes) return wrong;
        const auto [key, secret] = KeyTable{open.database}.create(*changes, now());
        return print_secret(options, key, secret);
    });
}

int list_keys(const Options& options) {
    return with_database(options, [&](const OpenDatabase& open) {
        store::KeyFilter filter{options.keys.owner, options.keys.tier, options.keys.active, options.keys.after, 1000};
        std::size_t left = options.keys.limit;
        KeyTable table{open.database};
        while (left > 0) {
            filter.limit = std::min<std::size_t>(left, 1000);
            const auto keys = table.list(filter);
            for (const auto& key : keys) {
                if (options.json) {
                    store::as_json(key, now())->stringify(std::cout);
                    std::cout << '\n';
                } else {
                    print(key);
                }
            }
            if (keys.size() < filter.limit) break;
            filter.after = keys.back().id;
            left -= keys.size();
        }
        return done;
    });
}

int show_key(const Options& options) {
    return with_database(options, [&](const OpenDatabase& open) {
        return print_one(options, KeyTable{open.database}.find(options.keys.id));
    });
}

int update_key(const Options& options) {
    return with_database(options, [&](const OpenDatabase& open) {
        const auto changes = said(options, open, false);
        if (!changes) return wrong;
        return print_one(options, KeyTable{open.database}.update(options.keys.id, *changes));
    });
}

int revoke_key(const Options& options) {
    return with_database(options, [&](const OpenDatabase& open) {
        KeyChanges changes;
        changes.active = false;
        return print_one(options, KeyTable{open.database}.update(options.keys.id, changes));
    });
}

int rotate_key(const Options& options) {
    const auto grace = store::parse_duration(options.keys.grace);
    if (!grace) {
        complain("--grace: expected a time like 24h or 0s, got " + text::quote(options.keys.grace));
        return wrong;
    }
    return with_database(options, [&](const OpenDatabase& open) {
        const auto rotated = KeyTable{open.database}.rotate(options.keys.id, now() + *grace);
        if (!rotated) return print_one(options, std::nullopt);
        return print_secret(options, rotated->first, rotated->second);
    });
}

namespace {

constexpr std::size_t at_a_time = 1000;

struct Line {
    std::size_t number;
    std::string key;
    KeyChanges about;
};

// "KEY OWNER [TIER]" each, "-" for no tier; empty lines and those with # in front are none. Keys are in no message.
std::vector<Line> read_lines(std::istream& in, const OpenDatabase& open, std::size_t& problems) {
    std::vector<Line> lines;
    std::string line;
    for (std::size_t number = 1; std::getline(in, line); ++number) {
        std::istringstream words{line};
        std::string key, owner, tier, more;
        if (!(words >> key) || key.starts_with('#')) continue;
        words >> owner >> tier;
        const auto wrong = [&](const std::string& what) {
            ++problems;
            complain("line " + std::to_string(number) + ": " + what);
        };
        if (owner.empty() || words >> more) {
            wrong("expected KEY OWNER [TIER]");
            continue;
        }
        KeyChanges about;
        about.owner = owner;
        about.tier = tier == "-" ? "" : tier;
        std::string problem;
        const std::size_t before = problems;
        if (!store::fits_as_key(key, problem)) wrong("key: " + problem);
        for (const auto& [field, what] : store::problems_of(about, true, [&](const auto& name) { return open.has_tier(name); }))
            wrong(field + ": " + what);
        if (problems == before) lines.push_back({number, key, about});
    }
    return lines;
}

}  // namespace

int import_keys(const Options& options) {
    return with_database(options, [&](const OpenDatabase& open) {
        std::ifstream file;
        const bool from_stdin = options.keys.id == "-";
        if (!from_stdin) file.open(options.keys.id);
        if (!from_stdin && !file) {
            complain(text::quote(options.keys.id) + " cannot be read");
            return failed;
        }
        std::size_t problems = 0, there = 0;
        const auto lines = read_lines(from_stdin ? std::cin : file, open, problems);
        if (problems > 0) {
            complain(text::count(problems, "problem") + "; nothing was imported");
            return wrong;
        }
        KeyTable table{open.database};
        for (std::size_t from = 0; from < lines.size(); from += at_a_time) {
            const std::span some{lines.data() + from, std::min(at_a_time, lines.size() - from)};
            std::vector<KeyTable::Chosen> chosen;
            for (const auto& line : some) chosen.push_back({line.key, line.about});
            const auto imported = table.import(chosen, now());
            for (std::size_t i = 0; i < imported.size(); ++i) {
                const auto& [key, was_there] = imported[i];
                if (was_there) {
                    ++there;
                    complain("line " + std::to_string(some[i].number) + ": this key is there already, as " + key.id);
                } else if (options.json) {
                    store::as_json(key, now())->stringify(std::cout);
                    std::cout << '\n';
                }
            }
        }
        complain("imported " + text::count(lines.size() - there, "key"));
        return there > 0 ? failed : done;
    });
}

}  // namespace tollgate::commands
