// tollgate/settings.h - what a plugin declares it can be told (Field) and what it was told (Settings).
//
// One table of Fields validates routes.lua, fills defaults, prints `tollgate plugins --settings`, and writes the
// table in the plugin's README. Relations between fields are the constructor's to check: throw ConfigError.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace tollgate {

class Context;

enum class Type : std::uint32_t {
    boolean,   // true, false
    integer,   // 42
    number,    // 0.25
    text,      // "words"
    duration,  // 5 * seconds
    size,      // 10 * megabytes
    rate,      // 60 / minute
    choice,    // one of Field::choices
    value,     // what varies per request: header "X", query "q", cookie "c", caller, client_ip, a text, a function
    texts,     // { "a", "b" } or "a"
    path,      // a file; relative ones start at the folder of routes.lua
    tables,    // { { rate = 1 / second }, { rate = 60 / hour } }: since ABI 1.3
    values,    // a value, or several that count together: { caller, route }; since ABI 1.3
};

// One thing a plugin can be told. `doc` is a noun phrase that names its unit. `fallback` is the default as an
// operator would write it in Lua ("5 * seconds", "\"json\""), so that documentation and value cannot differ.
struct Field {
    const char* name = "";
    Type type = Type::text;
    const char* doc = "";
    const char* fallback = nullptr;  // null: no default
    bool required = false;
    double min = -9e15, max = 9e15;  // numbers; durations in seconds; sizes in bytes; rates in requests per second
    // Of a choice: the words. Of texts (since ABI 1.3): the only words that may be in the list, for which true means all
    // and false none. Of tables: which of this plugin's own settings each of them may have; defaults are not filled in.
    std::span<const char* const> choices{};
    // Since ABI 1.1. The variable of the environment that says the default where routes.lua says nothing: a number
    // without its unit (seconds, bytes, requests in a minute), 1 or 0, or a text. Of several names with spaces between
    // them the first that is set counts; "COUNT/SECONDS" takes a rate's time from a variable of its own.
    const char* environment = nullptr;
};

// So many requests in so much time, kept as written: 60 / minute is not 1 / second when a burst is derived.
struct Rate {
    double count = 0;
    std::chrono::nanoseconds per{1'000'000'000};
    double per_second() const noexcept { return count * 1e9 / double(per.count()); }
};

// What a field of Type::value yields for one request. Cheap to copy. Evaluated on the request's loop.
class Value {
public:
    class Expression;
    Value() noexcept = default;
    explicit Value(std::shared_ptr<const Expression> expression) noexcept : expression_{std::move(expression)} {}

    explicit operator bool() const noexcept { return expression_ != nullptr; }  // false: not given
    // The value for this request, "" where it is absent. The view holds until `scratch` or the request changes.
    // Throws what a function in routes.lua throws: let it pass, the gateway answers 500 and logs the line.
    std::string_view of(const Context& ctx, std::string& scratch) const;
    // The same as a number (what a function returned, or text that reads as one); throws where it is none.
    double number_of(const Context& ctx) const;
    // As an operator would write it: `header "X-API-Key"`, `caller`, `function (routes.lua:12)`.
    std::string describe() const;
    // What it is, as the word of routes.lua: "header", "query", "cookie", "caller", "client_ip", "route", "method",
    // "path", "host", "text" (a number too) or "function"; "" where not given.
    std::string_view kind() const noexcept;
    // The whole name of a header, query parameter or cookie; "" for the others. Valid as long as this Value.
    std::string_view name() const noexcept;

private:
    std::shared_ptr<const Expression> expression_;
};

// How Values are made; the gateway derives from it, and so may a test.
class Value::Expression {
public:
    virtual ~Expression() = default;
    virtual std::string_view of(const Context& ctx, std::string& scratch) const = 0;
    virtual std::string describe() const = 0;
    virtual std::string_view kind() const noexcept { return {}; }  // for both see Value
    virtual std::string_view name() const noexcept { return {}; }
};

// Thrown by a plugin's create(): the gateway adds file, line and the plugin's name.
class ConfigError : public std::runtime_error {
public:
    // `field` may be ""; `message` says what was wanted and what was got: "expected at least rate, got 5".
    ConfigError(std::string field, const std::string& message);
    const std::string& field() const noexcept { return field_; }

private:
    std::string field_;
};

// What one use in routes.lua said, checked against the Fields and completed by their defaults. Asking for a name
// that is no Field, or by the wrong type, is a bug in the plugin and throws std::logic_error; so is asking for what
// has() denies, but for lists and values: those are empty then.
class Settings {
public:
    virtual ~Settings() = default;

    // True if routes.lua gave it or it has a default.
    virtual bool has(std::string_view name) const = 0;
    virtual bool boolean(std::string_view name) const = 0;
    virtual std::int64_t integer(std::string_view name) const = 0;
    virtual double number(std::string_view name) const = 0;  // of Type::number alone
    virtual std::string text(std::string_view name) const = 0;  // text, choice, path (absolute)
    virtual std::chrono::nanoseconds duration(std::string_view name) const = 0;
    virtual std::uint64_t size(std::string_view name) const = 0;  // bytes
    virtual Rate rate(std::string_view name) const = 0;
    virtual Value value(std::string_view name) const = 0;
    virtual std::vector<std::string> texts(std::string_view name) const = 0;  // lists within it laid flat

    // Where this use stands: "routes.lua:26".
    virtual std::string where() const = 0;
    // 1 for the first use of this plugin in this configuration that asks with `kind`, 2 for the next: the stable
    // part of a name for state that outlives a reload, where the operator gave none.
    virtual int ordinal(std::string_view kind) const = 0;
    // True if this configuration declares `tier "name" { ... }`, wherever it stands in the file.
    virtual bool has_tier(std::string_view name) const = 0;
    // Since ABI 1.3. The tables of a list, in their order; valid as long as these Settings. In each, has() is true for
    // what it says itself, and ordinal() counts on.
    virtual std::vector<const Settings*> tables(std::string_view name) const {
        (void)name;
        return {};
    }
    // Since ABI 1.3. Of a Field of Type::values: one at least, none where it was not given.
    virtual std::vector<Value> values(std::string_view name) const {
        (void)name;
        return {};
    }
};

}  // namespace tollgate
