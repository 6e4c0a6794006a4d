// plugins/cache/zone.cpp - the store, and beside it what is not in it: on its way, or never to be kept.
#include "zone.h"

#include <algorithm>
#include <utility>

namespace tollgate::cache {

namespace {

std::uint64_t seconds_of(Instant now) noexcept {
    return static_cast<std::uint64_t>(std::chrono::floor<std::chrono::seconds>(now.time_since_epoch()).count());
}

}  // namespace

void Zone::set_bound(std::size_t bound) noexcept {
    bound_.store(bound, std::memory_order_relaxed);
    store_.set_bound(bound);
}

std::shared_ptr<const Entry> Zone::find(std::string_view key) noexcept {
    auto entry = std::static_pointer_cast<const Entry>(store_.find(store_.key_of(key)));
    return entry && entry->key() == key ? std::move(entry) : nullptr;
}

Put Zone::put(std::shared_ptr<const Entry> entry, Moment begun) {
    const Key key = store_.key_of(entry->key());
    return store_.put(key, std::move(entry), begun);
}

Zone::Joined Zone::join(const std::string& key, std::string_view url, std::size_t largest) {
    const std::lock_guard lock{mutex_};
    const auto found = on_their_way_.find(key);
    if (found != on_their_way_.end()) return {found->second.arriving, false};
    if (held_->load(std::memory_order_relaxed) > bound_.load(std::memory_order_relaxed)) return {};
    auto arriving = std::make_shared<Arriving>(largest, held_);
    on_their_way_.emplace(key, OnItsWay{std::string{url}, arriving});
    return {std::move(arriving), true};
}

void Zone::also(const std::string& key, std::string_view url, const std::shared_ptr<Arriving>& arriving) {
    const std::lock_guard lock{mutex_};
    // Not where it was forgotten meanwhile.
    if (std::any_of(on_their_way_.begin(), on_their_way_.end(), [&](const auto& one) { return one.second.arriving == arriving; }))
        on_their_way_.try_emplace(key, OnItsWay{std::string{url}, arriving});
}

void Zone::leave(const Arriving& arriving) {
    const std::lock_guard lock{mutex_};
    std::erase_if(on_their_way_, [&](const auto& one) { return one.second.arriving.get() == &arriving; });
}

void Zone::forget_on_their_way(std::string_view url) {
    const std::lock_guard lock{mutex_};
    std::erase_if(on_their_way_, [&](const auto& one) { return one.second.url == url; });
}

void Zone::forget_all_on_their_way() {
    const std::lock_guard lock{mutex_};
    on_their_way_.clear();
}

bool Zone::denied(std::string_view text, Instant now) const noexcept {
    const Key key = store_.key_of(text);
    const std::uint64_t denial = denial_of(key).load(std::memory_order_relaxed);
    return denial != 0 && (denial >> 32 << 32) == tag_of(key) && (denial & 0xffff'ffff) > seconds_of(now);
}

void Zone::deny(std::string_view text, Instant now) noexcept {
    const Key key = store_.key_of(text);
    const std::uint64_t until = (seconds_of(now) + denied_for.count()) & 0xffff'ffff;
    denied_[key.low % denials].store(tag_of(key) | until, std::memory_order_relaxed);
}

void Zone::allow(std::string_view text) noexcept {
    const Key key = store_.key_of(text);
    Denial& denial = denied_[key.low % denials];
    std::uint64_t now = denial.load(std::memory_order_relaxed);
    if ((now >> 32 << 32) == tag_of(key)) denial.compare_exchange_strong(now, 0, std::memory_order_relaxed);
}

void Zone::add_query(const Query& query) {
    const std::lock_guard lock{mutex_};
    if (std::find(queries_.begin(), queries_.end(), query) == queries_.end()) queries_.push_back(query);
}

std::vector<std::string> Zone::urls_of(std::string_view origin, std::string_view target) {
    const auto mark = std::min(target.find('?'), target.size());
    const std::string_view query = mark < target.size() ? target.substr(mark + 1) : std::string_view{};
    std::vector<std::string> urls;
    const std::lock_guard lock{mutex_};
    for (const Query& one : queries_) {
        std::string url = std::string{origin}.append(target.substr(0, mark));
        one.append(url, query);
        if (std::find(urls.begin(), urls.end(), url) == urls.end()) urls.push_back(std::move(url));
    }
    return urls;
}

std::size_t Zone::purge_url(std::string_view origin, std::string_view target) {
    std::size_t count = 0;
    for (std::string& url : urls_of(origin, target)) count += purge({Purge::What::url, std::move(url)});
    return count;
}

std::size_t Zone::purge_prefix(std::string_view beginning) {
    return purge({Purge::What::prefix, std::string{beginning}});
}
std::size_t Zone::purge_tag(std::string_view tag) { return purge({Purge::What::tag, std::string{tag}}); }
std::size_t Zone::purge_all() { return purge({Purge::What::all, {}}); }

std::size_t Zone::purge(Purge purge) {
    {
        const std::lock_guard lock{mutex_};
        for (const auto& one : logs_)
            if (const auto log = one.lock()) log->tell(purge);
    }
    return purge_here(purge);
}

std::size_t Zone::purge_here(const Purge& purge) {
    if (purge.what == Purge::What::url) {
        forget_on_their_way(purge.text);
        return store_.purge_url(purge.text);
    }
    forget_all_on_their_way();
    if (purge.what == Purge::What::prefix) return store_.purge_prefix(purge.text);
    return purge.what == Purge::What::tag ? store_.purge_tag(purge.text) : store_.purge_all();
}

void Zone::add_log(const std::shared_ptr<PurgeLog>& log) {
    const std::lock_guard lock{mutex_};
    std::erase_if(logs_, [&](const auto& one) { return one.expired() || one.lock() == log; });
    logs_.push_back(log);
}

std::vector<std::shared_ptr<const Item>> Zone::of_url(std::string_view origin, std::string_view target) {
    std::vector<std::shared_ptr<const Item>> items;
    for (const std::string& url : urls_of(origin, target))
        for (auto& item : store_.of_url(url, 100)) items.push_back(std::move(item));
    return items;
}

}  // namespace tollgate::cache
