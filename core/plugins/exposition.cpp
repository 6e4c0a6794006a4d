// core/plugins/exposition.cpp - the lines of both texts.
#include "plugins/exposition.h"

#include <array>
#include <charconv>
#include <cmath>
#include <utility>

namespace tollgate::plugins {

namespace {

constexpr std::string_view total = "_total";

// Room for any double (at most 24 characters) and any uint64_t.
using Digits = std::array<char, 40>;

std::string_view digits(Digits& room, double value) {
    if (std::isnan(value)) return "NaN";
    if (std::isinf(value)) return value > 0 ? "+Inf" : "-Inf";
    return {room.data(), std::to_chars(room.data(), room.data() + room.size(), value).ptr};
}

void append_escaped(std::string& out, std::string_view text, bool quotes) {
    for (const char c : text) {
        if (c == '\\') out += "\\\\";
        else if (c == '\n') out += "\\n";
        else if (c == '"' && quotes) out += "\\\"";
        else out += c;
    }
}

// What the family's name says it counts in; "" where it does not.
std::string_view unit_of(std::string_view family) {
    for (const std::string_view unit : {"seconds", "bytes"})
        if (family.ends_with(unit) && family.size() > unit.size() && family[family.size() - unit.size() - 1] == '_')
            return unit;
    return {};
}

}  // namespace

std::string_view name_of(FigureKind kind) {
    return kind == FigureKind::counter ? "counter" : kind == FigureKind::gauge ? "gauge" : "histogram";
}

std::string number_text(double value) {
    Digits room;
    return std::string{digits(room, value)};
}

std::string bound_text(double value) {
    std::string text = number_text(value);
    return text.find_first_of(".eIN") == text.npos ? text + ".0" : text;
}

std::string_view Exposition::content_type() const noexcept {
    return format_ == Format::openmetrics ? "application/openmetrics-text; version=1.0.0; charset=utf-8"
                                          : "text/plain; version=0.0.4; charset=utf-8";
}

void Exposition::begin_family(std::string_view name, FigureKind kind, std::string_view help) {
    const bool open = format_ == Format::openmetrics;
    family_ = name, total_ = {};
    std::string_view said = name;
    if (open && kind == FigureKind::counter) {
        if (said.ends_with(total)) said.remove_suffix(total.size());
        else total_ = total;
    }
    const auto line = [&](std::string_view word) {
        text_.append("# ").append(word).append(" ").append(said).append(" ");
    };
    line("HELP");
    append_escaped(text_, help, open);
    text_ += '\n';
    line("TYPE");
    text_.append(name_of(kind)).append("\n");
    if (const auto unit = unit_of(said); open && !unit.empty()) {
        line("UNIT");
        text_.append(unit).append("\n");
    }
}

void Exposition::begin_sample(std::string_view suffix, std::string_view labels) {
    text_.append(family_).append(suffix).append(total_).append(labels).append(" ");
}

void Exposition::number(std::uint64_t value) {
    Digits room;
    text_.append(room.data(), std::to_chars(room.data(), room.data() + room.size(), value).ptr);
}

void Exposition::number(double value) {
    Digits room;
    text_.append(digits(room, value));
}

void Exposition::sample(std::string_view suffix, std::string_view labels, std::uint64_t value) {
    begin_sample(suffix, labels);
    number(value);
    text_ += '\n';
}

void Exposition::sample(std::string_view suffix, std::string_view labels, double value) {
    begin_sample(suffix, labels);
    number(value);
    text_ += '\n';
}

void Exposition::bucket(std::string_view labels, std::string_view upper, std::uint64_t count, const Exemplars* exemplars,
                        std::size_t number_of_bucket, double unit) {
    begin_sample("_bucket", {});
    text_.pop_back();  // labels come first
    if (labels.empty()) text_ += '{';
    else text_.append(labels.substr(0, labels.size() - 1)).append(",");
    text_.append("le=\"").append(upper).append("\"} ");
    number(count);
    if (exemplars && format_ == Format::openmetrics)
        if (const auto seen = exemplars->at(number_of_bucket)) end_bucket(*seen, unit);
    text_ += '\n';
}

void Exposition::end_bucket(const Exemplars::Seen& seen, double unit) {
    text_.append(" # {trace_id=\"").append(seen.trace_id.data(), seen.trace_id.size()).append("\"} ");
    number(double(seen.value) / unit);
    text_ += ' ';
    const std::string fraction = std::to_string(seen.milliseconds % 1000);
    text_ += std::to_string(seen.milliseconds / 1000);
    text_.append(".").append(3 - fraction.size(), '0').append(fraction);
}

std::string Exposition::finish() {
    if (format_ == Format::openmetrics) text_ += "# EOF\n";
    return std::move(text_);
}

}  // namespace tollgate::plugins
