// core/plugins/interface.cpp - the parts of include/tollgate/{plugin,settings}.h that live in the library.
#include <tollgate/plugin.h>

#include "support/text.h"

namespace tollgate {

Refusal::Refusal(int status, std::string reason, std::string message)
    : status_{status}, reason_{std::move(reason)}, message_{std::move(message)} {}

Refusal& Refusal::with(std::string_view name, std::string_view value) {
    headers_.add(name, value);
    return *this;
}

ConfigError::ConfigError(std::string field, const std::string& message)
    : std::runtime_error{message}, field_{std::move(field)} {}

std::string_view Value::of(const Context& ctx, std::string& scratch) const {
    return expression_ ? expression_->of(ctx, scratch) : std::string_view{};
}

double Value::number_of(const Context& ctx) const {
    std::string scratch;
    const auto text = of(ctx, scratch);
    const auto number = text::whole_number<double>(text);
    if (!number) throw std::runtime_error(describe() + ": expected a number, got \"" + std::string(text) + "\"");
    return *number;
}

std::string Value::describe() const { return expression_ ? expression_->describe() : std::string{}; }
std::string_view Value::kind() const noexcept { return expression_ ? expression_->kind() : std::string_view{}; }
std::string_view Value::name() const noexcept { return expression_ ? expression_->name() : std::string_view{}; }

}  // namespace tollgate
