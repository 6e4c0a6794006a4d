// loadtest/json_reader.cpp - what a member must be, and the words for what it is instead.
#include "loadtest/json_reader.h"

#include "loadtest/hdr_encoding.h"
#include "loadtest/options.h"
#include "support/text.h"

#include <charconv>
#include <cmath>
#include <stdexcept>

namespace tollgate::loadtest {

namespace {

std::string described(const Poco::Dynamic::Var& got) {
    if (got.type() == typeid(Poco::JSON::Object::Ptr)) return "an object";
    if (got.type() == typeid(Poco::JSON::Array::Ptr)) return "a list";
    if (got.isEmpty()) return "null";
    return got.isString() ? text::quote(got.extract<std::string>()) : got.convert<std::string>();
}

// min, max and sum as written must be those of samples in the histogram's buckets.
void make_exact(Histogram& histogram, std::uint64_t min, std::uint64_t max, double sum) {
    std::uint64_t lowest = 0, lowest_end = 0, highest = 0, highest_end = 0;
    bool first = true;
    histogram.each([&](std::uint64_t low, std::uint64_t high, std::uint64_t) {
        if (first) lowest = low, lowest_end = high;
        first = false;
        highest = low, highest_end = high;
    });
    if (min < lowest || min > lowest_end || max < highest || max > highest_end || min > max)
        throw std::invalid_argument{"expected min and max to be of the histogram's samples"};
    const auto count = static_cast<double>(histogram.count());
    constexpr double rounding = 1e-6;
    if (sum < static_cast<double>(min) * count * (1 - rounding) ||
        sum > static_cast<double>(max) * count * (1 + rounding))
        throw std::invalid_argument{"expected sum_ns to be that of the histogram's samples"};
    histogram.set_exact(min, max, sum);
}

}  // namespace

void JsonReader::refuse(const std::string& where, std::string_view expected, const Var& got) {
    throw UsageError{where + ": expected " + std::string{expected} + ", got " + described(got)};
}

const Poco::JSON::Object& JsonReader::object_of(const Var& found, const std::string& where) {
    if (found.type() != typeid(Poco::JSON::Object::Ptr)) refuse(where, "an object", found);
    return *found.extract<Poco::JSON::Object::Ptr>();  // the tree holds it
}

double JsonReader::number(const Var& found, const std::string& where) {
    if (!found.isNumeric() || found.isBoolean()) refuse(where, "a number", found);
    const auto value = found.convert<double>();
    if (!(std::abs(value) <= 1e18)) refuse(where, "a number that is not beyond 1e18", found);
    return value;
}

std::uint64_t JsonReader::whole(const Var& found, const std::string& where, std::uint64_t most) {
    const bool integer = found.isInteger() && !found.isBoolean();
    if (integer && !(found.isSigned() && found.convert<std::int64_t>() < 0))
        if (const auto value = found.convert<std::uint64_t>(); value <= most) return value;
    refuse(where, "a whole number of at most " + std::to_string(most), found);
}

std::int64_t JsonReader::whole(const Var& found, const std::string& where, std::int64_t least, std::int64_t most) {
    const bool integer = found.isInteger() && !found.isBoolean();
    if (integer && (found.isSigned() || found.convert<std::uint64_t>() <= static_cast<std::uint64_t>(most)))
        if (const auto value = found.convert<std::int64_t>(); value >= least && value <= most) return value;
    refuse(where, "a whole number from " + std::to_string(least) + " to " + std::to_string(most), found);
}

void JsonReader::microseconds(std::string_view name, std::uint64_t& nanoseconds) {
    double value = static_cast<double>(nanoseconds) / 1e3;
    (*this)(name, value);
    if (!(value >= 0 && value <= static_cast<double>(Histogram::highest) / 1e3))
        refuse(where_ + std::string{name}, "microseconds, at most those of 25 h", object_.get(std::string{name}));
    nanoseconds = static_cast<std::uint64_t>(std::llround(value * 1e3));
}

void JsonReader::read(const Var& found, const std::string& where, std::string& value) {
    if (!found.isString()) refuse(where, "a text", found);
    value = found.extract<std::string>();
}

void JsonReader::read(const Var& found, const std::string& where, bool& value) {
    if (!found.isBoolean()) refuse(where, "true or false", found);
    value = found.extract<bool>();
}

void JsonReader::read(const Var& found, const std::string& where, Histogram& value) {
    object(found, where, [&](JsonReader& members) {
        std::string hdr;
        std::uint64_t min = 0, max = 0;
        double sum = 0;
        members("hdr", hdr);
        members.microseconds("min", min);
        members.microseconds("max", max);
        members("sum_ns", sum);
        if (hdr.empty()) return;
        try {
            Histogram read = from_hdr(hdr);
            if (read.digits() != value.digits())
                throw std::invalid_argument{"expected a histogram of " + std::to_string(value.digits()) + " digits"};
            if (!read.empty()) make_exact(read, min, max, sum);
            value = std::move(read);
        } catch (const std::invalid_argument& error) {
            throw UsageError{where + ".hdr: " + error.what()};
        }
    });
}

int JsonReader::status(const std::string& name, const std::string& where) {
    int status = 0;
    const char* const end = name.data() + name.size();
    const auto [rest, error] = std::from_chars(name.data(), end, status);
    if (error != std::errc{} || rest != end || status < 0 || status > 999)
        throw UsageError{where + ": expected a status such as 200, got " + text::quote(name)};
    return status;
}

}  // namespace tollgate::loadtest
