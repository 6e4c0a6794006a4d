// tests/scenarios/out_of_tree_plugins_test.cpp - plugins as outsiders make them: find_package(tollgate) from a prefix
// and from the build folder, by clang++ and by g++; loaded, refused, and served through.
#include "support/gateway_process.h"
#include "support/places.h"
#include "support/scripted_upstream.h"

#include <tollgate/plugin.h>

#include <boost/test/unit_test.hpp>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

using namespace tollgate;
namespace fs = std::filesystem;

namespace {

constexpr std::chrono::minutes build_patience{20};

std::string must(const std::vector<std::string>& command) {
    const test::TemporaryFolder folder;
    test::ChildProcess process{command, folder / "out"};
    const int code = process.wait(build_patience);
    std::ifstream file{folder / "out"};
    const std::string out{std::istreambuf_iterator<char>{file}, {}};
    BOOST_REQUIRE_MESSAGE(code == 0, command[0] + ' ' + command[1] + ": " + out + process.stderr_text());
    return out;
}

// Empty unless this very build is sanitized: then a plugin must be so too.
std::string sanitizer_flags() {
    const std::string_view sanitizer = TOLLGATE_SANITIZER;
    return sanitizer == "none" ? "" : "-fsanitize=" + std::string{sanitizer};
}

// Where `cmake --install` puts the gateway: once for all cases.
const fs::path& prefix() {
    static const test::TemporaryFolder folder;
    static const bool installed = [] {
        must({"cmake", "--install", test::build_folder(), "--prefix", folder.path().string()});
        return true;
    }();
    BOOST_REQUIRE(installed);
    return folder.path();
}

// A folder with the plugin built into it.
class Built {
public:
    Built(const fs::path& source, const std::string& compiler, const std::string& flags, const std::string& package) {
        must({"cmake", "-S", source.string(), "-B", folder_.path().string(), "-G", "Ninja",
              "-DCMAKE_CXX_COMPILER=" + compiler, "-DCMAKE_CXX_FLAGS=-Wall -Wextra -Werror " + flags, package});
        must({"cmake", "--build", folder_.path().string()});
    }
    std::string path() const { return folder_.path().string(); }

private:
    test::TemporaryFolder folder_;
};

Built example(const std::string& name, const std::string& compiler, const std::string& flags) {
    return {fs::path{test::source_folder()} / "examples/plugins" / name, compiler, flags,
            "-DCMAKE_PREFIX_PATH=" + prefix().string()};
}

// `tollgate plugins`, the installed one.
test::Finished plugins_in(const std::string& folder) {
    return test::run({(prefix() / "bin/tollgate").string(), "plugins", "--plugins", folder, "--settings"});
}

void greets(const Built& plugin) {
    test::GatewayProcess gateway{R"(route "GET /" { answer = { status = 200, body = "ok\n" },
                                                    plugins = { hello { greeting = "good morning" } } })",
                                 {"--plugins", plugin.path()}};
    const auto answer = gateway.client().get("/");
    BOOST_TEST(answer.status() == 200);
    BOOST_TEST(answer.header("X-Greeting") == "good morning");
    BOOST_TEST(gateway.stop() == 0);
}

bool contains(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

// A plugin to be refused.
Built odd_plugin(const test::TemporaryFolder& source, const std::string& code) {
    std::ofstream{source / "CMakeLists.txt"} << "cmake_minimum_required(VERSION 3.25)\nproject(odd LANGUAGES CXX)\n"
                                                "find_package(tollgate REQUIRED)\ntollgate_add_plugin(odd odd.cpp)\n";
    std::ofstream{source / "odd.cpp"} << "#include <tollgate/plugin.h>\n#include <unistd.h>\n" << code << '\n';
    return {source.path(), "clang++-19", sanitizer_flags(), "-DCMAKE_PREFIX_PATH=" + prefix().string()};
}

}  // namespace

BOOST_AUTO_TEST_SUITE(scenarios_out_of_tree_plugins)

