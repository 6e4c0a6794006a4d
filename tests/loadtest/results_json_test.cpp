// tests/loadtest/results_json_test.cpp - a run written and read back is the same run; what is no run is refused.
#include "loadtest/results_json.h"

#include "loadtest/options.h"
#include "loadtest/sample_run.h"
#include "support/places.h"
#include "support/temporary_folder.h"

#include <Poco/JSON/Array.h>
#include <Poco/JSON/Object.h>
#include <Poco/JSON/Parser.h>
#include <boost/test/unit_test.hpp>

#include <cmath>
#include <fstream>
#include <random>
#include <set>
#include <tuple>

using namespace tollgate::loadtest;

BOOST_AUTO_TEST_SUITE(loadtest_results_json)

namespace {

// The parts of each struct. A new member stops this from compiling: it belongs into results_members.h, sample_run.h,
// the table of docs/load-testing.md, and here.
auto parts(const Ledger& x) { const auto& [a, b, c, d, e, f, g] = x; return std::tie(a, b, c, d, e, f, g); }
auto parts(const Latencies& x) { const auto& [a, b, c] = x; return std::tie(a, b, c); }
auto parts(const TargetResults& x) { const auto& [a, b, c, d] = x; return std::tie(a, b, c, d); }
auto parts(const KeyResults& x) { const auto& [a, b, c, d] = x; return std::tie(a, b, c, d); }
auto parts(const Interval& x) { const auto& [a, b, c] = x; return std::tie(a, b, c); }
auto parts(const SlowRequest& x) {
    const auto& [a, b, c, d, e, f, g, h] = x;
    return std::tie(a, b, c, d, e, f, g, h);
}
auto parts(const Generator& x) {
    const auto& [a, b, c, d, e, f, g, h, i, j, k] = x;
    return std::tie(a, b, c, d, e, f, g, h, i, j, k);
}
auto parts(const Warmup& x) { const auto& [a, b, c] = x; return std::tie(a, b, c); }
auto parts(const ReconciledRow& x) { const auto& [a, b, c, d, e, f] = x; return std::tie(a, b, c, d, e, f); }
auto parts(const GatewayView::RouteLatency& x) {
    const auto& [a, b, c, d, e, f, g] = x;
    return std::tie(a, b, c, d, e, f, g);
}
auto parts(const GatewayView& x) {
    const auto& [a, b, c, d, e, f, g, h, i, j, k] = x;
    return std::tie(a, b, c, d, e, f, g, h, i, j, k);
}
auto parts(const ThresholdResult& x) { const auto& [a, b, c, d, e, f] = x; return std::tie(a, b, c, d, e, f); }
auto parts(const Results& x) {
    const auto& [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t, u, v, w, x1, y, z, a2, b2, c2, d2, e2, f2,
                 g2, h2, i2] = x;
    return std::tie(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t, u, v, w, x1, y, z, a2, b2, c2, d2, e2,
                    f2, g2, h2, i2);
}

bool same(const Histogram& a, const Histogram& b) {
    bool counts = true;
    for (std::size_t i = 0; i < std::max(a.counts().size(), b.counts().size()); ++i)
        counts &= (i < a.counts().size() ? a.counts()[i] : 0) == (i < b.counts().size() ? b.counts()[i] : 0);
    return counts && a.digits() == b.digits() && a.count() == b.count() && a.min() == b.min() && a.max() == b.max() &&
           a.sum() == b.sum();
}
template <class T>
bool same(const T& a, const T& b);
template <class T>
bool same(const std::optional<T>& a, const std::optional<T>& b) {
    return a.has_value() == b.has_value() && (!a || same(*a, *b));
}
template <class List>
bool same_elements(const List& a, const List& b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const auto& x, const auto& y) { return same(x, y); });
}
template <class T>
bool same(const std::vector<T>& a, const std::vector<T>& b) { return same_elements(a, b); }
template <class T, std::size_t n>
bool same(const std::array<T, n>& a, const std::array<T, n>& b) { return same_elements(a, b); }
template <class T>
bool same(const std::map<int, T>& a, const std::map<int, T>& b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                      [](const auto& x, const auto& y) { return x.first == y.first && same(x.second, y.second); });
}

