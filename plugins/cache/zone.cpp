// plugins/cache/zone.cpp - the store, and beside it what is not in it: on its way, or never to be kept.
#include "zone.h"

#include <algorithm>
#include <utility>

namespace tollgate::cache {

Zone::Zone(std::size_t bound, std::optional<Gauges> gauges)
    : gauges_{gauges}, store_{bound, gauges_ ? this : nullptr}, on_the_way_{bound} {}

Zone::~Zone() {
    if (gauges_) sizes(0, 0, 0);
}

void Zone::sizes(std::size_t items, std::size_t bytes, std::size_t evicted) noexcept {
    gauges_->items.set(static_cast<double>(items));
    gauges_->bytes.set(static_cast<double>(bytes));
    if (evicted > 0) gauges_->evicted.add(evicted);
}

// One configuration is made after the other: who is made after uses came into force is of the next one.
Zone::Use::Use(std::shared_ptr<Zone> zone, std::optional<std::size_t> memory) : zone_{std::move(zone)} {
    const std::lock_guard lock{zone_->mutex_};
    if (std::exchange(zone_->serves_, false)) ++zone_->configuration_;
    zone_->words_.push_back({this, memory, zone_->configuration_});
}

Zone::Use::~Use() {
    const std::lock_guard lock{zone_->mutex_};
    std::erase_if(zone_->words_, [this](const Word& word) { return word.use == this; });
    zone_->settle_bound();
}

void Zone::Use::come_into_force() const {
    const std::lock_guard lock{zone_->mutex_};
    zone_->serves_ = true;
    for (Word& word : zone_->words_)
        if (word.use == this) word.in_force = true;
    zone_->settle_bound();
}

// Where nobody is left all stays as it is: somebody may be about to come. So it does until all of a configuration have
// come: what the first ones do not say a later one may.
void Zone::settle_bound() noexcept {
    std::uint64_t newest = 0;
    bool serves = false;
    for (const Word& word : words_)
        if (word.in_force) newest = std::max(newest, word.configuration), serves = true;
    if (!serves) return;
    std::size_t bound = usual_bound;
    for (const Word& word : words_) {
        if (word.configuration != newest) continue;
        if (!word.in_force) return;
        bound = word.memory.value_or(bound);
    }
    store_.set_bound(bound);
    on_the_way_.set_bound(bound);
}

std::shared_ptr<const Entry> Zone::find(std::string_view key) noexcept {
    auto entry = std::static_pointer_cast<const Entry>(store_.find(store_.key_of(key)));
    return entry && entry->key() == key ? std::move(entry) : nullptr;
}

Put Zone::put(std::shared_ptr<const Entry> entry, Moment begun) {
    const Key key = store_.key_of(entry->key());
    return store_.put(key, std::move(entry), begun);
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
        on_the_way_.forget(purge.text);
        return store_.purge_url(purge.text);
    }
    on_the_way_.forget_all();
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
