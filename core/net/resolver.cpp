// core/net/resolver.cpp - what a loop knows of names, and when it asks for them anew.
#include "net/resolver.h"

#include <algorithm>
#include <cerrno>
#include <coroutine>
#include <cstddef>
#include <utility>

namespace tollgate::net {

namespace {
constexpr auto lifetime = std::chrono::seconds{10};
constexpr std::size_t most_names = 1000;  // a plugin may fetch from names without end

// Each family in its place, with another one of it first each time.
Resolver::Addresses in_turn(Resolver::Addresses addresses, std::size_t turn) {
    for (auto first = addresses.begin(); first != addresses.end();) {
        const auto end = std::find_if(first, addresses.end(), [&](const auto& one) { return one.family() != first->family(); });
        std::rotate(first, first + std::ptrdiff_t(turn % std::size_t(end - first)), end);
        first = end;
    }
    return addresses;
}
}  // namespace

class Resolver::Wait final : private Timer {
public:
    Wait(EventLoop& loop, Name& name, Duration timeout) noexcept : loop_{loop}, name_{name}, timeout_{timeout} {}
    ~Wait() {
        if (listed_) name_.waiting.remove(this);
    }
    bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<> waiter) {
        waiter_ = waiter;
        name_.waiting.push_back(this);
        listed_ = true;
        loop_.arm(*this, timeout_);
    }
    bool await_resume() const noexcept { return in_time_; }
    void tell() {  // taken off the list by the caller
        listed_ = false;
        in_time_ = true;
        disarm();
        waiter_.resume();
    }

private:
    void on_timer() override { waiter_.resume(); }
    EventLoop& loop_;
    Name& name_;
    Duration timeout_;
    bool listed_ = false, in_time_ = false;
    std::coroutine_handle<> waiter_;
};

Task<Resolver::Addresses> Resolver::resolve(const Address& where, Duration timeout, IoResult& result) {
    if (!names_.contains(where.text())) forget_old();
    Name& name = names_[where.text()];
    freshen(where);
    if (name.known.current().empty() && name.asked && !co_await Wait{loop_, name, timeout}) {
        result = {IoResult::Kind::timed_out};
        co_return Addresses{};
    }
    if (name.known.current().empty()) result = {IoResult::Kind::failed, EHOSTUNREACH};
    co_return in_turn(name.known.current(), name.turn++);
}

void Resolver::freshen(const Address& where) {
    const auto found = names_.find(where.text());
    if (found == names_.end()) return;
    Name& name = found->second;
    if (name.asked || name.until > loop_.now()) return;
    name.asked = true;
    loop_.spawn(look_up(where, name));
}

bool Resolver::withdrawn(const std::string& name, const Poco::Net::SocketAddress& address) const {
    const auto found = names_.find(name);
    return found != names_.end() && found->second.known.withdrawn(address);
}

Task<void> Resolver::look_up(Address where, Name& name) {
    auto found = co_await lookups_.ask(where);
    name.until = loop_.now() + (found.empty() ? std::chrono::seconds{1} : lifetime);
    // While DNS is away, the last answer is better than none.
    if (!found.empty() && name.known.take_in(std::move(found))) {
        any_withdrawn_ = true;
        if (withdrawn_) withdrawn_(where.text());
    }
    while (!name.waiting.empty()) {
        Wait* next = name.waiting.front();
        name.waiting.pop_front();
        next->tell();
    }
    name.asked = false;  // only now: until then the name is not forgotten
}

void Resolver::forget_old() {
    if (names_.size() < most_names) return;
    std::erase_if(names_, [this](const auto& entry) {
        const Name& name = entry.second;
        return !name.asked && name.waiting.empty() && name.until <= loop_.now();
    });
}

}  // namespace tollgate::net
