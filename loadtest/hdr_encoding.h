// loadtest/hdr_encoding.h - a Histogram as text that HdrHistogram's own tools read, and back.
//
// HdrHistogram's V2 compressed encoding in base64 ("HISTFAAA..."): counters as ZigZag LEB128, runs of zeros as one
// negative number, zlib. Values are nanoseconds. https://hdrhistogram.github.io/HdrHistogramJSDemo/decoder.html shows
// one.
#pragma once

#include "loadtest/histogram.h"

#include <string>
#include <string_view>

namespace tollgate::loadtest {

std::string to_hdr(const Histogram& histogram);

// min, max and sum are those of the buckets; Histogram::set_exact() can make them exact. Reads what to_hdr() writes:
// two or three digits and units of 256 ns. Throws std::invalid_argument ("expected ..., got ...") on anything else;
// what a text unpacks to is bounded by the largest histogram there is.
Histogram from_hdr(std::string_view text);

}  // namespace tollgate::loadtest