// The numbers of the parts in which the two differ.
template <class T>
std::vector<std::size_t> differing(const T& a, const T& b) {
    std::vector<std::size_t> found;
    const auto first = parts(a), second = parts(b);
    [&]<std::size_t... i>(std::index_sequence<i...>) {
        ((same(std::get<i>(first), std::get<i>(second)) ? void() : found.push_back(i)), ...);
    }(std::make_index_sequence<std::tuple_size_v<decltype(parts(a))>>{});
    return found;
}
template <class T>
bool same(const T& a, const T& b) {
    if constexpr (requires { parts(a); }) return differing(a, b).empty();
    else return a == b;
}

template <class T>
std::size_t undifferent(const T& value) {
    return std::tuple_size_v<decltype(parts(value))> - differing(value, T{}).size();
}

// Paths of all members: "targets[].codes.STATUS". Those of times (mean, p50, hdr ...) go to `times`.
class Paths {
public:
    explicit Paths(const Poco::Dynamic::Var& root) { walk("", "", root); }
    std::set<std::string> members, times;

private:
    static std::string placeholder(const std::string& parent, const std::string& name) {
        if (parent == "codes" || parent == "latencies" || parent == "codes[]") return "STATUS";
        if (parent == "config" || parent == "errors") return "NAME";
        return std::count(status_class_names.begin(), status_class_names.end(), name) > 0 ? "CLASS" : name;
    }
    void walk(const std::string& path, const std::string& parent, const Poco::Dynamic::Var& value) {
        if (value.type() == typeid(Poco::JSON::Array::Ptr)) {
            for (const auto& element : *value.extract<Poco::JSON::Array::Ptr>())
                walk(path + "[]", parent + "[]", element);
        } else if (value.type() == typeid(Poco::JSON::Object::Ptr)) {
            const auto object = value.extract<Poco::JSON::Object::Ptr>();
            if (object->has("hdr") || (object->size() == 1 && object->has("count"))) {
                members.insert(path);
                for (const auto& [name, ignored] : *object) times.insert(name);
                return;
            }
            for (const auto& [name, member] : *object) {
                const std::string shown = placeholder(parent, name);
                walk(path.empty() ? shown : path + '.' + shown, shown, member);
            }
        } else {
            members.insert(path);
        }
    }
};

// The first cells of the two tables of the manual: "`ledger.sent`, `.answered`".
struct Documented {
    std::set<std::string> members, times;

    Documented() {
        std::ifstream page{tollgate::test::source_folder() + "/docs/load-testing.md"};
        std::set<std::string>* table = nullptr;
        for (std::string line; std::getline(page, line);) {
            if (line.starts_with("| member |")) table = members.empty() ? &members : &times;
            if (!table || !line.starts_with("| `")) {
                if (line.empty()) table = nullptr;
                continue;
            }
            std::string parent;
            const std::string cell = line.substr(0, line.find(" | "));
            for (std::size_t at = 0, end = 0; (at = cell.find('`', end)) != cell.npos; end += 1) {
                end = cell.find('`', at + 1);
                std::string name = cell.substr(at + 1, end - at - 1);
                if (name[0] == '.') name = parent + name;
                else parent = name.substr(0, std::min(name.rfind('.'), name.size()));
                table->insert(name);
            }
        }
    }
};

// Those of `these` that are not among `those`.
std::string beyond(const std::set<std::string>& these, const std::set<std::string>& those) {
    std::string names;
    for (const std::string& name : these) names += those.contains(name) ? "" : name + ' ';
    return names;
}

