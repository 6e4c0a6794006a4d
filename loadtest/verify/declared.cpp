// loadtest/verify/declared.cpp - from what the gateway's reader has read to what is to be verified.
#include "loadtest/verify/declared.h"

#include "config/reader.h"
#include "config/source.h"
#include "loadtest/mistakes.h"
#include "plugins/catalogue.h"
#include "support/text.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <utility>

namespace tollgate::loadtest::verify {

namespace {

using config::Declaration;
using config::Item;
using config::Word;

// By which a route may pass on a request that its pattern takes.
constexpr std::array<std::string_view, 6> conditions{"when", "headers", "query", "cookies", "parameters", "client_ip"};

std::optional<Rate> rate_of(const Item* item) {
    if (!item || !item->is(Item::Kind::quantity) || item->quantity.kind != config::Quantity::Kind::rate)
        return std::nullopt;
    return Rate{item->quantity.amount, std::chrono::nanoseconds{std::int64_t(item->quantity.per)}};
}

// Of a line of who waits: without a word of it a second.
Nanoseconds duration_of(const Item* item) {
    if (!item || !item->is(Item::Kind::quantity)) return std::chrono::seconds{1};
    return Nanoseconds{static_cast<std::int64_t>(item->quantity.amount)};
}

std::optional<double> number_of(const Item* item) {
    if (!item || !item->is(Item::Kind::number)) return std::nullopt;
    return item->number;
}

// Reads a use, or a table of its `limits`, which says what the use does not say already.
class LimitReader {
public:
    LimitReader(const Item& table, DeclaredLimit basis) : table_{table}, made_{std::move(basis)} {}

    // All but how many.
    DeclaredLimit basis() {
        if (const Item* by = table_.find("by")) {
            made_.by.clear();
            add_by(*by);
        }
        if (const auto prefix = number("ipv4_prefix")) made_.ipv4_prefix = static_cast<int>(*prefix);
        for (By& by : made_.by) by.prefix = made_.ipv4_prefix;  // a `by` of its own keeps to the use's, too
        made_.burst = number("burst");
        if (const Item* cost = table_.find("cost")) set_cost(*cost);
        set_algorithm();
        return made_;
    }

    // One for each of rate, quota and concurrency; where none of them is said, and nothing else is, the tier's.
    std::vector<DeclaredLimit> read(bool or_the_tier) {
        basis();
        using Kind = DeclaredLimit::Kind;
        made_.rate = rate("rate");
        made_.quota = rate("quota");
        made_.concurrency = number("concurrency");
        made_.default_rate = rate("default_rate");
        made_.default_burst = number("default_burst");
        const bool any = table_.find("rate") || table_.find("quota") || table_.find("concurrency");
        const bool the_tier = !any && or_the_tier;
        std::vector<DeclaredLimit> all;
        const auto add = [&](Kind kind) {
            all.push_back(made_);
            all.back().kind = kind;
        };
        if (table_.find("rate") || the_tier) add(Kind::rate);
        if (table_.find("quota") || the_tier) add(Kind::quota);
        if (table_.find("concurrency")) add(Kind::concurrency);
        return all;
    }

private:
    std::optional<Rate> rate(const char* name) {
        const Item* const item = table_.find(name);
        const auto found = rate_of(item);
        if (item && !found) made_.unknown.push_back(std::string{name} + " is " + item->describe());
        return found;
    }
    std::optional<double> number(const char* name) {
        const Item* const item = table_.find(name);
        const auto found = number_of(item);
        if (item && !found) made_.unknown.push_back(std::string{name} + " is " + item->describe());
        return found;
    }
    void set_cost(const Item& item) {
        const auto cost = number_of(&item);
        if (cost && *cost > 0) made_.cost = *cost;
        else made_.unknown.push_back("cost is " + item.describe());
    }
    void set_algorithm() {
        using Known = std::pair<std::string_view, Algorithm>;
        static constexpr std::array<Known, 4> known{Known{"token_bucket", Algorithm::token_bucket},
                                                    Known{"sliding_window", Algorithm::sliding_window},
                                                    Known{"sliding_log", Algorithm::sliding_log},
                                                    Known{"fixed_window", Algorithm::fixed_window}};
        const Item* const item = table_.find("algorithm");
        if (!item) return;
        made_.algorithm.reset();
        for (const auto& [name, algorithm] : known)
            if (item->is(Item::Kind::text) && item->text == name) made_.algorithm = algorithm;
        if (!made_.algorithm) made_.unknown.push_back("algorithm is " + item->describe());
    }
    void add_by(const Item& item) {
        if (item.is(Item::Kind::table) && item.named.empty() && !item.list.empty()) {
            for (const Item& inner : item.list) add_by(inner);
            return;
        }
        made_.by.push_back(one_by(item));
        if (made_.by.back().kind == By::Kind::unknown) made_.unknown.push_back("by is " + item.describe());
    }
    static By one_by(const Item& item) {
        if (item.is(Item::Kind::text) || item.is(Item::Kind::number)) return {By::Kind::constant};
        if (!item.is(Item::Kind::value)) return {By::Kind::unknown, item.describe()};
        switch (item.value) {
            case config::ValueKind::caller: return {By::Kind::caller};
            case config::ValueKind::client_ip: return {By::Kind::client_ip};
            case config::ValueKind::header: return {By::Kind::header, item.text};
            // All requests of one target are the same in these.
            case config::ValueKind::route:
            case config::ValueKind::method:
            case config::ValueKind::path:
            case config::ValueKind::host: return {By::Kind::route};
            case config::ValueKind::query:
            case config::ValueKind::cookie: break;
        }
        return {By::Kind::unknown, item.describe()};
    }

