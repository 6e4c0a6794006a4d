// tollgate/host.h - what the gateway lends to its plugins.
//
// A Host belongs to one use of a plugin and lives as long as it. Functions marked [loop] may be called only on an
// event loop (inside a door or a Task); the others from any thread.
#pragma once

#include <tollgate/context.h>
#include <tollgate/message.h>
#include <tollgate/settings.h>
#include <tollgate/task.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace tollgate {

enum class Level : std::uint8_t { debug, info, warning, error };

// A figure that only grows. add() costs nanoseconds and no lock; cells of all loops are merged when scraped.
class Counter {
public:
    virtual ~Counter() = default;
    virtual void add(std::uint64_t n = 1) noexcept = 0;
    virtual std::uint64_t value() const noexcept = 0;
};

// A figure that goes up and down.
class Gauge {
public:
    virtual ~Gauge() = default;
    virtual void set(double value) noexcept = 0;
    virtual void add(double change) noexcept = 0;
    virtual double value() const noexcept = 0;
};

struct Label {
    std::string_view name, value;
};

enum class Interest : std::uint8_t { readable, writable };

// How a fetch is made. Times are for the whole exchange.
struct FetchOptions {
    std::chrono::nanoseconds timeout{5'000'000'000};
    std::size_t largest_body = 1 << 20;  // a longer answer is a FetchError
};

// Why a fetch brought no answer.
class FetchError : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

// Why nothing can be said of a key: the database is away.
class KeysUnavailable : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

// Why a key lets nobody in. That it is there at all is known only to who has its secret.
enum class KeyRefusal : std::uint8_t { unknown, expired, revoked };

// The keys of the gateway's database; what a plugin needs to let a caller in. Its callers have the claims "name",
// "scopes" (blanks between), "tollgate.rate" ("100/60s", a limit of their own) and "tollgate.burst" ("20", beside it).
class KeyStore {
public:
    virtual ~KeyStore() = default;
    // [loop] The caller whose secret has this SHA-256 (32 bytes), or null where there is none, or who is let in no more.
    // Throws KeysUnavailable, after a second or two at the most.
    virtual Task<std::shared_ptr<const Caller>> find(std::string_view sha256) = 0;
    // [loop] The same where it can be said at once, as of nearly all requests: well under a microsecond. nullopt: only
    // find() can say. Since ABI 1.3.
    virtual std::optional<std::shared_ptr<const Caller>> known(std::string_view sha256) = 0;
    // [loop] Why one of the two has just said null. Since ABI 1.3.
    virtual KeyRefusal why_refused(std::string_view sha256) = 0;
};

// What one key has spent until a moment. Since ABI 1.3, as what follows.
struct Kept {
    std::uint64_t key = 0;    // a hash by the secret that came with what was kept
    std::int64_t until = 0;   // milliseconds since 1970: forgotten then
    std::int64_t amount = 0;  // what is added up, whoever of the gateways counts; below 0: given back
};

// Counts that outlive the gateway, in its database; of one plugin and one name. They are written about once a second,
// and when the gateway ends; while the database is away they wait. Gateways that share a database add to the same sum.
class Keeper {
public:
    struct Loaded {
        std::array<std::uint64_t, 2> secret{};  // random, the same for as long as the database is
        std::vector<Kept> kept;                 // whose moment has not come yet; the latest moment first
    };

    virtual ~Keeper() = default;  // what was added is still written; waits where `take` is being called
    // Once, and not on a loop: calls `take` with what was kept, before it returns where the database answers within two
    // seconds, else on another thread as soon as it does. Nothing may be added before.
    virtual void load(std::function<void(const Loaded&)> take) = 0;
    // Neither waits. Any thread.
    virtual void add(const Kept& more) noexcept = 0;
    // What was kept of the key until one moment is now kept until another.
    virtual void move(std::uint64_t key, std::int64_t from, std::int64_t until) noexcept = 0;
};

// Why a database was not told, or did not say: it is away, and the same may work later. Since ABI 1.4, as what follows.
class DatabaseUnavailable : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

// The table request_log of the gateway's database, for who writes requests down. Every call may block, and is not for a
// loop; any thread. Throws DatabaseUnavailable, or another std::runtime_error where the database refuses.
class RequestTable {
public:
    virtual ~RequestTable() = default;
    // Lines of JSON, as the plugin `logging` writes them, each with an "id" (a UUID): where that is in the table already
    // nothing is changed, so that lines may be given again. All of them or none. Members that are no column are passed
    // over.
    virtual void add(std::string_view lines) = 0;
    // "2026-02-01T00:00:00.123456Z" of the `nth` newest request, from 1; "" where there are fewer.
    virtual std::string moment_of(std::uint64_t nth) = 0;
    // Removes the oldest of those from before a moment, at most so many. Returns how many.
    virtual std::uint64_t forget(std::string_view before, std::uint64_t most) = 0;
    // From then on every call throws DatabaseUnavailable, also those that wait for the database now.
    virtual void stop() noexcept = 0;
};

// What an admin page or command is asked. For a command, `arguments` are its words.
struct AdminRequest {
    std::string_view method, path, query, body;
    std::vector<std::string> arguments;
};
struct AdminAnswer {
    int status = 200;  // for a command: its exit code
    std::string content_type = "text/plain; charset=utf-8";
    std::string body;
};

class Host {
public:
    virtual ~Host() = default;

    // Writes a line to the gateway's own log, with the plugin's name.
    virtual void log(Level level, std::string_view message) = 0;

