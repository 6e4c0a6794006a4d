// tests/plugins/cache/storing_test.cpp - what may be kept, by RFC 9111 section 3 and by the operator's word.
#include "made_lines.h"
#include "storing.h"

#include <boost/test/unit_test.hpp>

using namespace tollgate::cache;
using namespace std::chrono_literals;

namespace {

constexpr Seconds now = 1'790'000'000;
const Asking anybody{.method = "GET"};
const std::string long_ago = written_date(now - 10000);

Judgement kept(const MadeLines& lines, int status = 200, const Asking& asking = anybody, const Policy& policy = {}) {
    return judge(asking, status, lines, policy, now);
}
std::string why_not(const MadeLines& lines, int status = 200, const Asking& asking = anybody,
                    const Policy& policy = {}) {
    return std::string{kept(lines, status, asking, policy).why_not};
}
std::int64_t seconds(const Judgement& judgement) {
    return judgement.terms ? judgement.terms->lifetime.time.count() / 1000 : -1;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(cache_storing)

BOOST_AUTO_TEST_CASE(explicit_freshness_keeps_nearly_every_status) {
    for (const int status : {200, 203, 204, 299, 301, 302, 307, 400, 404, 410, 499, 500, 503, 599})
        BOOST_TEST(seconds(kept(cache_control("max-age=60"), status)) == 60, status);
    for (const int status : {206, 304}) BOOST_TEST(why_not(cache_control("max-age=60"), status) == "status");
}

BOOST_AUTO_TEST_CASE(what_must_not_be_kept_is_not) {
    BOOST_TEST(why_not(cache_control("max-age=60, no-store")) == "no-store");
    BOOST_TEST(why_not(cache_control("max-age=60, private")) == "private");
    BOOST_TEST(why_not({{"Cache-Control", "max-age=60"}, {"Vary", "a, *"}}) == "vary *");
    BOOST_TEST(why_not(cache_control("max-age=60"), 200, {.method = "HEAD"}) == "method");
    BOOST_TEST(why_not(cache_control("max-age=60"), 200, {.method = "GET", .no_store = true}) ==
               "no-store of the request");
    BOOST_TEST(why_not({{"Cache-Control", "max-age=60"}, {"Content-Type", "Text/Event-Stream; charset=utf-8"}}) ==
               "event stream");
    BOOST_TEST(why_not({}) == "not fresh");
    BOOST_TEST(why_not(cache_control("max-age=0")) == "not fresh");
    BOOST_TEST(why_not({{"Last-Modified", long_ago}}, 302) == "status");
}

BOOST_AUTO_TEST_CASE(what_was_authorized_needs_the_answers_leave) {
    const Asking authorized{.method = "GET", .authorized = true};
    BOOST_TEST(why_not(cache_control("max-age=60"), 200, authorized) == "authorization");
    for (const std::string_view leave : {"max-age=60, public", "s-maxage=60", "max-age=60, must-revalidate"}) {
        const auto judgement = kept(cache_control(leave), 200, authorized);
        BOOST_TEST((judgement.terms && judgement.terms->for_everyone), leave);
    }
    const Asking apart{.method = "GET", .authorized = true, .apart = true};
    const auto judgement = kept(cache_control("max-age=60"), 200, apart);
    BOOST_TEST((judgement.terms && !judgement.terms->for_everyone));
    BOOST_TEST(why_not(cache_control("max-age=60, private"), 200, apart) == "private");
    BOOST_TEST(!kept(cache_control("max-age=60, must-revalidate"), 200, apart).terms.value().for_everyone);
    BOOST_TEST(kept(cache_control("max-age=60, public"), 200, apart).terms.value().for_everyone);
}

BOOST_AUTO_TEST_CASE(a_cookie_is_kept_only_when_told_so) {
    const MadeLines sets{{"Cache-Control", "max-age=60"}, {"Set-Cookie", "a=b"}};
    BOOST_TEST(why_not(sets) == "set-cookie");
    BOOST_TEST(seconds(kept(sets, 200, anybody, {.set_cookie = true})) == 60);
    const auto without = kept({{"Cache-Control", "max-age=60, no-cache=\"Set-Cookie\""}, {"Set-Cookie", "a=b"}});
    BOOST_TEST(seconds(without) == 60);
    BOOST_TEST((without.terms && !is_kept("set-cookie", *without.terms)));
}

BOOST_AUTO_TEST_CASE(requests_with_cookies_share_only_what_says_that_it_is_fresh) {
    const Asking cookie{.method = "GET", .cookie = true};
    BOOST_TEST(why_not({{"Last-Modified", long_ago}}, 200, cookie) == "cookie");
    BOOST_TEST(why_not({}, 200, cookie, {.ttl = 5s}) == "cookie");
    BOOST_TEST(seconds(kept({}, 200, cookie, {.ttl = 5s, .cookies = true})) == 5);
    BOOST_TEST(seconds(kept({}, 200, {.method = "GET", .apart = true, .cookie = true}, {.ttl = 5s})) == 5);
    BOOST_TEST(seconds(kept(cache_control("max-age=60"), 200, cookie)) == 60);
    BOOST_TEST(seconds(kept({{"Last-Modified", long_ago}, {"Cache-Control", "public"}}, 200, cookie)) == 1000);
}

BOOST_AUTO_TEST_CASE(the_operators_time_stands_above_the_answers_but_never_against_its_prohibitions) {
    const Policy policy{.ttl = 5s, .negative_ttl = 2s};
    BOOST_TEST(seconds(kept(cache_control("max-age=60"), 200, anybody, policy)) == 5);
    BOOST_TEST(seconds(kept(cache_control("max-age=0"), 200, anybody, policy)) == 5);
    BOOST_TEST(seconds(kept({}, 200, anybody, policy)) == 5);
    BOOST_TEST(seconds(kept({}, 404, anybody, policy)) == 2);
    BOOST_TEST(seconds(kept(cache_control("max-age=60"), 404, anybody, policy)) == 60);
    BOOST_TEST(seconds(kept({}, 500, anybody, policy)) == -1);
    BOOST_TEST(why_not(cache_control("no-store"), 200, anybody, policy) == "no-store");
    BOOST_TEST(why_not(cache_control("no-cache"), 200, anybody, policy) == "not fresh");
    BOOST_TEST(seconds(kept({{"Last-Modified", long_ago}}, 200, anybody, {.default_ttl = 7s})) == 7);
    BOOST_TEST(seconds(kept(cache_control("max-age=60"), 200, anybody, {.default_ttl = 7s})) == 60);
}

BOOST_AUTO_TEST_CASE(statuses_may_be_chosen) {
    const Policy policy{.statuses = {"200", "4xx"}};
    BOOST_TEST(seconds(kept(cache_control("max-age=60"), 200, anybody, policy)) == 60);
    BOOST_TEST(seconds(kept(cache_control("max-age=60"), 410, anybody, policy)) == 60);
    BOOST_TEST(why_not(cache_control("max-age=60"), 301, anybody, policy) == "status");
    BOOST_TEST((is_status_pattern("200") && is_status_pattern("5xx") && !is_status_pattern("2x") &&
                !is_status_pattern("100") && !is_status_pattern("20x") && !is_status_pattern("600")));
}

BOOST_AUTO_TEST_CASE(must_understand_wants_a_status_that_is_known_and_lifts_no_store) {
    BOOST_TEST(why_not(cache_control("max-age=60, must-understand"), 599) == "must-understand");
    BOOST_TEST(seconds(kept(cache_control("max-age=60, must-understand, no-store"))) == 60);
}

BOOST_AUTO_TEST_CASE(what_has_to_be_validated_is_kept_where_it_can_be) {
    const auto judgement = kept({{"Cache-Control", "no-cache, max-age=60"}, {"ETag", "\"a\""}});
    BOOST_TEST((judgement.terms && judgement.terms->validate_always));
    BOOST_TEST(why_not(cache_control("no-cache, max-age=60")) == "not fresh");
    const auto old = kept({{"Pragma", "no-cache"}, {"Last-Modified", long_ago}});
    BOOST_TEST((old.terms && old.terms->validate_always));
    const auto said = kept({{"Pragma", "no-cache"}, {"Cache-Control", "max-age=60"}});
    BOOST_TEST((said.terms && !said.terms->validate_always));
}

BOOST_AUTO_TEST_CASE(staleness_is_the_answers_to_allow) {
    const auto allowed = kept(cache_control("max-age=60, stale-while-revalidate=10, stale-if-error=20")).terms.value();
    BOOST_TEST((allowed.stale_while_revalidate == 10s && allowed.stale_if_error == 20s && !allowed.never_stale));
    const Policy policy{.stale_while_revalidate = 3s, .stale_if_error = 4s};
    const auto told = kept(cache_control("max-age=60"), 200, anybody, policy).terms.value();
    BOOST_TEST((told.stale_while_revalidate == 3s && told.stale_if_error == 4s));
    for (const std::string_view text : {"max-age=60, must-revalidate", "max-age=60, proxy-revalidate", "s-maxage=60"})
        BOOST_TEST(kept(cache_control(text), 200, anybody, policy).terms.value().never_stale, text);
    BOOST_TEST(!kept(cache_control("s-maxage=60, stale-if-error=5")).terms.value().never_stale);
}

BOOST_AUTO_TEST_CASE(lines_of_one_hop_are_not_kept) {
    const Terms terms{.without = {"x-secret"}};
    for (const std::string_view name : {"Connection", "keep-alive", "Proxy-Authenticate", "Transfer-Encoding", "Age",
                                        "TE", "Upgrade", "X-Secret", "Content-Length"})
        BOOST_TEST(!is_kept(name, terms), name);
    for (const std::string_view name : {"Content-Type", "ETag", "Date", "Set-Cookie", "Vary"})
        BOOST_TEST(is_kept(name, terms), name);
}

BOOST_AUTO_TEST_SUITE_END()