std::string problem(const std::string& text) {
    try {
        results_from_json(text, "run.json");
    } catch (const UsageError& error) {
        return error.what();
    }
    return "nothing";
}

std::string head(const std::string& rest) { return R"({"schema":"tollgate.loadtest/1",)" + rest + '}'; }

}  // namespace

BOOST_AUTO_TEST_CASE(a_run_written_and_read_back_is_the_same_in_every_member) {
    Results run = sample_run();
    run.gateway->problem = "its /metrics could not be read";
    run.gateway->reconciled = true;
    run.slowest[0].problem = "reset";
    const Results read = results_from_json(to_json(run), "run.json");
    BOOST_TEST(differing(run, read) == std::vector<std::size_t>{}, boost::test_tools::per_element());
    BOOST_TEST(to_json(read) == to_json(run));

    // The sample has something in every member, so that one that was forgotten is missed.
    BOOST_TEST(undifferent(run) == 1u);  // interval_seconds is 1, as it usually is
    run.interval_seconds = 0.5;
    BOOST_TEST(results_from_json(to_json(run), "run.json").interval_seconds == 0.5);
    BOOST_TEST(undifferent(run.generator) == 0u);
    BOOST_TEST(undifferent(*run.gateway) == 0u);
    BOOST_TEST(undifferent(run.gateway->rows[1]) == 0u);
    BOOST_TEST(undifferent(run.gateway->latencies[0]) == 0u);
    BOOST_TEST(undifferent(run.ledger) == 0u);
    BOOST_TEST(undifferent(run.warmup) == 0u);
    BOOST_TEST(undifferent(run.slowest[0]) == 0u);
    BOOST_TEST(undifferent(run.targets[1]) == 0u);
    BOOST_TEST(undifferent(run.thresholds[0]) == 1u);
}

BOOST_AUTO_TEST_CASE(an_empty_run_is_read_back_too) {
    const Results read = results_from_json(to_json(Results{}), "run.json");
    BOOST_TEST(differing(Results{}, read).empty());
}

BOOST_AUTO_TEST_CASE(it_has_the_members_that_programs_look_for) {
    Poco::JSON::Parser parser;
    const auto root = parser.parse(to_json(sample_run())).extract<Poco::JSON::Object::Ptr>();
    BOOST_TEST(root->getValue<std::string>("schema") == "tollgate.loadtest/1");
    BOOST_TEST(root->getObject("ledger")->getValue<bool>("balanced"));
    BOOST_TEST(!root->getObject("valid")->getValue<bool>("ok"));
    BOOST_TEST(root->getObject("codes")->getValue<int>("503") == 120);
    BOOST_TEST(root->getObject("status")->getObject("5xx")->getValue<int>("count") == 120);
    BOOST_TEST(root->getObject("status")->getObject("5xx")->getValue<double>("ratio") == 120.0 / 12005);
    BOOST_TEST(root->getObject("status")->getObject("3xx")->getValue<int>("count") == 0);
    const auto times = root->getObject("status")->getObject("2xx")->getObject("response_us");
    BOOST_TEST(times->getValue<double>("p50") > 550);
    BOOST_TEST(times->getValue<double>("p50") < 650);
    BOOST_TEST(times->getValue<std::string>("hdr").starts_with("HISTFAAA"));
    BOOST_TEST(root->getArray("timeline")->size() == 30u);
    BOOST_TEST(root->getArray("timeline")->getObject(3)->getValue<int>("5xx") == 4);
}

BOOST_AUTO_TEST_CASE(the_manual_tells_of_every_member_and_of_no_other) {
    Poco::JSON::Parser parser;
    const Paths written{parser.parse(to_json(sample_run()))};
    const Documented documented;
    BOOST_TEST(beyond(written.members, documented.members) == "");
    BOOST_TEST(beyond(documented.members, written.members) == "");
    BOOST_TEST(beyond(written.times, documented.times) == "");
    BOOST_TEST(beyond(documented.times, written.times) == "");
}

