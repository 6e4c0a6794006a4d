// plugins/cache/asked.cpp - keys, and whose answer it would be.
#include "asked.h"

#include "use.h"

#include <string>
#include <string_view>

namespace tollgate::cache {

namespace {

constexpr char between = '\0';  // in no header and no URL

// With its length before it: what was percent-encoded may be any bytes, also those that stand between.
void append_value(std::string& text, std::string_view value) {
    (text += between) += std::to_string(value.size());
    (text += ':') += value;
}

void append_values(std::string& text, const std::vector<Value>& values, const Context& ctx) {
    std::string scratch;
    for (const Value& value : values) append_value(text, value.of(ctx, scratch));
}

void append_origin(std::string& text, const Request& request) {
    const std::string_view line = request.headers().get("Host"), host = line.empty() ? request.host() : line;
    (text += request.scheme()) += "://";
    for (const char c : host) text += lower(c);
}

}  // namespace

std::vector<Line> lines_of(const Headers& headers) {
    std::vector<Line> lines;
    lines.reserve(headers.size());
    for (const auto line : headers) lines.push_back({line.name, line.value});
    return lines;
}

std::string origin_of(const Request& request) {
    std::string origin;
    append_origin(origin, request);
    return origin;
}

Asked::Asked(const Rules& rules, const RequestContext& ctx) : lines{lines_of(ctx.request().headers())} {
    const Request& request = ctx.request();
    constexpr std::size_t of_origin = 100;  // nearly always enough
    url.reserve(of_origin + request.target().size());
    append_origin(url, request);
    url += request.path();
    rules.query.append(url, request.query());

    // An answer is one upstream's, and of uses that do not share, one use's and one route's.
    key.reserve(rules.apart.size() + ctx.route().size() + ctx.upstream().size() + url.size() + 8);
    key = rules.apart;
    if (!key.empty()) (key += between) += ctx.route();
    (key += between) += ctx.upstream();
    if (rules.key.empty())
        (key += between) += url;
    else
        append_values(key, rules.key, ctx);
    if (rules.by_given)
        append_values(who, rules.by, ctx);
    else if (ctx.caller())
        append_value(who, ctx.caller()->id());
    if (!who.empty()) (own = key) += who;

    bool authorization = false, cookie = false;
    for (const Line& line : lines) {
        authorization = authorization || same(line.name, "Authorization");
        cookie = cookie || same(line.name, "Cookie");
        wants_part = wants_part || same(line.name, "Range");
    }
    wants_part = wants_part && request.method() == "GET";
    if (rules.obey) directives = asked_by(lines);
    const bool known = ctx.caller() != nullptr;
    may_be_for_everyone = !rules.by_given;
    asking = {.method = "GET",
              // Where the operator says whose copies are apart, he has said it of callers that a plugin has found.
              .authorized = known ? !rules.by_given : authorization,
              .apart = rules.by_given ? rules.by_authorization || (rules.by_caller && known) : known,
              .cookie = cookie && !known && !rules.by_given && !rules.policy.cookies,
              .no_store = directives.no_store};
}

std::string Asked::kind() const {
    std::string text = own.empty() ? key : own;
    if (asking.cookie) (text += between) += "cookie";
    if (asking.authorized && !asking.apart) (text += between) += "authorization";
    return text;
}

bool Asked::may_have(const Kept& kept) const noexcept {
    if (asking.cookie && !kept.terms().said) return false;
    if (asking.authorized && !asking.apart) return kept.terms().for_everyone;
    return kept.who() == who || (kept.terms().for_everyone && may_be_for_everyone);
}

}  // namespace tollgate::cache
