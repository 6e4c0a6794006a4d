// core/gateway/key_store.cpp - asking the directory, and the database where it must be.
#include "gateway/key_store.h"

#include "support/hexadecimal.h"
#include "support/log.h"

#include <algorithm>
#include <cstring>

namespace tollgate {

using namespace std::chrono_literals;
using store::KeyDirectory;

namespace {

constexpr std::size_t most_remembered = 100'000;
constexpr int threads = 4;
constexpr auto patience = 2s;

Digest digest_of(std::string_view bytes) {
    Digest digest{};
    std::memcpy(digest.data(), bytes.data(), std::min(bytes.size(), digest.size()));
    return digest;
}

store::Time wall_clock() {
    return std::chrono::time_point_cast<std::chrono::microseconds>(net::EventLoop::current()->wall_clock());
}

}  // namespace

// One who waits for a lookup, in its turn's list. Resumed by whoever ends the lookup, or by the clock.
class GatewayKeyStore::Wait final : private net::Timer {
public:
    enum class Outcome { told, failed, too_late };
    Wait(net::EventLoop& loop, Lookup& lookup, net::TimePoint end) noexcept
        : loop_{loop}, lookup_{lookup}, end_{end} {}
    ~Wait() {
        if (listed_) lookup_.waiting.remove(this);
    }
    bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<> waiter) {
        waiter_ = waiter;
        lookup_.waiting.push_back(this);
        listed_ = true;
        loop_.arm(*this, end_);
    }
    Outcome await_resume() const noexcept { return listed_ ? Outcome::too_late : failed_ ? Outcome::failed : Outcome::told; }
    void tell() {  // taken off the list by the caller
        listed_ = false;
        failed_ = lookup_.failed;
        disarm();
        waiter_.resume();
    }

private:
    void on_timer() override { waiter_.resume(); }
    net::EventLoop& loop_;
    Lookup& lookup_;
    const net::TimePoint end_;
    bool listed_ = false, failed_ = false;
    std::coroutine_handle<> waiter_;
};

GatewayKeyStore::GatewayKeyStore(store::DatabaseUrl url, std::size_t loops)
    : database_{std::move(url)}, directory_{most_remembered}, table_{database_}, blocking_{threads},
      feed_{database_, directory_} {
    for (std::size_t loop = 0; loop < loops; ++loop) lookups_.push_back(std::make_shared<Lookups>());
}

GatewayKeyStore::~GatewayKeyStore() { finish(); }

// A database that hangs must not keep the gateway from ending: what waits for it then is cut off.
void GatewayKeyStore::finish() {
    if (!feed_.end(patience)) log::warning("keys", "the database does not answer; when keys were used last is not written down");
    database_.stop();
    blocking_.finish();
}

bool GatewayKeyStore::away() const { return feed_.behind_since(std::chrono::steady_clock::now()).has_value(); }

std::optional<std::shared_ptr<const Caller>> GatewayKeyStore::known(std::string_view sha256) {
    const auto look = directory_.look(digest_of(sha256), wall_clock());
    if (look.knows == KeyDirectory::Knows::caller) {
        // Who was let in an hour ago may have been revoked since.
        const auto now = net::EventLoop::current()->now();
        if (const auto behind = feed_.behind_since(now); behind && now - *behind > grace) return std::nullopt;
        return look.caller;
    }
    if (look.knows == KeyDirectory::Knows::nobody && !away()) return std::shared_ptr<const Caller>{};
    return std::nullopt;
}

KeyRefusal GatewayKeyStore::why_refused(std::string_view sha256) {
    return directory_.look(digest_of(sha256), wall_clock()).refusal;
}

