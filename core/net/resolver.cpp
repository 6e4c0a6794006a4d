// core/net/resolver.cpp - one lookup per name at a time, on a thread that may block.
#include "net/resolver.h"

#include <Poco/Exception.h>

#include <algorithm>
#include <cerrno>
#include <coroutine>

namespace tollgate::net {

namespace {
constexpr auto lifetime = std::chrono::seconds{10};
constexpr std::size_t most_names = 1000;  // a plugin may fetch from names without end
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

Task<std::optional<Poco::Net::SocketAddress>> Resolver::resolve(const Address& where, Duration timeout, IoResult& result) {
    if (!names_.contains(where.text())) forget_old();
    Name& name = names_[where.text()];
    if (!name.asked && name.until <= loop_.now()) {
        name.asked = true;
        loop_.spawn(look_up(where, name));
    }
    if (!name.address && name.asked && !co_await Wait{loop_, name, timeout}) {
        result = {IoResult::Kind::timed_out};
        co_return std::nullopt;
    }
    if (!name.address) result = {IoResult::Kind::failed, EHOSTUNREACH};
    co_return name.address;
}

Task<void> Resolver::look_up(Address where, Name& name) {
    auto found = std::make_shared<std::optional<Poco::Net::SocketAddress>>();
    co_await blocking_.run([found, where] {
        try {
            *found = where.resolve();
        } catch (const Poco::Exception&) {
            found->reset();  // whoever waits is told EHOSTUNREACH
        }
    });
    // While DNS is away, the last answer is better than none.
    if (*found) name.address = **found;
    name.until = loop_.now() + (*found ? lifetime : std::chrono::seconds{1});
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
