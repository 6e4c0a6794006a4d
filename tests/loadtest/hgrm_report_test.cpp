// tests/loadtest/hgrm_report_test.cpp - the percentile format is HdrHistogram's own, to the letter.
#include "loadtest/report.h"
#include "loadtest/sample_run.h"

#include <boost/test/unit_test.hpp>

using namespace tollgate::loadtest;

BOOST_AUTO_TEST_SUITE(loadtest_hgrm_report)

BOOST_AUTO_TEST_CASE(it_is_what_hdrhistogram_prints) {
    // org.HdrHistogram 2.1.11: outputPercentileDistribution(out, 1e6) of new Histogram(256, 25 h in ns, 3). Values are
    // the highest of their buckets, so that exact figures and those of buckets are the same.
    Results run;
    for (const auto& [value, times] : {std::pair{90'111, 1000}, {600'063, 5}, {700'415, 90}, {20'004'863, 1}})
        run.codes[200].response.record(static_cast<std::uint64_t>(value), static_cast<std::uint64_t>(times));
    BOOST_TEST(render(run, Format::hgrm) ==
R"(       Value     Percentile TotalCount 1/(1-Percentile)

       0.090 0.000000000000       1000           1.00
       0.090 0.100000000000       1000           1.11
       0.090 0.200000000000       1000           1.25
       0.090 0.300000000000       1000           1.43
       0.090 0.400000000000       1000           1.67
       0.090 0.500000000000       1000           2.00
       0.090 0.550000000000       1000           2.22
       0.090 0.600000000000       1000           2.50
       0.090 0.650000000000       1000           2.86
       0.090 0.700000000000       1000           3.33
       0.090 0.750000000000       1000           4.00
       0.090 0.775000000000       1000           4.44
       0.090 0.800000000000       1000           5.00
       0.090 0.825000000000       1000           5.71
       0.090 0.850000000000       1000           6.67
       0.090 0.875000000000       1000           8.00
       0.090 0.887500000000       1000           8.89
       0.090 0.900000000000       1000          10.00
       0.600 0.912500000000       1005          11.43
       0.700 0.925000000000       1095          13.33
       0.700 0.937500000000       1095          16.00
       0.700 0.943750000000       1095          17.78
       0.700 0.950000000000       1095          20.00
       0.700 0.956250000000       1095          22.86
       0.700 0.962500000000       1095          26.67
       0.700 0.968750000000       1095          32.00
       0.700 0.971875000000       1095          35.56
       0.700 0.975000000000       1095          40.00
       0.700 0.978125000000       1095          45.71
       0.700 0.981250000000       1095          53.33
       0.700 0.984375000000       1095          64.00
       0.700 0.985937500000       1095          71.11
       0.700 0.987500000000       1095          80.00
       0.700 0.989062500000       1095          91.43
       0.700 0.990625000000       1095         106.67
       0.700 0.992187500000       1095         128.00
       0.700 0.992968750000       1095         142.22
       0.700 0.993750000000       1095         160.00
       0.700 0.994531250000       1095         182.86
       0.700 0.995312500000       1095         213.33
       0.700 0.996093750000       1095         256.00
       0.700 0.996484375000       1095         284.44
       0.700 0.996875000000       1095         320.00
       0.700 0.997265625000       1095         365.71
       0.700 0.997656250000       1095         426.67
       0.700 0.998046875000       1095         512.00
       0.700 0.998242187500       1095         568.89
       0.700 0.998437500000       1095         640.00
       0.700 0.998632812500       1095         731.43
       0.700 0.998828125000       1095         853.33
       0.700 0.999023437500       1095        1024.00
      20.005 0.999121093750       1096        1137.78
      20.005 1.000000000000       1096
#[Mean    =        0.161, StdDeviation   =        0.623]
#[Max     =       20.005, Total count    =         1096]
#[Buckets =           29, SubBuckets     =         2048]
)");
}

BOOST_AUTO_TEST_CASE(it_can_be_of_one_class_only) {
    Results run = small_run();
    BOOST_TEST(render(run, Format::hgrm).find("Total count    =            5]") != std::string::npos);
    const std::string limited = render(run, Format::hgrm, {.colour = false, .only = StatusClass::limited});
    BOOST_TEST(limited.find("Total count    =            1]") != std::string::npos);
    BOOST_TEST(limited.find("#[Max     =        0.500,") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(an_empty_run_has_no_percentiles) {
    BOOST_TEST(render(Results{}, Format::hgrm) ==
R"(       Value     Percentile TotalCount 1/(1-Percentile)

#[Mean    =        0.000, StdDeviation   =        0.000]
#[Max     =        0.000, Total count    =            0]
#[Buckets =           29, SubBuckets     =         2048]
)");
}

BOOST_AUTO_TEST_SUITE_END()
