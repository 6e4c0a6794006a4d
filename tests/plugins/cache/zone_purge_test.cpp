// tests/plugins/cache/zone_purge_test.cpp - in which order a purge is told elsewhere and made here.
#include "zone.h"

#include <boost/test/unit_test.hpp>

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>

using namespace tollgate::cache;

namespace {

// Tells when a store looks at it.
class Looked final : public Item {
public:
    explicit Looked(std::function<void()> tell) : tell_{std::move(tell)} {}
    std::string_view url() const noexcept override {
        tell_();
        return "http://a/x";
    }
    std::span<const std::string> tags() const noexcept override { return {}; }
    std::size_t bytes() const noexcept override { return 100; }

private:
    const std::function<void()> tell_;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(cache_zone_purge)

// Else a copy that was looked up in a Redis meanwhile would come into memory behind the purge.
BOOST_AUTO_TEST_CASE(a_purge_is_told_elsewhere_before_memory_is_gone_through) {
    Zone zone{1 << 20};
    const auto log = std::make_shared<PurgeLog>([&zone](const Purge& purge) { zone.apply(purge); });
    zone.add_log(log);
    bool purging = false;
    int told = 0, not_told = 0;
    const auto item = std::make_shared<Looked>([&] {
        if (purging) ++(log->behind() ? told : not_told);
    });
    zone.store().put(zone.store().key_of("x"), item, zone.store().now_begun());
    purging = true;
    BOOST_TEST(zone.purge_prefix("http://a/") == 1U);
    BOOST_TEST(told > 0);
    BOOST_TEST(not_told == 0);
    BOOST_TEST(log->behind());
}

BOOST_AUTO_TEST_SUITE_END()
