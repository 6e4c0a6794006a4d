// plugins/logging/said.h - Said: what one log of a use was told, by itself or with the others.
#pragma once

#include <tollgate/settings.h>

#include <string>
#include <string_view>

namespace tollgate::logging {

class Said {
public:
    // One of the tables of `logs`, the `number`th; or the use itself.
    Said(const Settings& use, const Settings& own, std::size_t number) : use_{use}, own_{own}, number_{number} {}
    explicit Said(const Settings& use) : Said{use, use, 0} {}

    // By this log itself.
    bool own(std::string_view name) const { return own_.has(name); }
    bool has(std::string_view name) const { return own_.has(name) || use_.has(name); }
    const Settings& of(std::string_view name) const { return own_.has(name) ? own_ : use_; }
    // For `name`, whichever of them said it.
    ConfigError problem(const std::string& name, const std::string& what) const {
        return {number_ > 0 && (own(name) || !use_.has(name)) ? "logs: " + std::to_string(number_) + ": " + name : name,
                what};
    }

private:
    const Settings& use_;
    const Settings& own_;
    const std::size_t number_;
};

}  // namespace tollgate::logging
