// core/routing/condition.h - Condition: what a route asks of a request beyond its method, host and path.
#pragma once

#include <tollgate/message.h>

#include "net/address.h"
#include "routing/host.h"
#include "routing/regular_expression.h"
#include "routing/router.h"

#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace tollgate::routing {

// What conditions look at.
struct Facts {
    const Request& request;
    std::string_view client_ip;  // as Context::client_ip()
    const std::vector<std::string>& parameter_names;
    const Captures& captures;
};

// Addresses as they were written.
struct Addresses {
    std::string text;
    net::Range range;
    bool operator==(const Addresses& other) const { return text == other.text; }
};

// One thing that would do: to be there (true) or not to be there (false), this text, an expression, a host, addresses.
using Wanted = std::variant<bool, std::string, RegularExpression, Host, Addresses>;

// "1", matches "^[0-9]+$", present, absent, *.example.com: as an operator would read it.
std::string describe(const Wanted& wanted);

// Holds if any of what is wanted is so. Of several header lines, cookies or query parameters of a name the first counts,
// as in the values of routes.lua.
struct Condition {
    enum class Subject { host, header, query, cookie, parameter, client_ip };

    Subject subject;
    std::string name;  // of a header, query parameter, cookie or path parameter
    std::vector<Wanted> wanted;

    bool holds(const Facts& facts) const;
    // Whether it holds wherever `other` does. False where that cannot be told.
    bool implied_by(const Condition& other) const;
    bool carries_secrets() const;  // it is about a header whose values nobody should read
    // `header "X-Beta": present`. Of headers that carry secrets no text is told.
    std::string describe() const;
    std::string describe(const Wanted& one) const;  // one of what is wanted: `"yes"`
    // `header "X-Beta": wanted to be there, got none`. Of headers that carry secrets it does not say what was got.
    std::string why_not(const Facts& facts) const;

    bool operator==(const Condition&) const = default;
};
std::string_view word_of(Condition::Subject subject);

// All of them must hold.
struct Conditions {
    std::vector<Condition> all;

    bool empty() const noexcept { return all.empty(); }
    // The first that does not hold, or null.
    const Condition* broken(const Facts& facts) const;
    // Whether those on hosts hold; the others are not asked.
    bool allow_host(const Facts& facts) const;
    // Whether they hold wherever `others` do.
    bool implied_by(const Conditions& others) const;

    bool operator==(const Conditions&) const = default;
};

}  // namespace tollgate::routing
