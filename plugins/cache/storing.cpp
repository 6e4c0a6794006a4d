// plugins/cache/storing.cpp - RFC 9111 section 3, line by line.
#include "storing.h"

#include <algorithm>
#include <array>

namespace tollgate::cache {

namespace {

bool is_negative(int status) noexcept {
    return status == 404 || status == 405 || status == 410 || status == 414 || status == 501;
}

// Whose meaning for a cache is known here, which must-understand asks for.
bool understood(int status) noexcept {
    switch (status) {
        case 302: case 303: case 307: case 400: case 403: case 421: case 500: case 502: case 503: case 504: return true;
        default: return cacheable_by_default(status);
    }
}

bool listed(int status, const std::vector<std::string>& patterns) {
    const std::string text = std::to_string(status);
    return patterns.empty() || std::any_of(patterns.begin(), patterns.end(), [&](const std::string& pattern) {
               return pattern == text || (pattern.substr(1) == "xx" && pattern[0] == text[0]);
           });
}

Lifetime lifetime_of(int status, Lines answer, const Said& said, const Policy& policy, Seconds now) {
    const bool negative = is_negative(status);
    if (policy.ttl && !negative && cacheable_by_default(status)) return {*policy.ttl, Source::operator_};
    const Lifetime lifetime = said_lifetime(answer, said.directives, !said.targeted, now);
    if (lifetime.source != Source::none || said.directives.no_cache) return lifetime;
    const auto& otherwise = negative ? policy.negative_ttl : policy.default_ttl;
    if (otherwise && cacheable_by_default(status)) return {*otherwise, Source::operator_};
    return guessed_lifetime(status, answer, said.directives, now);
}

bool has_validator(Lines answer) noexcept { return has(answer, "ETag") || has(answer, "Last-Modified"); }

std::string_view type_of(Lines answer) noexcept {
    const std::string_view type = first(answer, "Content-Type").value_or("");
    return trimmed(type.substr(0, type.find(';')));
}

// Why it may not be kept whatever it says of its freshness; "" where it may.
std::string_view ban(const Asking& asking, int status, Lines answer, const Said& said, const Policy& policy) {
    const Directives& d = said.directives;
    if (asking.method != "GET") return "method";
    if (status < 200 || status == 206 || status == 304 || !listed(status, policy.statuses)) return "status";
    if (d.must_understand && !understood(status)) return "must-understand";
    if (d.no_store && !d.must_understand) return "no-store";
    if (asking.no_store) return "no-store of the request";
    if (d.is_private) return "private";
    // It has no end, and what it said before is for those who were there.
    if (same(type_of(answer), "text/event-stream")) return "event stream";
    if (asking.authorized && !asking.apart && !d.is_public && !d.s_maxage && !d.must_revalidate) return "authorization";
    for (const Line& line : answer)
        if (same(line.name, "Vary") && line.value.find('*') != std::string_view::npos) return "vary *";
    const auto left_out = [&](std::string_view name) {
        return std::find(d.private_fields.begin(), d.private_fields.end(), name) != d.private_fields.end() ||
               std::find(d.no_cache_fields.begin(), d.no_cache_fields.end(), name) != d.no_cache_fields.end();
    };
    if (!policy.set_cookie && has(answer, "Set-Cookie") && !left_out("set-cookie")) return "set-cookie";
    return {};
}

Milliseconds stale_time(const std::optional<Seconds>& said, Milliseconds otherwise) {
    return said ? Milliseconds{std::chrono::seconds{*said}} : otherwise;
}

}  // namespace

bool is_of_the_request(std::string_view why_not) noexcept {
    return why_not == "cookie" || why_not == "authorization" || why_not == "no-store of the request";
}

Judgement judge(const Asking& asking, int status, Lines answer, const Policy& policy, Seconds now) {
    const Said said = said_by(answer, policy.targets);
    const Directives& d = said.directives;
    if (const auto why = ban(asking, status, answer, said, policy); !why.empty()) return {std::nullopt, why};
    Terms terms;
    terms.lifetime = lifetime_of(status, answer, said, policy, now);
    const bool unsaid = terms.lifetime.source != Source::answer && !d.is_public;
    if (asking.cookie && unsaid && !policy.cookies && !asking.apart) return {std::nullopt, "cookie"};
    terms.said = !unsaid;
    // Pragma is of HTTP/1.0, and says nothing beside a word of Cache-Control (RFC 9111 section 5.4).
    const bool pragma = !d.present && combined(answer, "Pragma").find("no-cache") != std::string::npos;
    terms.validate_always = d.no_cache || pragma;
    if (terms.lifetime.time.count() <= 0 || terms.validate_always) {
        const bool may_be_stale = !terms.validate_always && (policy.stale_if_error.count() > 0 || d.stale_if_error ||
                                                             d.stale_while_revalidate);
        if (!has_validator(answer) && !may_be_stale) return {std::nullopt, "not fresh"};
        if (terms.lifetime.source == Source::none && !cacheable_by_default(status) && !d.is_public && !d.no_cache)
            return {std::nullopt, "status"};
    }
    // s-maxage forbids what is stale (section 5.2.2.10), unless the same answer says when it may be used.
    const bool stale_said = d.stale_while_revalidate || d.stale_if_error;
    terms.never_stale = d.must_revalidate || d.proxy_revalidate || (d.s_maxage && !stale_said);
    // must-revalidate lets an answer to an Authorization line be shared, by the letter; callers that the gateway itself
    // has told apart are not mixed by it.
    terms.for_everyone = d.is_public || d.s_maxage.has_value() || (d.must_revalidate && !asking.apart);
    terms.stale_while_revalidate = stale_time(d.stale_while_revalidate, policy.stale_while_revalidate);
    terms.stale_if_error = stale_time(d.stale_if_error, policy.stale_if_error);
    terms.without = d.private_fields;
    terms.without.insert(terms.without.end(), d.no_cache_fields.begin(), d.no_cache_fields.end());
    return {std::move(terms), {}};
}

bool is_kept(std::string_view name, const Terms& terms) noexcept {
    static constexpr std::array<std::string_view, 13> never{
        "connection",  "keep-alive",         "proxy-connection",   "te",
        "upgrade",     "transfer-encoding",  "trailer",            "proxy-authenticate",
        "age",         "proxy-authorization", "proxy-authentication-info", "content-length",
        "x-cache"};
    const auto is = [name](std::string_view other) { return same(name, other); };
    return std::none_of(never.begin(), never.end(), is) &&
           std::none_of(terms.without.begin(), terms.without.end(),
                        [&](const std::string& other) { return is(other); });
}

bool is_status_pattern(std::string_view text) noexcept {
    if (text.size() != 3 || text[0] < '2' || text[0] > '5') return false;
    const auto digit = [](char c) { return c >= '0' && c <= '9'; };
    return text.substr(1) == "xx" || (digit(text[1]) && digit(text[2]));
}

}  // namespace tollgate::cache
