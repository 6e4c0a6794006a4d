// core/routing/host.h - Host: "api.example.com" or "*.example.com", parsed once.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace tollgate::routing {

// A name of DNS, or an address ("192.0.2.7", "[2001:db8::1]"), without port. "*.example.com" is every name below
// example.com, however deep, and not example.com itself.
struct Host {
    std::string name;  // lower case, without the dot that may end a name
    bool below = false;

    // nullopt, with `problem` saying what was wanted and got.
    static std::optional<Host> parse(std::string_view text, std::string& problem);

    bool takes(std::string_view host) const noexcept;  // as Request::host() has it
    bool includes(const Host& smaller) const noexcept;
    std::string text() const { return below ? "*." + name : name; }

    bool operator==(const Host&) const = default;
};

// "example.com." is another way to write "example.com".
inline std::string_view without_last_dot(std::string_view host) noexcept {
    if (host.ends_with('.')) host.remove_suffix(1);
    return host;
}

}  // namespace tollgate::routing
