// loadtest/json_writer.cpp - numbers and histograms as JSON.
#include "loadtest/json_writer.h"

#include "loadtest/hdr_encoding.h"

#include <array>
#include <charconv>
#include <cmath>

namespace tollgate::loadtest {

// As few figures as lead back to the same number. JSON has no infinities.
void JsonWriter::write(std::string& out, int, double value) {
    if (!std::isfinite(value)) {
        out += "null";
        return;
    }
    std::array<char, 32> text;
    const auto end = std::to_chars(text.data(), text.data() + text.size(), value).ptr;
    out.append(text.data(), end);
}

void JsonWriter::write(std::string& out, int depth, const Histogram& histogram) {
    object(out, depth, [&](JsonWriter& members) {
        members("count", histogram.count());
        if (histogram.empty()) return;
        members("mean", histogram.mean() / 1e3);
        members.microseconds("min", histogram.min());
        members.microseconds("p50", histogram.percentile(50));
        members.microseconds("p90", histogram.percentile(90));
        members.microseconds("p99", histogram.percentile(99));
        members.microseconds("p99_9", histogram.percentile(99.9));
        members.microseconds("max", histogram.max());
        members("sum_ns", histogram.sum());
        members("hdr", to_hdr(histogram));
    });
}

}  // namespace tollgate::loadtest
