// loadtest/results_json.cpp - a run's results as one JSON document, and the document's own errors.
#include "loadtest/results_json.h"

#include "loadtest/input.h"
#include "loadtest/json_reader.h"
#include "loadtest/json_writer.h"
#include "loadtest/options.h"
#include "support/text.h"

#include <Poco/Exception.h>
#include <Poco/JSON/Parser.h>

#include <algorithm>

namespace tollgate::loadtest {

namespace {

constexpr std::string_view schema = "tollgate.loadtest/1";
constexpr std::size_t longest = 256u << 20;
// A tree of them holds some 100 bytes each. A million keys, the most of a run, are 9 each; a timeline is 100
// a second.
constexpr std::size_t most_values = 20'000'000;

struct Document {
    const Results& results;
};

// At most so many, by what comes before each: names with commas are no values.
std::size_t values_of(std::string_view json) noexcept {
    std::size_t values = 0;
    bool quoted = false;
    for (std::size_t i = 0; i < json.size(); ++i) {
        if (json[i] == '"') quoted = !quoted;
        else if (quoted) i += json[i] == '\\' ? 1 : 0;
        else values += json[i] == ',' || json[i] == '[' || json[i] == '{' ? 1 : 0;
    }
    return values;
}

Poco::JSON::Object::Ptr parsed(std::string_view text, const std::string& name) {
    if (values_of(text) > most_values)
        throw UsageError{name + ": expected a loadtester's JSON of at most " + std::to_string(most_values) + " values"};
    try {
        Poco::JSON::Parser parser;
        const Poco::Dynamic::Var root = parser.parse(std::string{text});
        if (root.type() == typeid(Poco::JSON::Object::Ptr)) return root.extract<Poco::JSON::Object::Ptr>();
    } catch (const Poco::Exception& error) {
        throw UsageError{
            name + ": expected JSON as `loadtester -f json` writes it, whole: " + text::printable(error.message())};
    }
    throw UsageError{name + ": expected an object of JSON as `loadtester -f json` writes it"};
}

}  // namespace

template <>
struct Members<Document> {
    static void of(auto& way, auto& document) {
        way("schema", std::string{schema});
        Members<Results>::of(way, document.results);
    }
};

std::string to_json(const Results& results) { return JsonWriter::text(Document{results}); }

Results results_from_json(std::string_view text, const std::string& name) {
    const Poco::JSON::Object::Ptr root = parsed(text, name);
    const Poco::Dynamic::Var found = root->get("schema");
    const std::string got = found.isString() ? found.extract<std::string>() : "";
    if (got != schema)
        throw UsageError{name + ": expected the schema " + text::quote(schema) + ", got " +
                         (got.empty() ? "none" : text::quote(got))};
    Results results;
    JsonReader reader{*root, name + ": "};
    Members<Results>::of(reader, results);
    return results;
}

Results read_results(const std::string& path) { return results_from_json(read_input(path, longest), input_name(path)); }

}  // namespace tollgate::loadtest
