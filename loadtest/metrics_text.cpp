// loadtest/metrics_text.cpp - the lines of a page one after the other, then its histograms put together.
//
// The format: https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format
#include "loadtest/metrics_text.h"

#include "loadtest/metrics_line.h"
#include "plugins/metrics.h"
#include "support/text.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <set>

namespace tollgate::loadtest {

namespace {

using Mistake = MetricsLine::Mistake;
using Family = MetricsText::Family;
using Type = MetricsText::Type;

constexpr std::array<std::string_view, 5> type_names{"untyped", "counter", "gauge", "histogram", "summary"};

// "{route=\"GET /\"} " of what is wrong.
std::string shown(const MetricLabels& labels) {
    std::string all;
    for (const auto& [name, value] : labels) all += (all.empty() ? "{" : ", ") + name + '=' + text::quote(value);
    return all.empty() ? all : all + '}';
}

MetricLabels read_labels(MetricsLine& line) {
    MetricLabels labels;
    if (!line.take('{')) return labels;
    line.skip_blanks();
    while (!line.take('}')) {
        std::string name{line.name("a label or \"}\"", false)};
        line.skip_blanks();
        line.expect('=');
        line.skip_blanks();
        std::string value = line.quoted();
        line.skip_blanks();
        if (labels.size() == MetricsText::most_labels)
            throw Mistake{"expected at most " + std::to_string(MetricsText::most_labels) + " labels"};
        if (!labels.emplace(name, std::move(value)).second)
            throw Mistake{"label " + text::quote(name) + " is there twice"};
        if (line.take(','))
            line.skip_blanks();
        else if (!line.rest().starts_with('}'))
            throw Mistake{"expected \",\" or \"}\" behind a label, got " + line.got()};
    }
    return labels;
}

// Reads a page; what it has understood is in `families`.
class Reader {
public:
    explicit Reader(std::map<std::string, Family, std::less<>>& families) : families_{families} {}

    void read(std::string_view text) {
        MetricsLine line{text};
        if (line.at_end()) return;
        if (line.take('#')) read_comment(line);
        else read_sample(line);
    }
    void finish();

private:
    // What is collected of one histogram.
    struct Parts {
        std::map<double, double> buckets;
        std::optional<double> sum, count;
    };

    void read_comment(MetricsLine& line);
    void read_type(MetricsLine& line, const std::string& name);
    void read_sample(MetricsLine& line);
    void add_part(const std::string& family, std::string_view suffix, MetricLabels labels, double value);
    // The family that a sample's name belongs to: of a histogram's or summary's parts the name without its end.
    std::string family_of(std::string_view name, std::string_view& suffix) const;
    static MetricsText::Histogram put_together(const MetricLabels& labels, const Parts& parts);

