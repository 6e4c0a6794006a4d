// tests/core/admin/files_test.cpp - files of pages: found, not sent twice, compressed where that is taken.
#include "admin/files.h"

#include <boost/test/unit_test.hpp>

using namespace tollgate;

namespace {

constexpr admin::File files[] = {{"index.html", "text/html", "<p>hello", "GZ"},
                                 {"assets/a-1.js", "text/javascript", "one()", {}, true}};

admin::Answer show(std::string_view path, std::map<std::string, std::string> headers = {}) {
    admin::Call call;
    call.headers = std::move(headers);
    return admin::show_file(call, files, path);
}

std::string line(const admin::Answer& answer, std::string_view name) {
    for (const auto& [its, value] : answer.lines)
        if (its == name) return value;
    return {};
}

}  // namespace

BOOST_AUTO_TEST_SUITE(admin_files)

BOOST_AUTO_TEST_CASE(a_file_is_found_by_its_path) {
    const auto page = show("index.html");
    BOOST_TEST(page.status == 200);
    BOOST_TEST(page.content_type == "text/html");
    BOOST_TEST(page.body == "<p>hello");
    BOOST_TEST(line(page, "Content-Encoding") == "");
    BOOST_TEST(line(page, "Vary") == "Accept-Encoding");
    BOOST_TEST(line(page, "Cache-Control") == "no-cache");
    BOOST_TEST(line(show("assets/a-1.js"), "Cache-Control") == "max-age=31536000, immutable");
    for (const char* path : {"", "/index.html", "assets", "assets/", "../index.html", "Index.html"})
        BOOST_TEST(show(path).status == 404, path);
    BOOST_TEST(show("index.htm").body.find("did you mean") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(it_is_compressed_for_those_who_take_that) {
    for (const char* takes : {"gzip", "deflate, gzip;q=0.5", "br,gzip", "gzip;q=1.0", "gzip; q=0.001"}) {
        const auto page = show("index.html", {{"accept-encoding", takes}});
        BOOST_TEST(page.body == "GZ", takes);
        BOOST_TEST(line(page, "Content-Encoding") == "gzip");
    }
    for (const char* takes_not : {"", "identity", "gzip;q=0", "gzip;q=0.0", "br, xgzip"})
        BOOST_TEST(show("index.html", {{"accept-encoding", takes_not}}).body == "<p>hello", takes_not);
    BOOST_TEST(show("assets/a-1.js", {{"accept-encoding", "gzip"}}).body == "one()");
}

BOOST_AUTO_TEST_CASE(who_has_it_is_not_sent_it_again) {
    const std::string tag = line(show("index.html"), "ETag");
    BOOST_TEST(tag.size() == 34u);
    for (const std::string& has : {tag, "W/" + tag, "\"x\", " + tag, std::string{"*"}}) {
        const auto page = show("index.html", {{"if-none-match", has}});
        BOOST_TEST(page.status == 304, has);
        BOOST_TEST(page.body == "");
        BOOST_TEST(line(page, "ETag") == tag);
    }
    BOOST_TEST(show("index.html", {{"if-none-match", "\"x\""}}).status == 200);
    // Compressed, it is another representation.
    BOOST_TEST(show("index.html", {{"if-none-match", tag}, {"accept-encoding", "gzip"}}).status == 200);
}

BOOST_AUTO_TEST_CASE(a_page_may_load_nothing_from_elsewhere) {
    const std::string policy = line(show("index.html"), "Content-Security-Policy");
    BOOST_TEST(policy.starts_with("default-src 'self'; "));
    BOOST_TEST(policy.find("unsafe") == std::string::npos);
    BOOST_TEST(policy.find("frame-ancestors 'none'") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
