// tests/core/admin/audit_test.cpp - what operators did: remembered, logged, written down, without end for nobody.
#include "admin/audit.h"

#include "support/log.h"
#include "support/temporary_folder.h"

#include <boost/test/unit_test.hpp>

#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <iterator>

using namespace tollgate;
using admin::Audit;

namespace {

Audit::Entry entry(int status = 200, const std::string& path = "/reload") {
    return {std::chrono::system_clock::time_point{std::chrono::seconds{1'700'000'000}}, "127.0.0.1", "POST", path, {}, status, "read again"};
}

std::string text_of(const std::filesystem::path& file) {
    std::ifstream stream{file};
    return {std::istreambuf_iterator<char>{stream}, {}};
}

constexpr auto line = R"({"time":"2023-11-14T22:13:20.000Z","client":"127.0.0.1","method":"POST","path":"/reload","status":200,"what":"read again"})";

}  // namespace

BOOST_AUTO_TEST_SUITE(admin_audit)

BOOST_AUTO_TEST_CASE(the_latest_come_first_and_the_oldest_go) {
    const log::Capture log;
    Audit audit;
    for (std::size_t i = 0; i < Audit::most + 5; ++i) audit.add(entry(200, "/" + std::to_string(i)), {});
    const auto all = audit.latest(10'000);
    BOOST_TEST(all.size() == Audit::most);
    BOOST_TEST(all.front().path == "/1004");
    BOOST_TEST(all.back().path == "/5");
    BOOST_TEST(audit.latest(2).size() == 2u);
    BOOST_TEST(log.has("admin: 127.0.0.1 POST /1004: 200, read again"));
}

BOOST_AUTO_TEST_CASE(each_is_a_line_of_a_file_that_others_cannot_read) {
    const log::Capture log;
    const test::TemporaryFolder folder;
    const auto file = folder / "audit.log";
    const mode_t before = ::umask(0);
    Audit audit;
    audit.add(entry(), file.string());
    ::umask(before);
    audit.add(entry(), file.string());
    BOOST_TEST(text_of(file) == std::string{line} + "\n" + line + "\n");
    struct stat facts {};
    BOOST_TEST_REQUIRE(::stat(file.c_str(), &facts) == 0);
    BOOST_TEST((facts.st_mode & 0777) == 0640u);
}

BOOST_AUTO_TEST_CASE(a_file_that_was_moved_away_is_made_anew) {
    const log::Capture log;
    const test::TemporaryFolder folder;
    const auto file = folder / "audit.log";
    Audit audit;
    audit.add(entry(), file.string());
    std::filesystem::rename(file, folder / "audit.log.1");
    audit.add(entry(), file.string());
    BOOST_TEST(text_of(file) == std::string{line} + "\n");
}

BOOST_AUTO_TEST_CASE(a_file_that_cannot_be_written_is_told_of_and_the_rest_goes_on) {
    const log::Capture log;
    Audit audit;
    audit.add(entry(), "/no/such/folder/audit.log");
    BOOST_TEST(log.has("the audit file \"/no/such/folder/audit.log\" cannot be written: No such file or directory"));
    BOOST_TEST(audit.latest(1).size() == 1u);
}

BOOST_AUTO_TEST_CASE(refusals_without_end_are_counted_and_not_kept) {
    const log::Capture log;
    Audit audit;
    const auto refused = [](int status) {
        Audit::Entry one = entry(status);
        one.let_in = false;
        return one;
    };
    for (int i = 0; i < Audit::most_refusals + 7; ++i) audit.add(refused(i % 2 ? 401 : 400), {});
    BOOST_TEST(audit.latest(10'000).size() == std::size_t(Audit::most_refusals));
    audit.add(entry(), {});
    BOOST_TEST(audit.latest(1).front().omitted == 7u);
    BOOST_TEST(json(audit.latest(1).front()).ends_with(R"("what":"read again","omitted":7})"));
    auto later = refused(401);
    later.time += std::chrono::minutes{1};
    audit.add(later, {});
    BOOST_TEST(audit.latest(1).front().status == 401);
}

BOOST_AUTO_TEST_CASE(who_was_not_let_in_pushes_nobody_out) {
    const log::Capture log;
    Audit audit;
    audit.add(entry(200, "/first"), {});
    Audit::Entry refused = entry(401, "/refused");
    refused.let_in = false;
    for (std::size_t i = 0; i < Audit::most + 5; ++i) {
        refused.time += std::chrono::minutes{1};
        audit.add(refused, {});
    }
    audit.add(entry(200, "/last"), {});
    const auto all = audit.latest(10'000);
    BOOST_TEST(all.size() == Audit::most + 2);
    BOOST_TEST(all.front().path == "/last");
    BOOST_TEST(all[1].path == "/refused");
    BOOST_TEST(all.back().path == "/first");
}

BOOST_AUTO_TEST_CASE(whatever_was_sent_is_one_line_of_json) {
    auto odd = entry(404, "/a\n\"b\\\xff" + std::string(1000, 'x'));
    const log::Capture log;
    Audit audit;
    audit.add(odd, {});
    const std::string text = json(audit.latest(1).front());
    BOOST_TEST(text.find('\n') == std::string::npos);
    BOOST_TEST(text.find(R"("path":"/a\n\"b\\)") != std::string::npos, text);
    BOOST_TEST(text.size() < 800u);
}

BOOST_AUTO_TEST_SUITE_END()
