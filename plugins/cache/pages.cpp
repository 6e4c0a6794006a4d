// plugins/cache/pages.cpp - purge, stats and show: one way for the admin API, and one for `tollgate plugin cache`.
#include "pages.h"

#include "cache_status.h"

#include <algorithm>
#include <map>
#include <mutex>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

namespace tollgate::cache {

namespace {

// All zones of the gateway by their names; held by every use.
struct Zones {
    std::mutex mutex;
    std::map<std::string, std::weak_ptr<Zone>> by_name;

    std::vector<std::pair<std::string, std::shared_ptr<Zone>>> all() {
        std::vector<std::pair<std::string, std::shared_ptr<Zone>>> living;
        const std::lock_guard lock{mutex};
        for (const auto& [name, zone] : by_name)
            if (auto there = zone.lock()) living.emplace_back(name, std::move(there));
        return living;
    }
};

std::string quoted(std::string_view text) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string json = "\"";
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (c == '"' || c == '\\') (json += '\\') += c;
        else if (byte < 0x20) ((json += "\\u00") += digits[byte >> 4]) += digits[byte & 15];
        else json += c;
    }
    return json += '"';
}

// What is meant: "http://a.example/x?y" is a URL, "prefix ...", "tag ...", "all".
struct What {
    std::string_view kind, text;
};

std::optional<What> what_of(const std::vector<std::string>& words) {
    if (words.size() == 1 && words[0] == "all") return What{"all", {}};
    if (words.size() == 1 && words[0].find("://") != std::string::npos) return What{"url", words[0]};
    if (words.size() == 2 && (words[0] == "url" || words[0] == "prefix" || words[0] == "tag"))
        return What{words[0], words[1]};
    return std::nullopt;
}

// A URL in two: up to its path, and from there, as the gateway keeps it.
std::pair<std::string, std::string> parts_of(std::string_view url) {
    url = url.substr(0, url.find('#'));
    const auto scheme = url.find("://");
    const std::size_t begin = scheme == std::string_view::npos ? 0 : scheme + 3;
    const std::size_t path = std::min(url.find_first_of("/?", begin), url.size());
    std::string target{url.substr(path)};
    if (!target.starts_with('/')) target.insert(0, "/");
    return {lowered(url.substr(0, path)), std::move(target)};
}

std::size_t purge(Zone& zone, const What& what) {
    if (what.kind == "all") return zone.purge_all();
    if (what.kind == "tag") return zone.purge_tag(what.text);
    if (what.kind == "prefix") {
        const auto [origin, target] = parts_of(what.text);
        return zone.purge_prefix(origin + target);
    }
    const auto [origin, target] = parts_of(what.text);
    return zone.purge_url(origin, target);
}

std::size_t purge(Zones& zones, const What& what) {
    std::size_t count = 0;
    for (const auto& [name, zone] : zones.all()) count += purge(*zone, what);
    return count;
}

std::string stats(Zones& zones) {
    std::string json = "{\"caches\":[";
    bool first = true;
    for (const auto& [name, zone] : zones.all()) {
        const Figures f = zone->store().figures();
        const std::pair<const char*, std::uint64_t> figures[] = {
            {"items", f.items},   {"bytes", f.bytes},    {"memory", f.bound},      {"lookups", f.hits + f.misses},
            {"found", f.hits},    {"stored", f.stored},  {"replaced", f.replaced}, {"evicted", f.evicted},
            {"purged", f.purged}, {"refused", f.refused}};
        json += std::exchange(first, false) ? "{\"name\":" : ",{\"name\":";
        json += quoted(name);
        for (const auto& [figure, value] : figures) json += std::string{",\""} + figure + "\":" + std::to_string(value);
        json += '}';
    }
    return json + "]}\n";
}

std::string shown(const Kept& kept, Instant now) {
    const auto seconds = [](Milliseconds time) {
        return std::to_string(std::chrono::floor<std::chrono::seconds>(time).count());
    };
    std::string json = "{\"url\":" + quoted(kept.url()) + ",\"status\":" + std::to_string(kept.status());
    json += ",\"bytes\":" + std::to_string(kept.body() ? kept.body()->size() : 0);
    json += ",\"age\":" + seconds(kept.age(now)) + ",\"fresh_for\":" + seconds(kept.fresh_for(now));
    json += ",\"validated_always\":" + std::string{kept.terms().validate_always ? "true" : "false"};
    json += ",\"for_one_caller\":" + std::string{kept.who().empty() ? "false" : "true"} + ",\"tags\":[";
    for (std::size_t i = 0; i < kept.tags().size(); ++i) json += (i > 0 ? "," : "") + quoted(kept.tags()[i]);
    json += "],\"etag\":" + quoted(kept.etag()) + ",\"type\":" + quoted(kept.head().get("Content-Type"));
    return json + ",\"coding\":" + quoted(kept.head().get("Content-Encoding")) + '}';
}