    const Item& table_;
    DeclaredLimit made_;
};

class DeclaredReader {
public:
    DeclaredReader(const config::Reader& reader, const config::Source& source) : reader_{reader}, source_{source} {}

    Declared read() {
        numbers_.assign(reader_.uses().size(), none);
        for (std::size_t i = 0; i < numbers_.size(); ++i)
            if (reader_.uses()[i].descriptor->name == std::string_view{"ratelimit"}) add_use(i);
        for (const Declaration& declaration : reader_.declarations()) {
            if (declaration.word == Word::always) collect(declaration.item, always_);
            if (declaration.word == Word::listen) add_listen(declaration.item, declaration.item.find("tls") != nullptr);
            if (declaration.word == Word::tier) add_tier(declaration);
        }
        for (const Declaration& declaration : reader_.declarations())
            if (declaration.word == Word::route) add_route(declaration);
        return std::move(made_);
    }

private:
    static constexpr std::size_t none = ~std::size_t{0};
    using Uses = std::vector<int>;

    std::string where(config::Place place) const { return source_.files()->text(place); }

    void add_use(std::size_t number) {
        const config::DeclaredUse& declared = reader_.uses()[number];
        const Item& table = declared.settings;
        DeclaredUse use;
        use.where = where(declared.place);
        if (const Item* name = table.find("name"); name && name->is(Item::Kind::text)) use.name = name->text;
        if (const Item* mode = table.find("mode"); mode && mode->is(Item::Kind::text)) use.mode = mode->text;
        if (use.mode == "delay") use.longest_delay = duration_of(table.find("longest_delay"));
        if (const Item* store = table.find("store"))
            use.in_memory = store->is(Item::Kind::text) && store->text == "memory";
        use.regional = table.find("regions") != nullptr;
        use.lease = number_of(table.find("lease")).value_or(0);
        if (const Item* headers = table.find("headers"))
            use.tells_headers = !headers->is(Item::Kind::boolean) || headers->truth;
        DeclaredLimit basis;
        basis.by = {By{By::Kind::caller}};
        basis.algorithm = Algorithm::token_bucket;
        const Item* const several = table.find("limits");
        use.limits = LimitReader{table, basis}.read(!several);
        if (several) {
            const DeclaredLimit said = LimitReader{table, basis}.basis();
            for (const Item& one : several->list)
                for (DeclaredLimit& limit : LimitReader{one, said}.read(true)) use.limits.push_back(std::move(limit));
        }
        numbers_[number] = made_.uses.size();
        made_.uses.push_back(std::move(use));
    }

