// core/gateway/key_store.h - GatewayKeyStore: the database's keys as plugins on the loops ask for them.
#pragma once

#include <tollgate/host.h>

#include "net/blocking.h"
#include "net/event_loop.h"
#include "store/key_feed.h"

#include <atomic>
#include <chrono>
#include <cstddef>
#include <exception>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace tollgate {

// Of one database. Outlives reloads as long as a configuration that names it has a use for it. The directory answers;
// what it cannot say is looked up on threads of its own, once however many ask, and waited for no longer than a set
// time, so that a database that hangs holds up nobody else's blocking work.
class GatewayKeyStore final : public KeyStore {
public:
    GatewayKeyStore(store::DatabaseUrl url, std::size_t loops);
    ~GatewayKeyStore() override;

    Task<std::shared_ptr<const Caller>> find(std::string_view sha256) override;
    std::optional<std::shared_ptr<const Caller>> known(std::string_view sha256) override;
    KeyRefusal why_refused(std::string_view sha256) override;

    bool away() const;  // too long to say of an unknown key that it is nobody's; any thread
    void finish();       // while the loops still are

    // [loop] A new key of an owner that has none, known here at once. Throws KeysUnavailable, StoreError::refused where the
    // owner is taken. A key that was made too late, or for a client that has left, is taken back: nobody has its secret.
    Task<std::pair<store::Key, store::KeySecret>> create(store::KeyChanges about);

    // How long known keys are let in without a word from the database.
    static constexpr std::chrono::hours grace{1};

private:
    class Wait;
    struct Lookup {
        std::list<Wait*> waiting;
        bool failed = false;  // the database did not answer
    };
    using Lookups = std::map<Digest, Lookup>;  // under way, of one loop

    // These outlive this, since a configuration may end while a lookup is under way whose client has left.
    struct Making : Lookup {
        // Whoever comes first says how it ends: who waits, or who makes it and then takes back what nobody will hear of.
        enum class State { under_way, ended, left };
        std::atomic<State> state{State::under_way};
        bool passes_to(State next) noexcept {
            State now = State::under_way;
            return state.compare_exchange_strong(now, next);
        }
        std::optional<std::pair<store::Key, store::KeySecret>> made;
        std::exception_ptr problem;
    };
    Task<void> make(store::KeyChanges about, std::shared_ptr<Making> making);
    static void tell(Lookup& lookup);
    Task<void> look_up(Digest digest, std::shared_ptr<Lookups> lookups);

    store::Database database_;
    store::KeyDirectory directory_;
    store::KeyTable table_;
    std::vector<std::shared_ptr<Lookups>> lookups_;  // by loop
    net::Blocking blocking_;
    store::KeyFeed feed_;
};

// Those of one gateway, by their databases. Any thread.
class GatewayKeyStores {
public:
    explicit GatewayKeyStores(std::size_t loops) : loops_{loops} {}
    std::shared_ptr<GatewayKeyStore> of(const store::DatabaseUrl& url);
    bool away() const;  // one that is in use
    void finish();

private:
    const std::size_t loops_;
    mutable std::mutex mutex_;
    std::map<std::string, std::weak_ptr<GatewayKeyStore>> stores_;
};

}  // namespace tollgate
