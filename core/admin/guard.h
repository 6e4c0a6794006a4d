// core/admin/guard.h - who may ask the admin listener: whoever shows the token, and no web page of somebody else's.
//
// A page from anywhere, open in the operator's browser, can send requests to 127.0.0.1. Two things give it away. Its
// name in Host, where it has pointed its own name at us to be let in (DNS rebinding); and its address in Origin, where
// it asks under ours (CSRF). A GET, as of an image or a link, has no Origin line: of it Sec-Fetch-Site tells.
#pragma once

#include "support/digest.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tollgate::admin {

// What the configuration in force says of it.
struct Access {
    std::optional<Digest> token_sha256;  // nullopt: none is asked for
    std::vector<std::string> hosts;      // further names the listener may be asked by
};

// Why a request with these Host and Origin lines is refused; "" if it is not. nullopt: no such line. `own`: the address
// at which it came in, which is as good a name as any.
std::string refusal(const std::optional<std::string>& host, const std::optional<std::string>& origin,
                    std::string_view own = {}, const std::vector<std::string>& hosts = {});

// Why a page is refused by its Sec-Fetch-Site and Sec-Fetch-Mode lines; "" if it is not. nullopt: no such line, and so
// no browser of these years. `shows`: what is asked for changes nothing, and so a link from anywhere may lead to it.
std::string refusal_of_page(const std::optional<std::string>& site, const std::optional<std::string>& mode, bool shows);

// Whether the value of an Authorization line ("Bearer ...") shows the token. Takes the same time for any wrong one.
bool shows_token(const std::optional<std::string>& authorization, const Digest& token_sha256);

// True for "localhost", 127.0.0.0/8 and ::1, with or without a port; any port, since ssh may forward ours.
bool names_loopback(std::string_view host);

}  // namespace tollgate::admin