BOOST_AUTO_TEST_CASE(hello_built_by_clang_is_listed_and_served_through) {
    const Built hello = example("hello", "clang++-19", sanitizer_flags());
    const auto listed = plugins_in(hello.path());
    BOOST_TEST(listed.code == 0);
    // In columns, beside the built-in plugins of the installed gateway.
    BOOST_TEST(contains(listed.out, "\nhello      ABI 1.5  " + hello.path() + "/hello.so"));
    BOOST_TEST(contains(listed.out, "  greets in a line of every answer\n"));
    BOOST_TEST(contains(listed.out, "greeting  text  \"hello\"  what the X-Greeting line says\n"));
    BOOST_TEST(listed.err == "");
    greets(hello);
    // Its own test, as its README has readers run it.
    BOOST_TEST(contains(must({"ctest", "--test-dir", hello.path()}), "100% tests passed, 0 tests failed out of 1"));
}

// Debian 12's g++ miscompiles coroutines, which hello has none of. The runtimes of two compilers' sanitizers do not mix
// in one program: in a sanitized build the fact is that the plain plugin is refused, and said why.
BOOST_AUTO_TEST_CASE(hello_built_by_gxx_loads_where_the_builds_agree) {
    const Built hello = example("hello", "g++", "");
    const auto listed = plugins_in(hello.path());
    if (sanitizer_flags().empty()) {
        BOOST_TEST(contains(listed.out, "\nhello      ABI 1.5  " + hello.path() + "/hello.so"));
        greets(hello);
    } else {
        BOOST_TEST(!contains(listed.out, "hello.so"));
        BOOST_TEST(contains(listed.err,
                            "hello.so: built as \"libstdc++ cxx11, 8-byte words, sanitizer none\", this gateway as"));
    }
}

BOOST_AUTO_TEST_CASE(a_plugin_of_another_abi_is_refused_in_words) {
    const test::TemporaryFolder source;
    const Built odd = odd_plugin(source, "TOLLGATE_PLUGIN(.abi = 0x20000, .name = \"odd\")");
    const auto listed = plugins_in(odd.path());
    BOOST_TEST(listed.code == 0);
    BOOST_TEST(!contains(listed.out, "odd"));
    BOOST_TEST(
        contains(listed.err, odd.path() + "/odd.so: built for plugin ABI 2.0, this gateway has 1.5; rebuild it"));
}

BOOST_AUTO_TEST_CASE(a_plugin_that_lacks_a_function_is_refused_when_loaded_and_not_when_called) {
    const test::TemporaryFolder source;
    const Built odd = odd_plugin(source,
                                 "namespace tollgate { const char* gone(); }\n"
                                 "TOLLGATE_PLUGIN(.name = tollgate::gone())");
    BOOST_TEST(contains(plugins_in(odd.path()).err, "odd.so: cannot be loaded: undefined symbol"));
}

BOOST_AUTO_TEST_CASE(tour_built_from_the_build_folder_goes_through_every_door) {
    const Built tour{fs::path{test::source_folder()} / "examples/plugins/tour", "clang++-19", sanitizer_flags(),
                     std::string{"-Dtollgate_DIR="} + test::build_folder()};
    test::ScriptedUpstream orders{test::ScriptedUpstream::always("twelve bytes")};
    test::ScriptedUpstream permission{test::ScriptedUpstream::always("yes")};
    test::GatewayProcess gateway{
        "upstream \"orders\" { targets = { \"" + orders.address() + "\" } }\n" +
            "route \"* /orders/**\" { upstream = \"orders\", plugins = { tour { ask = \"http://" +
            permission.address() + "/may\", pause = 1 * milliseconds } } }\n",
        {"--plugins", tour.path()}};

    const auto answer = gateway.client().post("/orders/7", "seven b");
    BOOST_TEST(answer.status() == 200);
    BOOST_TEST(answer.header("X-Tour") == "request slept worked asked upstream up:whole response");
    BOOST_TEST(permission.last().target() == "/may");

    // The page has it a millisecond after the request: a spawned task writes it.
    std::string walks;
    test::wait_until("the walk is written", [&] {
        test::RawClient client{gateway.admin()};
        client.send("GET /plugins/tour/walks HTTP/1.1\r\nHost: localhost\r\n\r\n");
        walks = client.answer().body;
        return !walks.empty();
    });
    BOOST_TEST(walks ==
               "POST /orders/7 200: request slept worked asked upstream up:whole response down:whole"
               " (7 bytes up, 12 down)\n");
    const auto forgotten =
        test::run({test::tollgate_program(), "plugin", "--admin", gateway.admin(), "tour", "forget"});
    BOOST_TEST(forgotten.code == 0);
    BOOST_TEST(forgotten.out == "1 walks forgotten\n");
    BOOST_TEST(gateway.stop() == 0);
}