    void add_listen(const Item& item, bool secure) {
        if (item.is(Item::Kind::text)) made_.listens.push_back((secure ? "https://" : "") + item.text);
        for (const Item& inner : item.list) add_listen(inner, secure);
    }

    void add_tier(const Declaration& declaration) {
        const Item& table = declaration.item;
        made_.tiers[declaration.name] = {rate_of(table.find("rate")), rate_of(table.find("quota")),
                                         number_of(table.find("burst"))};
    }

    void collect(const Item& item, Uses& uses) const {
        if (item.is(Item::Kind::use)) uses.push_back(item.index);
        for (const Item& inner : item.list) collect(inner, uses);
    }
    void collect(const Item& of, const char* name, Uses& uses) const {
        if (const Item* inner = of.find(name)) collect(*inner, uses);
    }

    // What an upstream adds to a chain; of a split, nothing: requests go either way.
    void collect_upstream(const Item& item, DeclaredRoute& route, Uses& uses) const {
        const Declaration* found = nullptr;
        const auto& all = reader_.declarations();
        if (item.is(Item::Kind::upstream)) found = &all.at(std::size_t(item.index));
        if (item.is(Item::Kind::text))
            for (const Declaration& declaration : all)
                if (declaration.word == Word::upstream && declaration.name == item.text) found = &declaration;
        if (found) collect(found->item, "plugins", uses);
        if (item.is(Item::Kind::split) && route.condition.empty()) route.condition = "upstream = split";
    }

    void add_route(const Declaration& declaration) {
        DeclaredRoute route{declaration.name, where(declaration.place), {}, {}, {}, false, {}};
        const Item& table = declaration.item;
        if (const Item* host = table.find("host")) {
            const Item& first = host->list.empty() ? *host : host->list.front();
            if (first.is(Item::Kind::text)) route.host = first.text;
            else route.condition = "host";
        }
        for (const std::string_view name : conditions)
            if (table.find(name) && route.condition.empty()) route.condition = name;
        Uses uses = always_;
        collect(table, "plugins", uses);
        if (const Item* upstream = table.find("upstream")) collect_upstream(*upstream, route, uses);
        for (const int use : uses) {
            const auto number = std::size_t(use);
            if (numbers_[number] != none) route.uses.push_back(numbers_[number]);
            if (reader_.uses()[number].descriptor->name == std::string_view{"auth"})
                add_auth(reader_.uses()[number].settings, route);
        }
        made_.routes.push_back(std::move(route));
    }

    static void add_auth(const Item& table, DeclaredRoute& route) {
        const auto text = [&](const char* name) {
            const Item* const item = table.find(name);
            return item && item->is(Item::Kind::text) ? item->text : std::string{};
        };
        const std::string method = text("method");
        if (method == "ip" || method == "certificate") return;
        route.wants_caller = true;
        const Item* const key = table.find("key");
        const bool bearer = text("scheme") == "bearer" || (method == "jwt" && !key);
        if (key && key->is(Item::Kind::value) && key->value == config::ValueKind::header) route.key_header = key->text;
        else if (method == "basic") route.key_header = "Authorization: Basic";
        else route.key_header = bearer ? "Authorization" : "X-API-Key";
        if (bearer) route.key_header += ": Bearer";
    }

    const config::Reader& reader_;
    const config::Source& source_;
    Declared made_;
    std::vector<std::size_t> numbers_;  // of the reader's uses in made_.uses
    Uses always_;
};

}  // namespace

Declared read_declared(const std::string& file, plugins::Catalogue& catalogue) {
    config::Source source{file, [](const char* name) -> const char* { return std::getenv(name); }};
    if (!source.problem().empty()) throw UsageError{source.files()->name(0) + ": " + source.problem()};
    config::Reader reader{source, catalogue};
    reader.run();
    Mistakes mistakes;
    for (const config::ReadingProblem& problem : reader.problems())
        mistakes.add(source.files()->text(problem.place) + ": " + text::printable(problem.what));
    mistakes.raise();
    return DeclaredReader{reader, source}.read();
}

}  // namespace tollgate::loadtest::verify
