// core/plugins/plugin_host.cpp - lending; names are completed by the plugin's, what it registers ends with its use.
#include "plugins/plugin_host.h"

#include "plugins/metrics.h"
#include "plugins/named_states.h"
#include "support/log.h"

#include <algorithm>
#include <future>
#include <map>
#include <stdexcept>

namespace tollgate::plugins {

namespace {

[[noreturn]] void no_loops(const char* what) {
    throw std::logic_error{std::string{what} + " needs an event loop, and none runs here"};
}

}  // namespace

Task<void> NoLoops::sleep(std::chrono::nanoseconds) { no_loops("sleep"); }
Task<bool> NoLoops::ready(int, Interest, std::chrono::nanoseconds) { no_loops("ready"); }
Task<void> NoLoops::blocking(std::function<void()>) { no_loops("run_blocking"); }
Task<Response> NoLoops::fetch(std::string, Request, FetchOptions) { no_loops("fetch"); }

// The tasks that one use has spawned on one loop. Only that loop touches it, but for retire() once the loop has ended.
// What the use has posted there runs while `open`: that is asked after `used` was set, and ended before `used` is
// asked, so that a post is either not run or waited for.
struct PluginHost::Spawned {
    Spawned(LoopServices& services, std::size_t number) : loops{services}, loop{number} {}

    LoopServices& loops;
    const std::size_t loop;
    std::atomic<bool> used{false};  // set before the first task or post, so that retire() disturbs no loop without need
    std::atomic<bool> open{true};
    std::uint64_t last_number = 0;
    std::map<std::uint64_t, Task<void>> tasks;

    void destroy_all() {
        while (!tasks.empty()) tasks.erase(tasks.begin());
    }
};

PluginHost::PluginHost(std::string plugin_name, Lent lent) : name_{std::move(plugin_name)}, lent_{std::move(lent)} {
    for (std::size_t loop = 0; loop < lent_.loops.loop_count(); ++loop)
        spawned_.push_back(std::make_shared<Spawned>(lent_.loops, loop));
}

PluginHost::~PluginHost() { retire(); }

void PluginHost::retire() noexcept {
    {
        const std::lock_guard lock{registering_};
        registrations_.clear();
    }
    for (const auto& list : spawned_) list->open = false;
    for (const auto& list : spawned_) {
        if (!list->used) continue;
        if (lent_.loops.this_loop() == list->loop) {
            list->destroy_all();
            continue;
        }
        // Kept by the job alone: a job that is dropped instead of run breaks the promise, and that ends the wait too.
        auto done = std::make_shared<std::promise<void>>();
        const std::future<void> waiting = done->get_future();
        const bool taken = lent_.loops.post(list->loop, [list, done = std::move(done)] {
            list->destroy_all();
            done->set_value();
        });
        if (taken) waiting.wait();
        list->destroy_all();  // nothing is left unless the loop has ended
    }
}

void PluginHost::serve() noexcept {
    for (const auto& work : std::exchange(when_serving_, {})) {
        try {
            work();
        } catch (const std::exception& thrown) {
            log::error(name_, std::string{"beginning to serve failed: "} + thrown.what());
        } catch (...) {
            log::error(name_, "beginning to serve failed with something that is no std::exception");
        }
    }
}

void PluginHost::log(Level level, std::string_view message) { log::write(level, name_, message); }

std::string PluginHost::full_name(std::string_view name) const { return "tollgate_" + name_ + '_' + std::string{name}; }

Counter& PluginHost::counter(std::string_view name, std::string_view help, std::initializer_list<Label> labels) {
    return lent_.metrics.counter(full_name(name), help, labels);
}

Gauge& PluginHost::gauge(std::string_view name, std::string_view help, std::initializer_list<Label> labels) {
    return lent_.metrics.gauge(full_name(name), help, labels);
}

// The root of a spawned task: it ends its place in the list, but not before it has ended itself.
Task<void> PluginHost::watched(Task<void> task, std::string plugin, std::shared_ptr<Spawned> list,
                               std::uint64_t number) {
    try {
        co_await task;
    } catch (const std::exception& thrown) {
        log::error(plugin, std::string{"a spawned task failed: "} + thrown.what());
    } catch (...) {
        log::error(plugin, "a spawned task failed with something that is no std::exception");
    }
    LoopServices& loops = list->loops;
    const std::size_t loop = list->loop;
    // False only while the loops end, and then the place is freed by retire().
    loops.post(loop, [list = std::move(list), number] { list->tasks.erase(number); });
}

void PluginHost::spawn(Task<void> task) {
    const std::size_t loop = lent_.loops.this_loop();
    if (loop >= spawned_.size()) throw std::logic_error{"spawn may be called only on an event loop"};
    if (!task) throw std::logic_error{"spawn of no task"};
    const std::shared_ptr<Spawned>& list = spawned_[loop];
    list->used = true;
    const std::uint64_t number = ++list->last_number;
    Task<void>& root = list->tasks[number] = watched(std::move(task), name_, list, number);
    root.start();
}

void PluginHost::post(std::size_t loop, std::function<void()> work) {
    if (loop >= spawned_.size()) throw std::logic_error{"post to a loop that there is not"};
    const std::shared_ptr<Spawned>& list = spawned_[loop];
    list->used = true;
    lent_.loops.post(loop, [list, plugin = name_, work = std::move(work)] {
        if (!list->open) return;
        try {
            work();
        } catch (const std::exception& thrown) {
            log::error(plugin, std::string{"posted work failed: "} + thrown.what());
        } catch (...) {
            log::error(plugin, "posted work failed with something that is no std::exception");
        }
    });
}

void PluginHost::add_page(std::string_view path, std::function<AdminAnswer(const AdminRequest&)> page) {
    auto registration = lent_.pages.add_page(name_, path, std::move(page));
    const std::lock_guard lock{registering_};
    registrations_.push_back(std::move(registration));
}

void PluginHost::add_command(std::string_view name, std::string_view help,
                             std::function<AdminAnswer(const AdminRequest&)> command) {
    auto registration = lent_.pages.add_command(name_, name, help, std::move(command));
    const std::lock_guard lock{registering_};
    registrations_.push_back(std::move(registration));
}

std::shared_ptr<void> PluginHost::shared_state(std::string_view name, std::string_view type,
                                               const std::function<std::shared_ptr<void>()>& make) {
    auto state = lent_.states.get(name_, name, type, make);
    const std::lock_guard lock{registering_};
    if (std::find(states_.begin(), states_.end(), name) == states_.end()) states_.emplace_back(name);
    return state;
}

void PluginHost::reserve_request_header(std::string_view name) { reserved_.emplace_back(name); }

std::vector<std::string> PluginHost::states() const {
    const std::lock_guard lock{registering_};
    return states_;
}

std::vector<std::string> states_of(const Host* host) {
    const auto* const ours = dynamic_cast<const PluginHost*>(host);
    return ours ? ours->states() : std::vector<std::string>{};
}

std::vector<std::string> reserved_headers_of(const Host* host) {
    const auto* ours = dynamic_cast<const PluginHost*>(host);
    return ours ? ours->reserved_request_headers() : std::vector<std::string>{};
}

void retire(Host* host) noexcept {
    if (auto* const ours = dynamic_cast<PluginHost*>(host)) ours->retire();
}

void serve(Host* host) noexcept {
    if (auto* const ours = dynamic_cast<PluginHost*>(host)) ours->serve();
}

bool writes_requests(const Host* host) noexcept {
    const auto* const ours = dynamic_cast<const PluginHost*>(host);
    return ours && ours->writes_requests();
}

}  // namespace tollgate::plugins
