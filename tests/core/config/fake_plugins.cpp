// tests/core/config/fake_plugins.cpp - descriptors with fields and a create() that writes down what it is given.
#include "core/config/fake_plugins.h"

#include <stdlib.h>
#include <fstream>

namespace tollgate::test {

namespace {

constexpr const char* schemes[] = {"plain", "bearer"};
constexpr const char* formats[] = {"json", "text"};
constexpr const char* policies[] = {"round_robin", "weighted", "least_requests", "ewma", "consistent_hash"};
constexpr const char* algorithms[] = {"token_bucket", "sliding_window", "sliding_log", "fixed_window"};
constexpr const char* alignments[] = {"clock", "first_use"};
constexpr const char* modes[] = {"enforce", "shadow", "delay"};
constexpr const char* in_limits[] = {"by", "rate", "quota", "concurrency"};

constexpr Field auth_fields[] = {
    {.name = "key", .type = Type::value, .doc = "where the key is"},
    {.name = "scheme", .type = Type::choice, .doc = "form", .fallback = "\"plain\"", .choices = schemes},
    {.name = "file", .type = Type::path, .doc = "keys"},
    {.name = "method", .type = Type::text, .doc = "how"},
    {.name = "optional", .type = Type::boolean, .doc = "whether"},
    {.name = "secret", .type = Type::text, .doc = "of tokens"},
    {.name = "audience", .type = Type::texts, .doc = "of tokens"},
    {.name = "scopes", .type = Type::texts, .doc = "wanted"},
};
constexpr Field balancer_fields[] = {
    {.name = "policy", .type = Type::choice, .doc = "how", .fallback = "\"round_robin\"", .choices = policies},
    {.name = "by", .type = Type::value, .doc = "what"},
    {.name = "sticky", .type = Type::text, .doc = "cookie"},
};
constexpr Field cache_fields[] = {
    {.name = "ttl", .type = Type::duration, .doc = "time to keep", .required = true, .min = 0.001, .max = 86'400},
    {.name = "by", .type = Type::value, .doc = "whose"},
    {.name = "bypass", .type = Type::value, .doc = "when not"},
    {.name = "ignored_parameters", .type = Type::texts, .doc = "which do not count"},
    {.name = "stale_while_revalidate", .type = Type::duration, .doc = "how old"},
    {.name = "stale_if_error", .type = Type::duration, .doc = "how old then"},
};
constexpr Field logging_fields[] = {
    {.name = "format", .type = Type::choice, .doc = "form", .fallback = "\"json\"", .choices = formats},
    {.name = "to", .type = Type::text, .doc = "where", .fallback = "\"stdout\""},
};
constexpr Field ratelimit_fields[] = {
    {.name = "by", .type = Type::value, .doc = "whose", .fallback = "client_ip"},
    {.name = "rate", .type = Type::rate, .doc = "how much", .min = 1e-6},
    {.name = "burst", .type = Type::integer, .doc = "most at once", .min = 1, .max = 1e6},
    {.name = "algorithm", .type = Type::choice, .doc = "how", .fallback = "\"token_bucket\"", .choices = algorithms},
    {.name = "align", .type = Type::choice, .doc = "from when", .fallback = "\"clock\"", .choices = alignments},
    {.name = "mode", .type = Type::choice, .doc = "what then", .fallback = "\"enforce\"", .choices = modes},
    {.name = "name", .type = Type::text, .doc = "of the counters"},
    {.name = "quota", .type = Type::rate, .doc = "by the calendar", .min = 1e-9},
    {.name = "concurrency", .type = Type::integer, .doc = "at a time", .min = 1},
    {.name = "limits", .type = Type::tables, .doc = "several", .choices = in_limits},
};
constexpr const char* in_tables[] = {"integer", "rate", "values"};
constexpr Field probe_fields[] = {
    {.name = "boolean", .type = Type::boolean, .doc = "d", .fallback = "true"},
    {.name = "integer", .type = Type::integer, .doc = "d", .min = 1, .max = 10},
    {.name = "number", .type = Type::number, .doc = "d", .max = 1},
    {.name = "text", .type = Type::text, .doc = "d"},
    {.name = "duration", .type = Type::duration, .doc = "d", .fallback = "1.5 * seconds", .min = 1, .max = 60},
    {.name = "size", .type = Type::size, .doc = "d"},
    {.name = "rate", .type = Type::rate, .doc = "d"},
    {.name = "choice", .type = Type::choice, .doc = "d", .choices = formats},
    {.name = "value", .type = Type::value, .doc = "d"},
    {.name = "texts", .type = Type::texts, .doc = "d"},
    {.name = "path", .type = Type::path, .doc = "d"},
    {.name = "patience",
     .type = Type::duration,
     .doc = "d",
     .max = 60,
     .environment = "PROBE_SECONDS"},
    {.name = "words", .type = Type::texts, .doc = "d", .choices = formats},
    {.name = "values", .type = Type::values, .doc = "d"},
    {.name = "tables", .type = Type::tables, .doc = "d", .choices = in_tables},
};

std::vector<Seen>& all_seen() {
    static std::vector<Seen> seen;
    return seen;
}

std::string as_text(const Settings& settings, const Field& field) {
    const char* name = field.name;
    switch (field.type) {
        case Type::boolean: return settings.boolean(name) ? "true" : "false";
        case Type::integer: return std::to_string(settings.integer(name));
        case Type::number: return std::to_string(settings.number(name));
        case Type::duration: return std::to_string(settings.duration(name).count()) + " ns";
        case Type::size: return std::to_string(settings.size(name)) + " bytes";
        case Type::rate: {
            const auto rate = settings.rate(name);
            return std::to_string(rate.count) + " per " + std::to_string(rate.per.count()) + " ns";
        }
        case Type::value: return settings.value(name).describe();
        case Type::texts: {
            std::string all;
            for (const auto& text : settings.texts(name)) all += text + '|';
            return all;
        }
        case Type::values: {
            std::string all;
            for (const Value& value : settings.values(name)) all += value.describe() + '|';
            return all;
        }
        case Type::tables: {
            std::string all;
            for (const Settings* table : settings.tables(name)) {
                all += '{' + std::to_string(table->ordinal("table"));
                std::string amount;
                for (const char* inner : field.choices) {
                    if (!table->has(inner)) continue;
                    all += std::string{' '} + inner;
                    if (inner == std::string_view{"integer"}) amount = " = " + std::to_string(table->integer(inner));
                }
                all += amount + '}';
            }
            return all;
        }
        default: return settings.text(name);
    }
}

Seen write_down(const char* plugin, std::span<const Field> fields, const Settings& settings) {
    Seen seen{plugin, settings.where(),          settings.ordinal("use"), {},
              {},     settings.has_tier("free"), settings.has_tier("")};
    if (settings.ordinal("use") != seen.ordinal) throw std::logic_error{"an ordinal changed"};
    for (const auto& field : fields) {
        if (!settings.has(field.name)) continue;
        seen.texts[field.name] = as_text(settings, field);
        if (field.type == Type::value) seen.values[field.name] = settings.value(field.name);
    }
    all_seen().push_back(seen);
    return seen;
}

template <const auto& fields, const auto& name>
std::unique_ptr<Plugin> create(const Settings& settings, Host&) {
    const auto seen = write_down(name, fields, settings);
    // As the built-in one does: a relation between fields, and a file that is not there.
    if (std::string_view{name} == "auth" && settings.has("file") && !std::filesystem::exists(settings.text("file")))
        throw ConfigError{"file", "cannot be read: No such file or directory"};
    if (seen.texts.contains("text") && seen.texts.at("text") == "throw") throw std::runtime_error{"thrown by create"};
    if (seen.texts.contains("text") && seen.texts.at("text") == "throw two")
        throw std::runtime_error{"thrown by create\nand again"};
    return std::make_unique<Plugin>();
}

constexpr char auth[] = "auth", balancer[] = "balancer", cache[] = "cache", logging[] = "logging",
               ratelimit[] = "ratelimit", probe[] = "probe";

template <const auto& fields, const auto& name>
const Descriptor& descriptor() {
    static const Descriptor it{.name = name, .summary = "a fake", .fields = fields, .create = create<fields, name>};
    return it;
}

class NoHost final : public Host {
public:
    void log(Level, std::string_view) override {}
    std::chrono::steady_clock::time_point now() const override { return {}; }
    std::chrono::system_clock::time_point wall_clock() const override { return {}; }
    Counter& counter(std::string_view, std::string_view, std::initializer_list<Label>) override { throw unused(); }
    Gauge& gauge(std::string_view, std::string_view, std::initializer_list<Label>) override { throw unused(); }
    std::size_t loop_count() const override { return 1; }
    std::size_t this_loop() const override { return 1; }
    Task<void> sleep(std::chrono::nanoseconds) override { throw unused(); }
    void spawn(Task<void>) override { throw unused(); }
    Task<bool> ready(int, Interest, std::chrono::nanoseconds) override { throw unused(); }
    Task<Response> fetch(std::string, Request, FetchOptions) override { throw unused(); }
    void add_page(std::string_view, std::function<AdminAnswer(const AdminRequest&)>) override {}
    void add_command(std::string_view, std::string_view, std::function<AdminAnswer(const AdminRequest&)>) override {}
    std::shared_ptr<KeyStore> keys() override { return nullptr; }
    std::string_view plugin_name() const override { return "fake"; }

protected:
    std::shared_ptr<void> shared_state(std::string_view, std::string_view,
                                       const std::function<std::shared_ptr<void>()>& make) override {
        return make();
    }
    Task<void> blocking(std::function<void()>) override { throw unused(); }

private:
    static std::logic_error unused() { return std::logic_error{"a fake host lends nothing"}; }
};

}  // namespace

Workshop::Workshop() {
    all_seen().clear();
    catalogue_.add(descriptor<auth_fields, auth>());
    catalogue_.add(descriptor<balancer_fields, balancer>());
    catalogue_.add(descriptor<cache_fields, cache>());
    catalogue_.add(descriptor<logging_fields, logging>());
    catalogue_.add(descriptor<ratelimit_fields, ratelimit>());
    catalogue_.add(descriptor<probe_fields, probe>());
    std::string pattern = (std::filesystem::temp_directory_path() / "tollgate-config-XXXXXX").string();
    if (!::mkdtemp(pattern.data())) throw std::runtime_error{"no temporary folder"};
    folder_ = pattern;
}

Workshop::~Workshop() {
    std::error_code ignored;  // of a temporary folder
    std::filesystem::remove_all(folder_, ignored);
}

const std::vector<Seen>& Workshop::seen() const { return all_seen(); }

config::Surroundings Workshop::surroundings() {
    return {.catalogue = catalogue_,
            .loops = loops,
            .make_host = [](const Descriptor&, const auto&) { return std::make_unique<NoHost>(); },
            .upstream_state = [](const std::string&) { return std::make_shared<upstream::UpstreamState>(); },
            .env = [this](const char* name) -> const char* {
                const auto found = env_.find(name);
                return found == env_.end() ? nullptr : found->second.c_str();
            }};
}

config::Loaded Workshop::load(const std::filesystem::path& file) { return config::load(file, surroundings()); }

config::Loaded Workshop::load_text(const std::string& text) {
    const auto file = folder_ / "routes.lua";
    std::ofstream{file, std::ios::binary | std::ios::trunc} << text;
    return load(file);
}

std::string Workshop::problems_of(const std::string& text) {
    std::string all;
    for (const auto& problem : load_text(text).problems) all += (all.empty() ? "" : "\n") + problem.text();
    return all;
}

}  // namespace tollgate::test
