// tests/core/admin/page_format_test.cpp - who gets which text, and packed or not.
#include "admin/page_format.h"

#include <Poco/InflatingStream.h>
#include <Poco/StreamCopier.h>

#include <boost/test/unit_test.hpp>

#include <sstream>
#include <string>
#include <utility>

using namespace tollgate;
using Format = plugins::Exposition::Format;

BOOST_AUTO_TEST_SUITE(admin_page_format)

BOOST_AUTO_TEST_CASE(openmetrics_is_for_who_names_it_and_wants_it_no_less_than_plain_text) {
    const std::pair<const char*, bool> table[] = {
        {"", false},
        {"*/*", false},
        {"text/html, */*", false},
        {"text/plain", false},
        {"application/openmetrics-text", true},
        {"Application/OpenMetrics-Text; Version=1.0.0; charset=utf-8", true},
        {"application/openmetrics-text;version=\"1.0.0\"", true},
        {"application/openmetrics-text;version=0.0.1", false},
        {"application/openmetrics-text;version=2.0.0", false},
        {"application/openmetrics-text;q=0", false},
        {"application/openmetrics-text;q=0.5,text/plain;q=0.4", true},
        {"application/openmetrics-text;q=0.5,text/plain;q=0.5", true},
        {"application/openmetrics-text;q=0.5,text/plain;q=0.6", false},
        {"application/openmetrics-text;q=0.5, text/plain", false},
        {"application/openmetrics-text;q=0.5, */*", false},
        {"application/openmetrics-text;q=x", false},
        {";;,,q=1;version=1.0.0", false},
        // Prometheus 2.42, with and without native histograms; 3.0.
        {"application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,"
         "text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
         true},
        {"application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited,"
         "application/openmetrics-text;version=1.0.0;q=0.8,application/openmetrics-text;version=0.0.1;q=0.75,"
         "text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
         true},
        {"application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5,"
         "application/openmetrics-text;version=0.0.1;q=0.4,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.3,"
         "text/plain;version=0.0.4;q=0.2,*/*;q=0.1",
         true},
    };
    for (const auto& [accept, open] : table)
        BOOST_TEST((admin::wanted_format(accept) == Format::openmetrics) == open, accept);
}

BOOST_AUTO_TEST_CASE(gzip_is_for_who_takes_it) {
    for (const char* line : {"gzip", "deflate, GZIP;q=0.5", "x-gzip", "*", "br, *;q=0.1", "gzip, *;q=0"})
        BOOST_TEST(admin::takes_gzip(line), line);
    for (const char* line : {"", "identity", "deflate, br", "gzip;q=0", "gzip;q=0, *", "*;q=0", "gzipped"})
        BOOST_TEST(!admin::takes_gzip(line), line);
}

BOOST_AUTO_TEST_CASE(what_is_packed_can_be_unpacked) {
    std::string text;
    for (int i = 0; i < 20'000; ++i) text += "tollgate_requests_total{route=\"GET /" + std::to_string(i) + "\"} 1\n";
    for (const std::string& each : {text, std::string{}, std::string{"x"}}) {
        const std::string packed = admin::gzip(each);
        std::istringstream in{packed};
        Poco::InflatingInputStream unpacking{in, Poco::InflatingStreamBuf::STREAM_GZIP};
        std::string unpacked;
        Poco::StreamCopier::copyToString(unpacking, unpacked);
        BOOST_TEST((unpacked == each));
    }
    BOOST_TEST(admin::gzip(text).size() < text.size() / 4);
}

BOOST_AUTO_TEST_SUITE_END()
