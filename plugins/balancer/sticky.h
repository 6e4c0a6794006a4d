// plugins/balancer/sticky.h - Sticky: names of targets that clients may be shown, and back.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tollgate::balancer {

// A target's name is a keyed hash of its address: without the secret nobody can tell the address from it, not even by
// trying all addresses there are. The same secret gives the same names in every gateway and after every restart.
// Immutable.
class Sticky {
public:
    // `upstream` goes into the names, so that one address has different ones in two upstreams.
    Sticky(std::string_view secret, std::string_view upstream, const std::vector<std::string>& addresses);
    // The target of that name; nullopt where there is none.
    std::optional<std::size_t> find(std::string_view name) const noexcept;
    // 16 letters, digits, '-' and '_'.
    std::string_view name(std::size_t target) const noexcept { return names_[target]; }

private:
    std::vector<std::string> names_;
    std::vector<std::pair<std::string_view, std::size_t>> sorted_;
};

// 256 random bits, for where the operator gave no secret.
std::string random_secret();

// How the cookie is set.
struct CookieForm {
    std::string name, path, domain, same_site;  // `domain` may be ""; same_site "Lax"
    long long seconds = 0;                      // 0: until the browser ends
    // The value of a Set-Cookie line.
    std::string line(std::string_view value, bool secure) const;
};

// What RFC 6265 allows and everybody takes.
bool is_cookie_name(std::string_view text) noexcept;
bool is_cookie_path(std::string_view text) noexcept;
bool is_cookie_domain(std::string_view text) noexcept;

}  // namespace tollgate::balancer
