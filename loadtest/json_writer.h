// loadtest/json_writer.h - JsonWriter: values as JSON text, to be told member by member (results_members.h).
#pragma once

#include "loadtest/results_members.h"

#include "support/json_text.h"

#include <concepts>
#include <optional>
#include <string>
#include <string_view>

namespace tollgate::loadtest {

// Members of the outermost object have a line each, and what is in them too; deeper ones share it.
class JsonWriter {
public:
    template <class T>
    static std::string text(const T& value) {
        std::string out;
        write(out, 0, value);
        return out += '\n';
    }

    template <class T>
    void operator()(std::string_view name, const T& value) {
        begin(name);
        write(out_, depth_ + 1, value);
    }
    // Nothing there: no member.
    template <class T>
    void operator()(std::string_view name, const std::optional<T>& value) {
        if (value) (*this)(name, *value);
    }
    void microseconds(std::string_view name, std::uint64_t nanoseconds) {
        (*this)(name, static_cast<double>(nanoseconds) / 1e3);
    }
    void classes(const ClassCounts& counts) {
        for (std::size_t i = 0; i < status_classes; ++i) (*this)(status_class_names[i], counts[i]);
    }
    void nonzero(std::string_view name, std::uint64_t count) {
        if (count > 0) (*this)(name, count);
    }
    void derived(std::string_view name, auto&& value) { (*this)(name, value()); }
    void inner(std::string_view name, auto&& list) {
        begin(name);
        object(out_, depth_ + 1, list);
    }

private:
    JsonWriter(std::string& out, int depth) : out_{out}, depth_{depth} {}

    void begin(std::string_view name) {
        separate();
        out_ += text::json_quoted(name);
        out_ += ':';
    }
    void separate() {
        if (!first_) out_ += ',';
        if (depth_ < 2) out_.append("\n").append(static_cast<std::size_t>(depth_ + 1), ' ');
        first_ = false;
    }
    void end() {
        if (depth_ < 2 && !first_) out_.append("\n").append(static_cast<std::size_t>(depth_), ' ');
    }

    static void object(std::string& out, int depth, auto&& list) {
        out += '{';
        JsonWriter members{out, depth};
        list(members);
        members.end();
        out += '}';
    }

    static void write(std::string& out, int, const std::string& value) { out += text::json_quoted(value); }
    static void write(std::string& out, int, bool value) { out += value ? "true" : "false"; }
    template <std::integral T>
    static void write(std::string& out, int, const T& value) {
        out += std::to_string(value);
    }
    static void write(std::string& out, int, double value);
    static void write(std::string& out, int depth, const Histogram& histogram);

    template <class T>
    static void write(std::string& out, int depth, const std::vector<T>& values) {
        out += '[';
        JsonWriter elements{out, depth};
        for (const T& value : values) {
            elements.separate();
            write(out, depth + 1, value);
        }
        elements.end();
        out += ']';
    }

    template <class Key, class T>
    static void write(std::string& out, int depth, const std::map<Key, T>& values) {
        object(out, depth, [&](JsonWriter& members) {
            for (const auto& [key, value] : values) {
                if constexpr (std::is_integral_v<Key>) members(std::to_string(key), value);
                else members(key, value);
            }
        });
    }

    template <class T>
    static void write(std::string& out, int depth, const T& value) {
        object(out, depth, [&](JsonWriter& members) { Members<T>::of(members, value); });
    }

    std::string& out_;
    int depth_;
    bool first_ = true;
};

}  // namespace tollgate::loadtest
