// tests/deploy/package_test.cpp - the Debian packages and the tarball, made of this very build: what is in them, that
// the gateway runs from them, that plugins are built with them. Nothing is installed here.
#include "support/child_process.h"
#include "support/places.h"
#include "support/raw_client.h"
#include "support/temporary_folder.h"

#include <tollgate/plugin.h>

#include <boost/test/unit_test.hpp>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <regex>
#include <set>
#include <string>
#include <vector>

using namespace tollgate;
namespace fs = std::filesystem;

namespace {

constexpr std::chrono::minutes build_patience{20};

std::string must(const std::vector<std::string>& command) {
    const test::Finished finished = test::run(command, {}, build_patience);
    BOOST_REQUIRE_MESSAGE(finished.code == 0, command[0] + ": " + finished.out + finished.err);
    return finished.out;
}

std::string read(const fs::path& file) {
    std::ifstream stream{file};
    return {std::istreambuf_iterator<char>{stream}, {}};
}

bool contains(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

fs::path only_file(const fs::path& folder, const std::string& begin, const std::string& end) {
    std::vector<fs::path> found;
    for (const auto& entry : fs::directory_iterator{folder}) {
        const std::string name = entry.path().filename();
        if (name.starts_with(begin) && name.ends_with(end)) found.push_back(entry.path());
    }
    BOOST_REQUIRE_MESSAGE(found.size() == 1, folder.string() + "/" + begin + "*" + end);
    return found[0];
}

// Made once for all cases, and unpacked, each into a folder of its own.
struct Packages {
    Packages() {
        const std::string config = test::build_folder() + "/CPackConfig.cmake";
        must({"cpack", "--config", config, "-G", "DEB;TGZ", "-B", folder.path().string()});
        gateway = only_file(folder.path(), "tollgate_", ".deb");
        development = only_file(folder.path(), "tollgate-dev_", ".deb");
        const fs::path tarball = only_file(folder.path(), "tollgate-", ".tar.gz");
        for (const fs::path& package : {gateway, development}) must({"dpkg-deb", "-x", package, root.path()});
        must({"tar", "-C", unpacked.path(), "-xzf", tarball});
        prefix = unpacked / tarball.stem().stem().filename().string();
    }
    fs::path path(const std::string& name) const { return root.path() / name; }
    std::string program(const std::string& name) const { return path("usr/bin/" + name).string(); }

    test::TemporaryFolder folder, root, unpacked;
    fs::path gateway, development;  // the packages
    fs::path prefix;                // of the tarball, unpacked
};

const Packages& packages() {
    static const Packages all;
    return all;
}

// As --contents has it: "-rwxr-xr-x root/root  1234 2026-11-22 09:00 ./usr/bin/tollgate" becomes path and mode.
std::set<std::pair<std::string, std::string>> contents(const fs::path& package) {
    std::set<std::pair<std::string, std::string>> all;
    static const std::regex line{"([-dlrwxst]{10}) root/root +[0-9]+ [-0-9]+ [0-9:]+ \\./([^\n]*)"};
    const std::string text = must({"dpkg-deb", "--contents", package});
    for (std::sregex_iterator at{text.begin(), text.end(), line}, end; at != end; ++at) all.emplace((*at)[2], (*at)[1]);
    return all;
}

// The shipped configuration with addresses and a database of the test's own.
std::string for_a_test(std::string routes, const fs::path& folder) {
    routes = std::regex_replace(routes, std::regex{"127\\.0\\.0\\.1:(8080|9180)"}, "127.0.0.1:0");
    return std::regex_replace(routes, std::regex{"/var/lib/tollgate"}, folder.string());
}

// The address behind "AREA: listening on ".
std::string address_of(test::ChildProcess& process, const std::string& area) {
    const std::string mark = area + ": listening on ", line = process.wait_for_line(mark);
    const std::size_t begin = line.find(mark) + mark.size();
    return line.substr(begin, line.find(' ', begin) - begin);
}

void serves(const fs::path& program, const fs::path& shipped, const std::vector<std::string>& plugins = {},
            const std::string& more = "") {
    const test::TemporaryFolder folder;
    std::ofstream{folder / "routes.lua"} << for_a_test(read(shipped), folder.path()) << more;
    std::vector<std::string> command{program.string(), "serve", (folder / "routes.lua").string(), "--loops", "1"};
    for (const std::string& one : plugins) command.insert(command.end(), {"--plugins", one});
    test::ChildProcess gateway{command, folder / "stdout"};
    test::RawClient client{address_of(gateway, "gateway")};
    BOOST_TEST(client.get("/healthz").body == "ok\n");
    if (!more.empty()) BOOST_TEST(client.get("/hello").header("X-Greeting") == "packed");
    gateway.signal(SIGTERM);
    BOOST_TEST(gateway.wait() == 0);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(deploy_package)

BOOST_AUTO_TEST_CASE(the_package_has_programs_plugins_units_manuals_and_completions) {
    const auto files = contents(packages().gateway);
    const std::pair<std::string, std::string> wanted[] = {
        {"usr/bin/tollgate", "-rwxr-xr-x"},
        {"usr/bin/loadtester", "-rwxr-xr-x"},
        {"usr/lib/tollgate/libtollgate.so", "-rw-r--r--"},
        {"usr/lib/tollgate/plugins/auth.so", "-rw-r--r--"},
        {"usr/lib/tollgate/plugins/balancer.so", "-rw-r--r--"},
        {"usr/lib/tollgate/plugins/cache.so", "-rw-r--r--"},
        {"usr/lib/tollgate/plugins/logging.so", "-rw-r--r--"},
        {"usr/lib/tollgate/plugins/ratelimit.so", "-rw-r--r--"},
        {"usr/lib/systemd/system/tollgate.service", "-rw-r--r--"},
        {"usr/lib/systemd/system/tollgate.socket", "-rw-r--r--"},
        {"usr/lib/sysusers.d/tollgate.conf", "-rw-r--r--"},
        {"usr/share/man/man1/tollgate.1.gz", "-rw-r--r--"},
        {"usr/share/man/man1/loadtester.1.gz", "-rw-r--r--"},
        {"usr/share/man/man5/tollgate-routes.lua.5.gz", "-rw-r--r--"},
        {"usr/share/bash-completion/completions/tollgate", "-rw-r--r--"},
        {"usr/share/bash-completion/completions/loadtester", "-rw-r--r--"},
        {"usr/share/zsh/vendor-completions/_tollgate", "-rw-r--r--"},
        {"usr/share/fish/vendor_completions.d/tollgate.fish", "-rw-r--r--"},
        {"usr/share/tollgate/annotations/words.d.lua", "-rw-r--r--"},
        {"usr/share/tollgate/prometheus/alerts.yml", "-rw-r--r--"},
        {"usr/share/doc/tollgate/README.md", "-rw-r--r--"},
        {"usr/share/doc/tollgate/docs/configuration.md", "-rw-r--r--"},
        {"usr/share/doc/tollgate/examples/01_hello.lua", "-rw-r--r--"},
        {"usr/share/doc/tollgate/copyright", "-rw-r--r--"},
        {"usr/share/doc/tollgate/changelog.gz", "-rw-r--r--"},
        {"etc/tollgate/routes.lua", "-rw-r--r--"},
        {"etc/default/tollgate", "-rw-r-----"},
    };
    for (const auto& file : wanted) BOOST_TEST(files.count(file) == 1U, file.first);
    for (const auto& [path, mode] : files) {
        BOOST_TEST(!path.starts_with("usr/include"), path);
        BOOST_TEST(!path.starts_with("usr/etc"), path);
    }
    // Built where it was, but knowing nothing of it.
    for (const char* const name : {"usr/bin/tollgate", "usr/bin/loadtester"})
        BOOST_TEST(contains(must({"readelf", "-d", packages().path(name)}), "[$ORIGIN/../lib/tollgate]"), name);
}

BOOST_AUTO_TEST_CASE(the_package_says_what_it_needs_and_which_files_are_the_operators) {
    const std::string depends = must({"dpkg-deb", "--field", packages().gateway, "Depends"});
    for (const char* const library : {"libc6 (", "libpoconet", "libluajit2-5.1-2", "libhiredis", "libssl3", "libre2-"})
        BOOST_TEST(contains(depends, library), depends);
    BOOST_TEST(must({"dpkg-deb", "--info", packages().gateway, "conffiles"}) ==
               "/etc/default/tollgate\n/etc/tollgate/routes.lua\n");
    for (const char* const script : {"preinst", "postinst", "prerm", "postrm"}) {
        const test::TemporaryFolder folder;
        std::ofstream{folder / "script"} << must({"dpkg-deb", "--info", packages().gateway, script});
        must({"dash", "-n", (folder / "script").string()});
    }
    const std::string version = must({"dpkg-deb", "--field", packages().gateway, "Version"});
    BOOST_TEST(contains(must({"dpkg-deb", "--field", packages().development, "Depends"}),
                        "tollgate (= " + version.substr(0, version.size() - 1) + ")"));
}

BOOST_AUTO_TEST_CASE(lintian_finds_no_error) {
    for (const fs::path& package : {packages().gateway, packages().development}) {
        const test::Finished said =
            test::run({"lintian", "--allow-root", "--fail-on", "error", package}, {}, build_patience);
        BOOST_TEST(said.code == 0, said.out << said.err);
    }
}

BOOST_AUTO_TEST_CASE(the_unit_is_well_formed_and_allows_little) {
    // Between the units of this machine, whose programs are not looked for.
    const test::TemporaryFolder folder;
    const fs::path units = folder / "usr/lib/systemd/system";
    fs::create_directories(units);
    fs::copy("/usr/lib/systemd/system", units, fs::copy_options::recursive | fs::copy_options::copy_symlinks);
    for (const char* const name : {"usr/lib/systemd/system/tollgate.service", "usr/lib/systemd/system/tollgate.socket"})
        fs::copy(packages().path(name), folder / name, fs::copy_options::overwrite_existing);
    fs::create_directories(folder / "usr/bin");
    fs::copy(packages().path("usr/bin/tollgate"), folder / "usr/bin/tollgate");
    const std::string root = "--root=" + folder.path().string();
    const test::Finished looked =
        test::run({"systemd-analyze", "verify", "--man=no", root, "tollgate.service", "tollgate.socket"});
    BOOST_TEST(!contains(looked.err, "tollgate"), looked.err);
    // Of 0 (nothing is allowed) to 100; what is left is the network, and ports below 1024.
    const test::Finished exposed =
        test::run({"systemd-analyze", "security", "--offline=yes", "--threshold=20", "--no-pager", root, "tollgate.service"});
    BOOST_TEST(exposed.code == 0, exposed.out << exposed.err);
}

BOOST_AUTO_TEST_CASE(the_gateway_runs_from_where_the_package_was_unpacked) {
    const fs::path shipped = packages().path("etc/tollgate/routes.lua");
    serves(packages().program("tollgate"), shipped);
    const std::string plugins = must({packages().program("tollgate"), "plugins"});
    BOOST_TEST(contains(plugins, packages().path("usr/lib/tollgate/plugins/auth.so").string()));
    BOOST_TEST(contains(must({packages().program("loadtester"), "--version"}), "loadtester "));
}

BOOST_AUTO_TEST_CASE(a_plugin_is_built_with_the_development_package_and_served_through) {
    const test::TemporaryFolder built;
    const std::string_view sanitizer = TOLLGATE_SANITIZER;
    const std::string flags = sanitizer == "none" ? "" : "-fsanitize=" + std::string{sanitizer};
    must({"cmake", "-S", packages().path("usr/share/doc/tollgate-dev/examples/plugins/hello"), "-B", built.path(), "-G",
          "Ninja", "-DCMAKE_CXX_COMPILER=clang++-19", "-DCMAKE_CXX_FLAGS=-Wall -Wextra -Werror " + flags,
          "-DCMAKE_PREFIX_PATH=" + packages().path("usr").string()});
    must({"cmake", "--build", built.path()});
    serves(packages().program("tollgate"), packages().path("etc/tollgate/routes.lua"), {built.path()},
           "\nroute \"GET /hello\" { answer = \"hi\\n\", plugins = { hello { greeting = \"packed\" } } }\n");
}

BOOST_AUTO_TEST_CASE(the_tarball_is_a_prefix_that_works_where_it_lies) {
    const fs::path& prefix = packages().prefix;
    serves(prefix / "bin/tollgate", prefix / "etc/tollgate/routes.lua");
    BOOST_TEST(fs::exists(prefix / "include/tollgate/plugin.h"));
    BOOST_TEST(fs::exists(prefix / "lib/cmake/tollgate/tollgateConfig.cmake"));
    BOOST_TEST(fs::exists(prefix / "lib/systemd/system/tollgate.service"));
    BOOST_TEST(contains(must({"man", "-l", prefix / "share/man/man1/tollgate.1.gz"}), "tollgate serve"));
}

BOOST_AUTO_TEST_SUITE_END()
