// tests/core/admin/dashboard_test.cpp - the dashboard's files as browsers get them, or word of their absence.
#include "admin/dashboard.h"
#include "admin/endpoints.h"
#include "plugins/catalogue.h"
#include "plugins/metrics.h"

#include <boost/test/unit_test.hpp>

#include <algorithm>

using namespace tollgate;

namespace {

admin::Answer ask(const std::string& path) {
    admin::Found found = admin::find_endpoint("GET", path);
    BOOST_REQUIRE_MESSAGE(found.endpoint, path);
    BOOST_TEST(found.endpoint->open, path);
    plugins::Catalogue catalogue;
    plugins::Metrics metrics{1};
    plugins::Pages pages;
    const admin::Controls controls{
        .reload = {}, .health = {}, .catalogue = catalogue, .metrics = metrics, .pages = pages, .access = {}, .routes = {}};
    admin::Call call;
    call.method = "GET";
    call.path = path;
    call.parts = std::move(found.parts);
    return found.endpoint->handler(call, controls);
}

std::string line(const admin::Answer& answer, std::string_view name) {
    const auto found = std::find_if(answer.lines.begin(), answer.lines.end(), [&](const auto& one) { return one.first == name; });
    return found == answer.lines.end() ? "" : found->second;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(admin_dashboard)

BOOST_AUTO_TEST_CASE(the_root_leads_there) {
    for (const char* path : {"/", "/dashboard"}) {
        const auto answer = ask(path);
        BOOST_TEST(answer.status == 302, path);
        BOOST_TEST(line(answer, "Location") == "dashboard/", path);  // beside both
    }
}

BOOST_AUTO_TEST_CASE(the_page_is_there_with_what_it_names) {
    if (admin::dashboard_files().empty()) {
        const auto answer = ask("/dashboard/");
        BOOST_TEST(answer.status == 404);
        BOOST_TEST(answer.body.find("built without its dashboard") != std::string::npos);
        return;
    }
    const auto page = ask("/dashboard/");
    BOOST_TEST(page.status == 200);
    BOOST_TEST(page.content_type == "text/html; charset=utf-8");
    BOOST_TEST(line(page, "Content-Security-Policy").starts_with("default-src 'self'"));
    BOOST_TEST(line(page, "Cache-Control") == "no-cache");
    for (const char* kind : {"src=\"./", "href=\"./"}) {
        std::size_t named = 0;
        for (auto at = page.body.find(kind); at != std::string::npos; at = page.body.find(kind, at + 1)) {
            const auto begin = at + std::string_view{kind}.size();
            const std::string name = page.body.substr(begin, page.body.find('"', begin) - begin);
            BOOST_TEST(ask("/dashboard/" + name).status == 200, name);
            ++named;
        }
        BOOST_TEST(named > 0, kind);
    }
    BOOST_TEST(ask("/dashboard/nothing.js").status == 404);
}

BOOST_AUTO_TEST_CASE(files_are_kept_compressed_and_those_named_by_content_for_good) {
    for (const admin::File& file : admin::dashboard_files()) {
        BOOST_TEST(file.gzip.starts_with("\x1f\x8b"), file.path);
        BOOST_TEST(file.named_by_content == file.path.starts_with("assets/"), file.path);
    }
}

BOOST_AUTO_TEST_SUITE_END()
