// loadtest/json_reader.h - JsonReader: values from an object of JSON, told member by member (results_members.h).
#pragma once

#include "loadtest/results_members.h"
#include "support/text.h"

#include <Poco/JSON/Array.h>
#include <Poco/JSON/Object.h>

#include <concepts>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

namespace tollgate::loadtest {

// Members that are missing or null leave the value as it is. Throws UsageError: "run.json: ledger.sent: expected a
// whole number, got "many"".
class JsonReader {
public:
    // `where`: of the object, for errors. Both are borrowed.
    JsonReader(const Poco::JSON::Object& object, const std::string& where) : object_{object}, where_{where} {}

    template <class T>
    void operator()(std::string_view name, T& value) {
        const std::string member{name};
        const Poco::Dynamic::Var found = object_.get(member);
        if (!found.isEmpty()) read(found, where_ + member, value);
    }
    template <class T>
    void operator()(std::string_view name, std::optional<T>& value) {
        const std::string member{name};
        const Poco::Dynamic::Var found = object_.get(member);
        if (!found.isEmpty()) read(found, where_ + member, value.emplace(nothing<T>()));
    }
    void microseconds(std::string_view name, std::uint64_t& nanoseconds);
    void classes(ClassCounts& counts) {
        for (std::size_t i = 0; i < status_classes; ++i) (*this)(status_class_names[i], counts[i]);
    }
    void nonzero(std::string_view name, std::uint64_t& count) { (*this)(name, count); }
    void derived(std::string_view, auto&&) {}
    void inner(std::string_view name, auto&& list) {
        const std::string member{name};
        const Poco::Dynamic::Var found = object_.get(member);
        if (!found.isEmpty()) object(found, where_ + member, list);
    }

private:
    using Var = Poco::Dynamic::Var;

    // Histograms that may be missing have two digits.
    template <class T>
    static T nothing() {
        if constexpr (std::is_same_v<T, Histogram>) return Histogram{2};
        else return T{};
    }

    [[noreturn]] static void refuse(const std::string& where, std::string_view expected, const Var& got);
    static const Poco::JSON::Object& object_of(const Var& found, const std::string& where);
    static double number(const Var& found, const std::string& where);
    static std::uint64_t whole(const Var& found, const std::string& where, std::uint64_t most);
    static std::int64_t whole(const Var& found, const std::string& where, std::int64_t least, std::int64_t most);

    static void object(const Var& found, const std::string& where, auto&& list) {
        JsonReader members{object_of(found, where), where + '.'};
        list(members);
    }

    static void read(const Var& found, const std::string& where, std::string& value);
    static void read(const Var& found, const std::string& where, bool& value);
    static void read(const Var& found, const std::string& where, double& value) { value = number(found, where); }
    static void read(const Var& found, const std::string& where, Histogram& value);
    template <std::unsigned_integral T>
    static void read(const Var& found, const std::string& where, T& value) {
        value = static_cast<T>(whole(found, where, std::numeric_limits<T>::max()));
    }
    template <std::signed_integral T>
    static void read(const Var& found, const std::string& where, T& value) {
        value = static_cast<T>(whole(found, where, std::numeric_limits<T>::min(), std::numeric_limits<T>::max()));
    }

    template <class T>
    static void read(const Var& found, const std::string& where, std::vector<T>& values) {
        if (found.type() != typeid(Poco::JSON::Array::Ptr)) refuse(where, "a list", found);
        const auto& array = *found.extract<Poco::JSON::Array::Ptr>();
        values.clear();
        values.reserve(array.size());
        for (const Var& element : array)
            read(element, where + '[' + std::to_string(values.size()) + ']', values.emplace_back());
    }

    template <class Key, class T>
    static void read(const Var& found, const std::string& where, std::map<Key, T>& values) {
        values.clear();
        for (const auto& [name, value] : object_of(found, where)) {
            const std::string member = where + '.' + text::printable(name);
            if constexpr (std::is_integral_v<Key>) read(value, member, values[status(name, where)]);
            else read(value, member, values[name]);
        }
    }
    static int status(const std::string& name, const std::string& where);

    template <class T>
    static void read(const Var& found, const std::string& where, T& value) {
        object(found, where, [&](JsonReader& members) { Members<T>::of(members, value); });
    }

    const Poco::JSON::Object& object_;
    std::string where_;
};

}  // namespace tollgate::loadtest
