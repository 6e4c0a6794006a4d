// core/config/expression.cpp - the kinds of Value::Expression.
#include "config/expression.h"

#include "config/script.h"
#include "support/failure.h"
#include "support/text.h"

namespace tollgate::config {

namespace {

class Constant final : public Value::Expression {
public:
    explicit Constant(std::string text) : text_{std::move(text)} {}
    std::string_view of(const Context&, std::string&) const override { return text_; }
    std::string describe() const override { return text::quote(text_); }
    std::string_view kind() const noexcept override { return "text"; }

private:
    std::string text_;
};

// What is there to be looked at, without a name.
template <ValueKind which>
class Plain final : public Value::Expression {
public:
    std::string_view of(const Context& ctx, std::string&) const override {
        if constexpr (which == ValueKind::caller)
            return ctx.caller() ? ctx.caller()->id() : std::string_view{};
        else if constexpr (which == ValueKind::client_ip)
            return ctx.client_ip();
        else if constexpr (which == ValueKind::route)
            return ctx.route();
        else if constexpr (which == ValueKind::method)
            return ctx.request().method();
        else if constexpr (which == ValueKind::path)
            return ctx.request().path();
        else
            return ctx.request().host();
    }
    std::string describe() const override { return std::string{word_of(which)}; }
    std::string_view kind() const noexcept override { return word_of(which); }
};

// What a request may carry under a name.
template <ValueKind which>
class Named final : public Value::Expression {
public:
    explicit Named(std::string name) : name_{std::move(name)} {}
    std::string_view of(const Context& ctx, std::string& scratch) const override {
        if constexpr (which == ValueKind::header)
            return ctx.request().headers().get(name_);
        else if constexpr (which == ValueKind::cookie)
            return ctx.request().cookie(name_);
        scratch = ctx.request().query_parameter(name_).value_or("");
        return scratch;
    }
    std::string describe() const override { return std::string{word_of(which)} + ' ' + text::quote(name_); }
    std::string_view kind() const noexcept override { return word_of(which); }
    std::string_view name() const noexcept override { return name_; }

private:
    std::string name_;
};

class Function final : public Value::Expression {
public:
    Function(int number, std::string where) : number_{number}, where_{std::move(where)} {}
    std::string_view of(const Context& ctx, std::string& scratch) const override {
        if (Script* script = script_of(ctx)) return script->text(number_, ctx, scratch);
        throw Failure{Culprit::gateway, 500, "script_failed", "a function of the configuration cannot be run",
                      where_ + ": no script here"};
    }
    std::string describe() const override { return "function (" + where_ + ")"; }
    std::string_view kind() const noexcept override { return "function"; }

private:
    int number_;
    std::string where_;
};

std::shared_ptr<const Value::Expression> make_word(const Item& item) {
    switch (item.value) {
        case ValueKind::header: return std::make_shared<Named<ValueKind::header>>(item.text);
        case ValueKind::query: return std::make_shared<Named<ValueKind::query>>(item.text);
        case ValueKind::cookie: return std::make_shared<Named<ValueKind::cookie>>(item.text);
        case ValueKind::caller: return std::make_shared<Plain<ValueKind::caller>>();
        case ValueKind::client_ip: return std::make_shared<Plain<ValueKind::client_ip>>();
        case ValueKind::route: return std::make_shared<Plain<ValueKind::route>>();
        case ValueKind::method: return std::make_shared<Plain<ValueKind::method>>();
        case ValueKind::path: return std::make_shared<Plain<ValueKind::path>>();
        case ValueKind::host: break;
    }
    return std::make_shared<Plain<ValueKind::host>>();
}

}  // namespace

std::optional<Value> make_value(const Item& item, const Files& files) {
    switch (item.kind) {
        case Item::Kind::text: return Value{std::make_shared<Constant>(item.text)};
        case Item::Kind::number: return Value{std::make_shared<Constant>(item.describe())};
        case Item::Kind::value: return Value{make_word(item)};
        case Item::Kind::function:
            if (item.index == 0) return std::nullopt;
            return Value{std::make_shared<Function>(item.index, files.text(item.place))};
        default: return std::nullopt;
    }
}

}  // namespace tollgate::config
