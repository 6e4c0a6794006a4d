// core/net/lookups.cpp - one thread asks, and every loop that waits is told.
#include "net/lookups.h"

#include "net/event_loop.h"
#include "support/log.h"

#include <Poco/Exception.h>

#include <coroutine>
#include <utility>

namespace tollgate::net {

// Shared by the awaiting coroutine and who tells it: whoever comes last frees it.
struct Lookups::Waiter {
    EventLoop& loop;
    std::coroutine_handle<> waiting{};  // loop's only; empty once nobody waits
    Addresses found{};                  // written before the loop is told
};

struct Lookups::Wait {
    std::shared_ptr<Waiter> waiter;
    ~Wait() { waiter->waiting = nullptr; }
    bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<> waiting) noexcept { waiter->waiting = waiting; }
    Addresses await_resume() noexcept {
        waiter->waiting = nullptr;
        return std::move(waiter->found);
    }
};

Task<Lookups::Addresses> Lookups::ask(Address where) {
    auto waiter = std::make_shared<Waiter>(*EventLoop::current());
    bool first = false;
    {
        const std::lock_guard lock{mutex_};
        auto& waiting = asking_[where.text()];
        first = waiting.empty();
        waiting.push_back(waiter);
    }
    if (first) {
        try {
            threads_.begin([this, where] { look_up(where); });
        } catch (const std::exception& problem) {
            log::warning("net", "no thread to ask DNS on: " + std::string{problem.what()});
            conclude(where.text(), {});
        }
    }
    co_return co_await Wait{std::move(waiter)};
}

void Lookups::look_up(const Address& where) {
    Addresses found;
    try {
        found = lookup_(where);
    } catch (const Poco::Exception&) {
        found.clear();  // whoever waits is told that there is none
    } catch (const std::exception& problem) {
        log::warning("net", where.text() + ": looking it up failed: " + problem.what());
        found.clear();
    }
    conclude(where.text(), found);
}

// Tasks that wait are never resumed here, but in a turn of their loops.
void Lookups::conclude(const std::string& name, const Addresses& found) {
    std::vector<std::shared_ptr<Waiter>> waiting;
    {
        const std::lock_guard lock{mutex_};
        const auto entry = asking_.find(name);
        waiting = std::move(entry->second);
        asking_.erase(entry);
    }
    for (auto& waiter : waiting) {
        waiter->found = found;
        auto& loop = waiter->loop;
        loop.post([waiter = std::move(waiter)] {
            if (waiter->waiting) waiter->waiting.resume();
        });
    }
}

}  // namespace tollgate::net
