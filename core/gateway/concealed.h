// core/gateway/concealed.h - Concealed: secrets that came in a request's path, kept out of every record of it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace tollgate {

// What is shorter is in too many words to be kept out of them.
inline constexpr std::size_t shortest_secret = 6;

// Every place where `secret` stands in a request target, as it stands there: as it is or percent-encoded.
std::vector<std::string_view> places_in_target(std::string_view target, std::string_view secret);

class Concealed {
public:
    bool empty() const noexcept { return secrets_.empty(); }
    void add(std::string_view secret);
    // Puts `hidden` wherever one stands in `target`.
    void hide_in(std::string& target) const;

private:
    std::vector<std::string> secrets_;  // longest first: one may be part of another
};

}  // namespace tollgate