BOOST_AUTO_TEST_CASE(who_may_not_go_on_the_tour_is_told_so) {
    const Built tour = example("tour", "clang++-19", sanitizer_flags());
    test::ScriptedUpstream permission{[](test::UpstreamConnection& connection) {
        while (connection.read_request()) connection.answer(404, "no");
    }};
    test::GatewayProcess gateway{"route \"GET /\" { answer = { status = 200 }, plugins = { tour { ask = \"http://" +
                                     permission.address() +
                                     "\" } } }\n"
                                     "route \"GET /dead\" { answer = { status = 200 }, plugins = { tour { ask = "
                                     "\"http://127.0.0.1:1/\" } } }\n",
                                 {"--plugins", tour.path()}};
    BOOST_TEST(gateway.client().get("/").status() == 403);
    BOOST_TEST(gateway.client().get("/dead").status() == 503);
    // A reload makes new uses, whose pages take over.
    gateway.write_routes("route \"GET /\" { answer = { status = 200 }, plugins = { tour {} } }");
    BOOST_TEST(contains(gateway.reload(), "reloaded: 1 route"));
    BOOST_TEST(gateway.client().get("/").status() == 200);
    BOOST_TEST(gateway.stop() == 0);
}

// Its tasks wait in the timers of a loop: they must be gone before the loop is, and before the plugin they run in.
BOOST_AUTO_TEST_CASE(a_spawned_task_without_end_ends_with_its_use_and_with_the_gateway) {
    const test::TemporaryFolder source;
    const Built odd = odd_plugin(source, R"(
        using namespace tollgate;
        struct Counted {
            explicit Counted(Gauge& tasks) : tasks_{tasks} { tasks_.add(1); }
            ~Counted() { tasks_.add(-1); }
            Gauge& tasks_;
        };
        struct Odd : Plugin {
            Odd(const Settings& settings, Host& host)
                : host_{host}, tasks_{host.gauge("tasks", "spawned tasks")}, silent_{settings.text("silent")} {}
            Verdict on_request(RequestContext&) const override {
                host_.spawn(sleep());
                host_.spawn(watch());
                host_.spawn(fetch());
                return {};
            }
            Task<void> sleep() const {
                const Counted counted{tasks_};
                for (;;) co_await host_.sleep(std::chrono::milliseconds{1});
            }
            Task<void> watch() const {
                const Counted counted{tasks_};
                int ends[2];
                if (::pipe(ends) == 0) co_await host_.ready(ends[0], Interest::readable, std::chrono::hours{1});
            }
            Task<void> fetch() const {
                const Counted counted{tasks_};
                co_await host_.fetch(silent_, Request{"GET", "/"}, {.timeout = std::chrono::hours{1}});
            }
            Host& host_;
            Gauge& tasks_;
            std::string silent_;
        };
        constexpr Field fields[] = {{.name = "silent", .doc = "URL that never answers", .required = true}};
        TOLLGATE_PLUGIN(.name = "odd", .fields = fields, .create = make<Odd>))");
    test::ScriptedUpstream silent{[](test::UpstreamConnection& connection) {
        while (connection.read_request()) {}
    }};
    test::GatewayProcess gateway{"route \"GET /\" { answer = { status = 200 }, plugins = { odd { silent = \"http://" +
                                     silent.address() + "/\" } } }",
                                 {"--plugins", odd.path()}};
    for (int i = 0; i < 4; ++i) BOOST_TEST(gateway.client().get("/").status() == 200);

    const auto tasks = [&] {
        test::RawClient client{gateway.admin()};
        client.send("GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n");
        const std::string text = client.answer().body;
        const std::size_t value = text.find("\ntollgate_odd_tasks ") + 20;
        return text.substr(value, text.find('\n', value) - value);
    };
    BOOST_TEST(tasks() == "12");
    BOOST_TEST(contains(gateway.reload(), "reloaded: 1 route"));
    test::wait_until("the tasks of the use before the reload are gone", [&] { return tasks() == "0"; });

    for (int i = 0; i < 4; ++i) BOOST_TEST(gateway.client().get("/").status() == 200);
    BOOST_TEST(gateway.stop() == 0);
    BOOST_TEST(!contains(gateway.process().stderr_text(), "Sanitizer"));
}

BOOST_AUTO_TEST_SUITE_END()
