// core/plugins/plugin_host.h - PluginHost: what the gateway lends to one use of a plugin; LoopServices: what it
// needs of the event loops for that, implemented in core/gateway.
#pragma once

#include <tollgate/host.h>

#include "plugins/pages.h"

#include <atomic>
#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace tollgate::plugins {

class Metrics;
class NamedStates;

// The event loops as a plugin's host sees them. [loop] as in tollgate/host.h; the others from any thread.
class LoopServices {
public:
    virtual ~LoopServices() = default;
    virtual std::size_t loop_count() const = 0;
    virtual std::size_t this_loop() const = 0;  // loop_count() on a thread that is no loop
    // Runs the job soon on that loop, in order, never inside this call. Returns false if that loop does not run (not
    // yet, or no more): then what lives on it may be touched from here. A job that was taken and never run is
    // destroyed no later than when the loop's thread has ended.
    virtual bool post(std::size_t loop, std::function<void()> job) = 0;
    virtual Task<void> sleep(std::chrono::nanoseconds time) = 0;                                        // [loop]
    virtual Task<bool> ready(int descriptor, Interest interest, std::chrono::nanoseconds timeout) = 0;  // [loop]
    virtual Task<void> blocking(std::function<void()> work) = 0;                                        // [loop]
    virtual Task<Response> fetch(std::string url, Request request, FetchOptions options) = 0;           // [loop]
    virtual std::chrono::steady_clock::time_point now() const { return std::chrono::steady_clock::now(); }
    virtual std::chrono::system_clock::time_point wall_clock() const { return std::chrono::system_clock::now(); }
};

// For `tollgate check` and tests of what needs no loop: there are none, and whatever needs one throws std::logic_error.
class NoLoops final : public LoopServices {
public:
    explicit NoLoops(std::size_t loops = 1) noexcept : loops_{loops} {}
    std::size_t loop_count() const override { return loops_; }
    std::size_t this_loop() const override { return loops_; }
    bool post(std::size_t, std::function<void()>) override { return false; }
    Task<void> sleep(std::chrono::nanoseconds) override;
    Task<bool> ready(int, Interest, std::chrono::nanoseconds) override;
    Task<void> blocking(std::function<void()>) override;
    Task<Response> fetch(std::string, Request, FetchOptions) override;

private:
    std::size_t loops_;
};

// What all hosts of one gateway share. Outlives them.
struct Lent {
    LoopServices& loops;
    Metrics& metrics;
    NamedStates& states;
    Pages& pages;
    std::function<std::shared_ptr<KeyStore>()> keys;  // null where there are none; opens them for who asks first
    // Of a plugin's counts by that name; null where nothing is kept.
    std::function<std::shared_ptr<Keeper>(std::string_view plugin, std::string_view name)> keeper{};
    bool tiers_have_quotas = false;
    std::function<std::shared_ptr<RequestTable>()> request_table{};  // null where nothing is written down
};

class PluginHost final : public Host {
public:
    PluginHost(std::string plugin_name, Lent lent);
    ~PluginHost() override;  // retires

    // Ends what could still call into the plugin without a request: its pages and commands (waits for those that run),
    // its spawned tasks (destroys each on its loop), and what it posted or will post, wherever that is to run. Called
    // before the plugin is destroyed, since it may be what they use; not on a loop unless that is the only one the
    // plugin spawned on.
    void retire() noexcept;

    // The names of all state that was asked for so far.
    std::vector<std::string> states() const;

    void log(Level level, std::string_view message) override;
    std::chrono::steady_clock::time_point now() const override { return lent_.loops.now(); }
    std::chrono::system_clock::time_point wall_clock() const override { return lent_.loops.wall_clock(); }
    Counter& counter(std::string_view name, std::string_view help, std::initializer_list<Label> labels) override;
    Gauge& gauge(std::string_view name, std::string_view help, std::initializer_list<Label> labels) override;
    std::size_t loop_count() const override { return lent_.loops.loop_count(); }
    std::size_t this_loop() const override { return lent_.loops.this_loop(); }
    Task<void> sleep(std::chrono::nanoseconds time) override { return lent_.loops.sleep(time); }
    void spawn(Task<void> task) override;
    Task<bool> ready(int descriptor, Interest interest, std::chrono::nanoseconds timeout) override {
        return lent_.loops.ready(descriptor, interest, timeout);
    }
    Task<Response> fetch(std::string url, Request request, FetchOptions options) override {
        return lent_.loops.fetch(std::move(url), std::move(request), options);
    }
    void add_page(std::string_view path, std::function<AdminAnswer(const AdminRequest&)> page) override;
    void add_command(std::string_view name, std::string_view help,
                     std::function<AdminAnswer(const AdminRequest&)> command) override;
    std::shared_ptr<KeyStore> keys() override { return lent_.keys ? lent_.keys() : nullptr; }
    std::shared_ptr<Keeper> keeper(std::string_view name) override {
        return lent_.keeper ? lent_.keeper(name_, name) : nullptr;
    }
    bool tiers_have_quotas() const override { return lent_.tiers_have_quotas; }
    std::shared_ptr<RequestTable> request_table() override {
        if (!lent_.request_table) return nullptr;
        writes_requests_ = true;
        return lent_.request_table();
    }
    std::string_view plugin_name() const override { return name_; }
    void reserve_request_header(std::string_view name) override;
    bool writes_requests() const noexcept { return writes_requests_; }  // whether the plugin has asked for the table
    void post(std::size_t loop, std::function<void()> work) override;
    void when_serving(std::function<void()> work) override { when_serving_.push_back(std::move(work)); }
    // Its configuration serves from now on; once. Before retire().
    void serve() noexcept;
    const std::vector<std::string>& reserved_request_headers() const noexcept { return reserved_; }

protected:
    std::shared_ptr<void> shared_state(std::string_view name, std::string_view type,
                                       const std::function<std::shared_ptr<void>()>& make) override;
    Task<void> blocking(std::function<void()> work) override { return lent_.loops.blocking(std::move(work)); }

private:
    struct Spawned;

    std::string full_name(std::string_view name) const;
    static Task<void> watched(Task<void> task, std::string plugin, std::shared_ptr<Spawned> list, std::uint64_t number);

    const std::string name_;
    const Lent lent_;
    std::atomic<bool> writes_requests_{false};
    mutable std::mutex registering_;  // of the next two
    std::vector<Pages::Registration> registrations_;
    std::vector<std::string> states_;
    std::vector<std::string> reserved_;  // request headers; complete once the plugin is created, as the next
    std::vector<std::function<void()>> when_serving_;
    std::vector<std::shared_ptr<Spawned>> spawned_;  // one per loop, each touched by its loop only
};

// Retires a host that is a PluginHost; any other (a test's) is left alone.
void retire(Host* host) noexcept;
// Tells it that its configuration serves, likewise.
void serve(Host* host) noexcept;

// Whether its plugin has asked for the table of requests; false of a host that is no PluginHost.
bool writes_requests(const Host* host) noexcept;

// The names of the state that this use has asked for; none of a host that is no PluginHost.
std::vector<std::string> states_of(const Host* host);
// The request headers that it has reserved, likewise.
std::vector<std::string> reserved_headers_of(const Host* host);

}  // namespace tollgate::plugins