Task<std::shared_ptr<const Caller>> GatewayKeyStore::find(std::string_view sha256) {
    const Digest digest = digest_of(sha256);
    if (auto known = this->known(sha256)) co_return *known;
    if (away()) throw KeysUnavailable{feed_.problem()};
    net::EventLoop& loop = *net::EventLoop::current();
    const std::shared_ptr<Lookups> lookups = lookups_.at(loop.number());
    // An answer does not count where this key may have been changed meanwhile: it may be older than the change.
    for (const auto end = loop.now() + patience;;) {
        const auto [lookup, first] = lookups->try_emplace(digest);
        if (first) loop.spawn(look_up(digest, lookups));
        const auto outcome = co_await Wait{loop, lookup->second, end};
        if (outcome == Wait::Outcome::failed) throw KeysUnavailable{"the database could not be asked"};
        if (auto known = this->known({reinterpret_cast<const char*>(digest.data()), digest.size()})) co_return *known;
        if (outcome == Wait::Outcome::too_late || loop.now() >= end) throw KeysUnavailable{"the database did not answer in time"};
    }
}

// Whatever comes of it, who waits is told: what it finds then is what the directory has.
Task<void> GatewayKeyStore::look_up(Digest digest, std::shared_ptr<Lookups> lookups) {
    const auto failed = std::make_shared<bool>(false);
    co_await blocking_.run([this, digest, failed] {
        try {
            const auto changes = directory_.changes();
            directory_.load(digest, table_.find_by_hash(hexadecimal(digest)), changes);
        } catch (const store::StoreError& error) {
            log::warning("keys", error.what());
            *failed = true;
        }
    });
    // Nothing of this object from here on.
    // Taken out before: whoever is told may begin another one.
    auto ended = lookups->extract(digest);
    ended.mapped().failed = *failed;
    tell(ended.mapped());
}

void GatewayKeyStore::tell(Lookup& lookup) {
    while (!lookup.waiting.empty()) {
        Wait* const next = lookup.waiting.front();
        lookup.waiting.pop_front();
        next->tell();
    }
}

Task<std::pair<store::Key, store::KeySecret>> GatewayKeyStore::create(store::KeyChanges about) {
    if (away()) throw KeysUnavailable{feed_.problem()};
    net::EventLoop& loop = *net::EventLoop::current();
    const auto making = std::make_shared<Making>();
    const std::unique_ptr<Making, decltype([](Making* left) { left->passes_to(Making::State::left); })> leaving{making.get()};
    loop.spawn(make(std::move(about), making));
    if (co_await Wait{loop, *making, loop.now() + patience} == Wait::Outcome::too_late && making->passes_to(Making::State::left))
        throw KeysUnavailable{"the database did not answer in time"};
    if (making->problem) std::rethrow_exception(making->problem);
    co_return *std::move(making->made);
}

Task<void> GatewayKeyStore::make(store::KeyChanges about, std::shared_ptr<Making> making) {
    const auto now = wall_clock();
    co_await blocking_.run([this, about, making, now] {
        if (making->state.load() == Making::State::left) return;
        try {
            making->made = table_.create(about, now, true);
            directory_.note(making->made->first);
            if (!making->passes_to(Making::State::ended)) table_.take_back(making->made->first.id);
        } catch (const store::StoreError& error) {
            if (error.kind() != store::StoreError::Kind::refused) log::warning("keys", error.what());
            making->problem = error.kind() == store::StoreError::Kind::refused
                                  ? std::current_exception()
                                  : std::make_exception_ptr(KeysUnavailable{error.what()});
        } catch (const std::exception& error) {
            log::error("keys", error.what());
            making->problem = std::make_exception_ptr(KeysUnavailable{error.what()});
        }
        making->passes_to(Making::State::ended);
    });
    tell(*making);
}

std::shared_ptr<GatewayKeyStore> GatewayKeyStores::of(const store::DatabaseUrl& url) {
    const std::lock_guard lock{mutex_};
    auto& known = stores_[url.connection()];
    auto found = known.lock();
    if (!found) known = found = std::make_shared<GatewayKeyStore>(url, loops_);
    return found;
}

bool GatewayKeyStores::away() const {
    const std::lock_guard lock{mutex_};
    return std::any_of(stores_.begin(), stores_.end(), [](const auto& entry) {
        const auto store = entry.second.lock();
        return store && store->away();
    });
}

void GatewayKeyStores::finish() {
    const std::lock_guard lock{mutex_};
    for (const auto& [connection, store] : stores_)
        if (const auto used = store.lock()) used->finish();
}

}  // namespace tollgate