    std::map<std::string, Family, std::less<>>& families_;
    std::set<std::string, std::less<>> helped_, typed_, sampled_;
    std::map<std::string, std::set<MetricLabels>, std::less<>> seen_;  // by a sample's name
    std::map<std::string, std::map<MetricLabels, Parts>, std::less<>> parts_;
    std::size_t series_ = 0;
};

void Reader::read_comment(MetricsLine& line) {
    line.skip_blanks();
    const auto word = line.word();
    if (word != "HELP" && word != "TYPE") return;
    const std::string name{line.name("the name of a metric", true)};
    line.expect_blank("the name");
    if (word == "TYPE") return read_type(line, name);
    if (!helped_.insert(name).second) throw Mistake{"a second HELP of " + text::quote(name)};
    families_[name].help = line.help();
}

void Reader::read_type(MetricsLine& line, const std::string& name) {
    const auto word = line.word();
    const auto known = std::find(type_names.begin(), type_names.end(), word);
    if (known == type_names.end())
        throw Mistake{"type of " + text::quote(name) + ": expected one of " + text::join(type_names) + ", got " +
                      (word.empty() ? "the end of the line" : text::quote(word)) +
                      text::did_you_mean(word, type_names)};
    if (!line.at_end()) throw Mistake{"expected the end of the line behind the type, got " + line.got()};
    if (!typed_.insert(name).second) throw Mistake{"a second TYPE of " + text::quote(name)};
    if (sampled_.contains(name)) throw Mistake{"the TYPE of " + text::quote(name) + " stands behind its first value"};
    families_[name].type = static_cast<Type>(known - type_names.begin());
}

std::string Reader::family_of(std::string_view name, std::string_view& suffix) const {
    for (const std::string_view end : {"_bucket", "_sum", "_count"}) {
        if (!name.ends_with(end)) continue;
        const auto family = families_.find(name.substr(0, name.size() - end.size()));
        if (family == families_.end()) continue;
        const Type type = family->second.type;
        if (type != Type::histogram && (type != Type::summary || end == "_bucket")) continue;
        suffix = end;
        return family->first;
    }
    return std::string{name};
}

void Reader::read_sample(MetricsLine& line) {
    const std::string name{line.name("the name of a metric", true)};
    line.skip_blanks();
    MetricLabels labels = read_labels(line);
    line.skip_blanks();
    const double value = MetricsLine::number(line.word(), "a number as the value");
    std::optional<std::int64_t> timestamp;
    if (!line.at_end()) timestamp = MetricsLine::timestamp(line.word());
    if (!line.at_end()) throw Mistake{"expected the end of the line behind the timestamp, got " + line.got()};
    if (++series_ > MetricsText::most_series)
        throw Mistake{"expected at most " + std::to_string(MetricsText::most_series) + " series"};
    if (!seen_[name].insert(labels).second) throw Mistake{name + shown(labels) + " is there twice"};

    std::string_view suffix;
    const std::string family = family_of(name, suffix);
    sampled_.insert(family);
    Family& of = families_[family];
    if (of.type == Type::histogram) return add_part(family, suffix, std::move(labels), value);
    if (of.type == Type::summary && !suffix.empty()) labels.emplace("__name__", name);
    of.series.push_back({std::move(labels), value, timestamp});
}

void Reader::add_part(const std::string& family, std::string_view suffix, MetricLabels labels, double value) {
    if (suffix.empty())
        throw Mistake{"histogram " + text::quote(family) + ": expected _bucket, _sum or _count behind its name"};
    double upper = 0;
    if (suffix == "_bucket") {
        const auto le = labels.find("le");
        if (le == labels.end()) throw Mistake{family + "_bucket" + shown(labels) + ": expected a label \"le\""};
        upper = MetricsLine::number(le->second, "a number as the value of \"le\"");
        if (std::isnan(upper)) throw Mistake{family + "_bucket" + shown(labels) + ": expected a bound, got NaN"};
        labels.erase(le);
    }
    Parts& parts = parts_[family][std::move(labels)];
    if (suffix == "_sum") parts.sum = value;
    else if (suffix == "_count") parts.count = value;
    else if (!parts.buckets.emplace(upper, value).second) throw Mistake{"a second bucket of one bound"};  // "1", "1.0"
}

MetricsText::Histogram Reader::put_together(const MetricLabels& labels, const Parts& parts) {
    if (parts.buckets.empty() || !std::isinf(parts.buckets.rbegin()->first))
        throw Mistake{"expected a bucket of le=\"+Inf\""};
    if (!parts.sum || !parts.count) throw Mistake{parts.sum ? "expected a _count" : "expected a _sum"};
    MetricsText::Histogram histogram{labels, {}, *parts.sum, *parts.count};
    double so_far = 0;
    for (const auto& [upper, at_most] : parts.buckets) {
        if (!(at_most >= so_far))
            throw Mistake{"expected buckets that do not fall, got " + plugins::number_text(so_far) + " and then " +
                          plugins::number_text(at_most)};
        histogram.buckets.push_back({upper, so_far = at_most});
    }
    if (so_far != histogram.count) throw Mistake{"expected a _count that is its last bucket"};
    return histogram;
}

void Reader::finish() {
    for (const auto& [family, all] : parts_)
        for (const auto& [labels, parts] : all) {
            try {
                families_[family].histograms.push_back(put_together(labels, parts));
            } catch (const Mistake& mistake) {
                throw Mistake{"histogram " + family + shown(labels) + ": " + mistake.text};
            }
        }
}

}  // namespace

std::string_view label(const MetricLabels& labels, std::string_view name) {
    const auto found = labels.find(name);
    return found == labels.end() ? std::string_view{} : found->second;
}

std::optional<MetricsText> MetricsText::parse(std::string_view page, std::string& problem) {
    MetricsText text;
    Reader reader{text.families_};
    std::size_t number = 0;
    try {
        if (page.size() > most_bytes) throw Mistake{"expected at most " + std::to_string(most_bytes >> 20) + " MiB"};
        while (!page.empty()) {
            ++number;
            const auto end = page.find('\n');
            if (end == page.npos) throw Mistake{"expected a line end: is the page cut off?"};
            reader.read(page.substr(0, end));
            page.remove_prefix(end + 1);
        }
        number = 0;
        reader.finish();
    } catch (const Mistake& mistake) {
        problem = (number > 0 ? "line " + std::to_string(number) + ": " : "") + mistake.text;
        return std::nullopt;
    }
    return text;
}

const MetricsText::Family* MetricsText::find(std::string_view name) const {
    const auto found = families_.find(name);
    return found == families_.end() ? nullptr : &found->second;
}

std::optional<double> MetricsText::sum(std::string_view name) const {
    const Family* family = find(name);
    if (!family || family->series.empty()) return std::nullopt;
    double all = 0;
    for (const Series& series : family->series) all += series.value;
    return all;
}

}  // namespace tollgate::loadtest