std::string show(Zones& zones, std::string_view url, Instant now) {
    const auto [origin, target] = parts_of(url);
    std::string json = "{\"kept\":[";
    bool first = true;
    for (const auto& [name, zone] : zones.all())
        for (const auto& item : zone->of_url(origin, target)) {
            const Kept* kept = static_cast<const Entry&>(*item).kept();
            if (!kept) continue;
            if (!std::exchange(first, false)) json += ',';
            json += shown(*kept, now);
        }
    return json + "]}\n";
}

std::string decoded(std::string_view text) {
    std::string result;
    const auto digit = [](char c) {
        return c >= '0' && c <= '9' ? c - '0' : lower(c) >= 'a' && lower(c) <= 'f' ? lower(c) - 'a' + 10 : -1;
    };
    for (std::size_t i = 0; i < text.size(); ++i) {
        const int high = text[i] == '%' && i + 2 < text.size() ? digit(text[i + 1]) : -1;
        const int low = high >= 0 ? digit(text[i + 2]) : -1;
        if (low >= 0) i += 2;
        result += low >= 0 ? static_cast<char>(high * 16 + low) : text[i] == '+' ? ' ' : text[i];
    }
    return result;
}

// "?tag=a" as the words "tag", "a"; "?all" as "all".
std::vector<std::string> words_of(std::string_view query) {
    const auto equals = query.find('=');
    std::vector<std::string> words{std::string{query.substr(0, equals)}};
    if (equals != std::string_view::npos) words.push_back(decoded(query.substr(equals + 1)));
    return words;
}

AdminAnswer json(std::string text) { return {200, "application/json", std::move(text)}; }
AdminAnswer complaint(int status, const std::string& text) {
    return {status, "application/json", "{\"error\":" + quoted(text) + "}\n"};
}

constexpr const char* purge_help = "http://host/path?query | prefix http://host/path | tag word | all";

void add_pages(Host& host, const std::shared_ptr<Zones>& zones) {
    host.add_page("purge", [zones](const AdminRequest& request) {
        if (request.method != "POST") return complaint(405, "expected POST");
        const auto words = words_of(request.query);
        const auto what = what_of(words);
        if (!what) return complaint(400, "expected one of ?url=, ?prefix=, ?tag= and ?all");
        return json("{\"purged\":" + std::to_string(purge(*zones, *what)) + "}\n");
    });
    host.add_page("stats", [zones](const AdminRequest&) { return json(stats(*zones)); });
    host.add_page("show", [zones, &host](const AdminRequest& request) {
        const auto words = words_of(request.query);
        if (words.size() != 2 || words[0] != "url") return complaint(400, "expected ?url=");
        return json(show(*zones, words[1], host.now()));
    });
    host.add_command("purge", purge_help, [zones](const AdminRequest& request) -> AdminAnswer {
        const auto what = what_of(request.arguments);
        if (!what) return {2, {}, std::string{"expected "} + purge_help + '\n'};
        const std::size_t count = purge(*zones, *what);
        return {0, {}, "purged " + std::to_string(count) + (count == 1 ? " answer\n" : " answers\n")};
    });
    host.add_command("stats", "what is kept", [zones](const AdminRequest&) -> AdminAnswer {
        return {0, {}, stats(*zones)};
    });
    host.add_command("show", "what is kept of a URL", [zones, &host](const AdminRequest& request) -> AdminAnswer {
        if (request.arguments.size() != 1) return {2, {}, "expected a URL: http://host/path?query\n"};
        return {0, {}, show(*zones, request.arguments[0], host.now())};
    });
}

Gauges gauges_of(Host& host, const std::string& name) {
    return {host.gauge("items", "answers that are kept", {{"cache", name}}),
            host.gauge("bytes", "what they take in memory", {{"cache", name}}),
            host.counter("evicted_total", "answers that made room for others", {{"cache", name}})};
}

}  // namespace

std::string cache_name(const Rules& rules) { return rules.name.empty() ? "default" : rules.name; }

std::shared_ptr<Zone> zone_of(Host& host, const Rules& rules) {
    const std::string name = cache_name(rules);
    auto zones = host.state<Zones>("zones", [] { return std::make_shared<Zones>(); });
    auto zone = host.state<Zone>("zone " + (rules.name.empty() ? "" : rules.name), [&] {
        return std::make_shared<Zone>(rules.memory.value_or(Zone::usual_bound), gauges_of(host, name));
    });
    zone->add_query(rules.query);
    {
        const std::lock_guard lock{zones->mutex};
        zones->by_name[name] = zone;
    }
    add_pages(host, zones);
    return zone;
}

}  // namespace tollgate::cache