BOOST_AUTO_TEST_CASE(what_is_missing_has_its_default_and_what_is_unknown_is_ignored) {
    const Results read = results_from_json(
        head(R"("ledger":{"planned":7,"sent":null,"lost":9},"server":null,"new":[1],"seed":{})"), "run.json");
    BOOST_TEST(read.ledger.planned == 7u);
    BOOST_TEST(read.ledger.sent == 0u);
    BOOST_TEST(!read.gateway.has_value());
    BOOST_TEST(read.interval_seconds == 1);
}

BOOST_AUTO_TEST_CASE(as_many_keys_as_a_run_can_have_are_read_back) {
    Results run = small_run();
    run.keys.resize(1'000'000);
    for (std::size_t i = 0; i < run.keys.size(); ++i) {
        run.keys[i].name = "[a,b],{" + std::to_string(i);  // no values, though they look like some
        run.keys[i].classes = {0, i, 0, 0, 5, 0};
    }
    const Results read = results_from_json(to_json(run), "run.json");
    BOOST_REQUIRE(read.keys.size() == run.keys.size());
    BOOST_TEST(read.keys.back().name == "[a,b],{999999");
    BOOST_TEST((read.keys.back().classes == run.keys.back().classes));
}

BOOST_AUTO_TEST_CASE(keys_have_no_members_that_say_nothing) {
    Results run;
    run.keys.resize(1);
    run.keys[0].name = "pro";
    run.keys[0].classes[1] = 4;
    BOOST_TEST(to_json(run).find("{\"key\":\"pro\",\"2xx\":4}") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(texts_that_are_not_valid_utf8_are_written_as_such) {
    Results run;
    run.targets.resize(1);
    run.targets[0].name = "GET /\xff\"\n<b>";
    BOOST_TEST(results_from_json(to_json(run), "run.json").targets[0].name == "GET /\xEF\xBF\xBD\"\n<b>");
}

BOOST_AUTO_TEST_CASE(what_is_no_run_is_refused_in_one_line) {
    const std::string hdr =
        R"("latencies":{"200":{"response_us":{"hdr":"HISTFAAAAC54nJNpmSzMwMDAwwABzBCKEYgDbx1iX8Bg/w)"
        R"(Eispf1Av9TGS5Vtu0BTAC1fQj6")";
    const std::pair<std::string, std::string> cases[] = {
        {"[]", "run.json: expected an object of JSON as `loadtester -f json` writes it"},
        {"{}", R"(run.json: expected the schema "tollgate.loadtest/1", got none)"},
        {R"({"schema":"tollgate.loadtest/2"})",
         R"(run.json: expected the schema "tollgate.loadtest/1", got "tollgate.loadtest/2")"},
        {head(R"("ledger":[])"), "run.json: ledger: expected an object, got a list"},
        {head(R"("ledger":{"sent":"many"})"),
         R"(run.json: ledger.sent: expected a whole number of at most 18446744073709551615, got "many")"},
        {head(R"("ledger":{"sent":-1})"),
         "run.json: ledger.sent: expected a whole number of at most 18446744073709551615, got -1"},
        {head(R"("ledger":{"sent":true})"),
         "run.json: ledger.sent: expected a whole number of at most 18446744073709551615, got true"},
        {head(R"("exit":1e99)"), "run.json: exit: expected a whole number from -2147483648 to 2147483647, got 1e+99"},
        {head(R"("exit":4294967296)"),
         "run.json: exit: expected a whole number from -2147483648 to 2147483647, got 4294967296"},
        {head(R"("run":{"duration_s":1e300})"),
         "run.json: run.duration_s: expected a number that is not beyond 1e18, got 1e+300"},
        {head(R"("errors":{"\u001b[2J\n":"no"})"),
         "run.json: errors.\\x1b[2J\\n: expected a whole number of at most 18446744073709551615, got \"no\""},
        {head(R"("run":{"url":7})"), "run.json: run.url: expected a text, got 7"},
        {head(R"("run":{"interrupted":"no"})"), R"(run.json: run.interrupted: expected true or false, got "no")"},
        {head(R"("verdict":{})"), "run.json: verdict: expected a list, got an object"},
        {head(R"("verdict":["a",2])"), "run.json: verdict[1]: expected a text, got 2"},
        {head(R"("latencies":{"ok":{}})"), R"(run.json: latencies: expected a status such as 200, got "ok")"},
        {head(R"("slowest":[{"us":-1}])"),
         "run.json: slowest[0].us: expected microseconds, at most those of 25 h, got -1"},
        {head(R"("connecting_us":{"hdr":"HISTX"})"),
         "run.json: connecting_us.hdr: expected HdrHistogram's V2 compressed encoding"},
        {head(hdr + R"(,"min":1,"max":20000,"sum_ns":1}}})"),
         "run.json: latencies.200.response_us.hdr: expected min and max to be of the histogram's samples"},
        {head(hdr + R"(,"min":90,"max":20000,"sum_ns":-1}}})"),
         "run.json: latencies.200.response_us.hdr: expected sum_ns to be that of the histogram's samples"},
        {head(hdr + R"(,"min":90,"max":20000,"sum_ns":114830000}}})"), "nothing"},
        {head(R"("targets":[{"response_us":)" + hdr.substr(hdr.rfind('{')) +
              R"(,"min":90,"max":20000,"sum_ns":114830000}}])"),
         "run.json: targets[0].response_us.hdr: expected a histogram of 2 digits"},
        {head("\"verdict\":[" + std::string(20'000'001, ',') + "]"),
         "run.json: expected a loadtester's JSON of at most 20000000 values"},
    };
    for (const auto& [text, expected] : cases) BOOST_TEST(problem(text) == expected);

    const std::string good = to_json(sample_run(1, 2));
    const std::string broken = "run.json: expected JSON as `loadtester -f json` writes it, whole: ";
    for (const std::string& text : {std::string{}, std::string{"\0\0", 2}, std::string{"<html>"}, good.substr(0, 1000),
                                    good.substr(0, good.size() - 3), good + "}", std::string(100'000, '[')}) {
        const std::string told = problem(text);
        BOOST_TEST(told.substr(0, broken.size()) == broken);
        BOOST_TEST(told.find('\n') == told.npos);
    }
}

BOOST_AUTO_TEST_CASE(whatever_it_is_given_it_reads_or_refuses) {
    std::mt19937_64 random{3};
    const std::string good = to_json(sample_run(1, 2));
    std::uint64_t refused = 0;
    for (int i = 0; i < 400; ++i) {
        std::string text = good;
        for (int changes = 0; changes <= i % 5; ++changes) {
            const std::size_t at = random() % text.size();
            if (random() % 2 == 0) text[at] = "0123456789{}[]\",:-.etru"[random() % 23];
            else text.erase(at, random() % 20);
        }
        refused += problem(text) == "nothing" ? 0 : 1;
    }
    BOOST_TEST(refused > 200u);
}

BOOST_AUTO_TEST_CASE(files_that_cannot_be_read_are_named) {
    const tollgate::test::TemporaryFolder folder;
    const auto told = [](const std::string& path) {
        try {
            read_results(path);
        } catch (const UsageError& error) {
            return std::string{error.what()};
        }
        return std::string{"nothing"};
    };
    const std::string path = (folder.path() / "run.json").string();
    BOOST_TEST(told(path) == "cannot read \"" + path + "\": No such file or directory");
    BOOST_TEST(told(folder.path().string()) == "cannot read \"" + folder.path().string() + "\": Is a directory");
    std::ofstream{path} << to_json(sample_run(1, 1));
    BOOST_TEST(told(path) == "nothing");
}

BOOST_AUTO_TEST_SUITE_END()