    // As it is now; Context::now() is when this turn of the loop began.
    virtual std::chrono::steady_clock::time_point now() const = 0;
    virtual std::chrono::system_clock::time_point wall_clock() const = 0;  // on a loop: as its turn began

    // Metrics live as long as the gateway; the same name and labels give the same figure, also after a reload. The
    // name is completed to tollgate_<plugin>_<name>. Throws std::invalid_argument for a name Prometheus refuses.
    virtual Counter& counter(std::string_view name, std::string_view help, std::initializer_list<Label> labels = {}) = 0;
    virtual Gauge& gauge(std::string_view name, std::string_view help, std::initializer_list<Label> labels = {}) = 0;

    // State shared by all uses of this plugin that ask for the same name, and handed on through reloads: it lives
    // until no configuration holds it. `make` runs once per state. Throws std::logic_error if the type differs.
    template <class T>
    std::shared_ptr<T> state(std::string_view name, const std::function<std::shared_ptr<T>()>& make) {
        return std::static_pointer_cast<T>(
            shared_state(name, type_name<T>(), [&make]() -> std::shared_ptr<void> { return make(); }));
    }

    virtual std::size_t loop_count() const = 0;
    // [loop] Below loop_count(); loop_count() itself on any other thread.
    virtual std::size_t this_loop() const = 0;

    virtual Task<void> sleep(std::chrono::nanoseconds time) = 0;  // [loop]
    // [loop] Runs a task by itself, on this loop. A throw is logged. Destroyed, where it waits,
    // when this use of the plugin ends: it may refer to the plugin and this Host, never to a request or its context.
    virtual void spawn(Task<void> task) = 0;
    // [loop] Waits until the descriptor is ready; false: it was not in `timeout`. The descriptor stays the caller's.
    virtual Task<bool> ready(int descriptor, Interest interest, std::chrono::nanoseconds timeout) = 0;
    // [loop] Runs `work` on a thread that may block, and goes on here with its result. If the awaiting task is
    // destroyed meanwhile, the work still ends and its result is dropped: it must own what it uses.
    template <class F>
    Task<std::invoke_result_t<F>> run_blocking(F work) {
        using R = std::invoke_result_t<F>;
        if constexpr (std::is_void_v<R>) {
            auto shared = std::make_shared<F>(std::move(work));
            co_await blocking([shared] { (*shared)(); });
        } else {
            auto result = std::make_shared<std::optional<R>>();
            auto shared = std::make_shared<F>(std::move(work));
            co_await blocking([shared, result] { result->emplace((*shared)()); });
            co_return std::move(**result);
        }
    }
    // [loop] A request of the gateway's own to "http://host:port/path" or "https://..."; the answer's body is held whole. The
    // request's target is replaced by the URL's. Throws FetchError.
    virtual Task<Response> fetch(std::string url, Request request, FetchOptions options = {}) = 0;

    // Pages of the admin listener below /plugins/<plugin>/<path>, and commands `tollgate plugin <plugin> <name> ...`,
    // run on the admin listener's threads. They end with this use; a later use of the same name takes over.
    virtual void add_page(std::string_view path, std::function<AdminAnswer(const AdminRequest&)> page) = 0;
    virtual void add_command(std::string_view name, std::string_view help,
                             std::function<AdminAnswer(const AdminRequest&)> command) = 0;

    // Null where there is no gateway that serves (`tollgate check`).
    virtual std::shared_ptr<KeyStore> keys() = 0;

    virtual std::string_view plugin_name() const = 0;

protected:
    virtual std::shared_ptr<void> shared_state(std::string_view name, std::string_view type,
                                               const std::function<std::shared_ptr<void>()>& make) = 0;
    virtual Task<void> blocking(std::function<void()> work) = 0;

public:
    // Since ABI 1.3. While the plugin is created: lines of that name are for the gateway to write, and no client's. They
    // are taken out of every request of this configuration, before routes and plugins see it, and out of trailers,
    // also where '_' stands for '-' (what CGI and its heirs hand on under one name).
    virtual void reserve_request_header(std::string_view name) { (void)name; }
    // Since ABI 1.3. A new keeper of the counts of that name, of which there may be one at a time. Null where there is no
    // gateway that serves, or no database.
    virtual std::shared_ptr<Keeper> keeper(std::string_view name) {
        (void)name;
        return nullptr;
    }
    // Since ABI 1.3. While the plugin is created: whether a tier of this configuration has a quota.
    virtual bool tiers_have_quotas() const { return false; }
    // Since ABI 1.4. [any thread] Runs `work` soon on that loop, in order, never inside this call: how who waits there is
    // woken from elsewhere. A throw is logged. Dropped where this use of the plugin has ended meanwhile, or no loops run;
    // it may refer to the plugin and this Host, to nothing of a request unless that is still there for certain.
    virtual void post(std::size_t loop, std::function<void()> work) {
        (void)loop;
        (void)work;
    }
    // Since ABI 1.4. A new connection to the table of requests. Null where there is no gateway that serves, or no database.
    virtual std::shared_ptr<RequestTable> request_table() { return nullptr; }
    // Since ABI 1.5. While the plugin is created: `work` is for once its configuration serves, and never runs where that
    // is refused, or only looked at. For what outlives a reload and is not for a use that may never be to change. Not on
    // a loop, in the order of the uses; requests of this configuration may have come already. A throw is logged.
    virtual void when_serving(std::function<void()> work) { (void)work; }

private:
    // The same text for the same type in every library, whatever compiler made it.
    template <class T>
    static std::string_view type_name() {
        return __PRETTY_FUNCTION__;
    }
};

}  // namespace tollgate
