// loadtest/upstream/pauses.h - Pauses: what one loop's requests wait for, ended early when the upstream stops.
#pragma once

#include "net/stream.h"

#include <coroutine>

namespace tollgate::loadtest {

// One loop only, on its thread.
class Pauses {
    // Somebody who waits; leaves the list with its destructor.
    class Held {
    protected:
        explicit Held(Pauses& pauses) noexcept : next_{pauses.first_}, before_{&pauses.first_} {
            if (next_) next_->before_ = &next_;
            pauses.first_ = this;
        }
        Held(const Held&) = delete;
        ~Held() { leave(); }
        void leave() noexcept {
            if (!before_) return;
            *before_ = next_;
            if (next_) next_->before_ = before_;
            before_ = nullptr;
        }

    private:
        friend class Pauses;
        virtual void release() = 0;  // has left the list; may destroy it
        Held* next_;
        Held** before_;
    };

public:
    explicit Pauses(net::EventLoop& loop) noexcept : loop_{loop} {}

    // To be awaited.
    class Pause final : private Held, private net::Timer {
    public:
        Pause(Pauses& pauses, net::Duration time) noexcept : Held{pauses}, pauses_{pauses}, time_{time} {}
        bool await_ready() const noexcept { return pauses_.released_ || time_ <= net::Duration::zero(); }
        void await_suspend(std::coroutine_handle<> waiter) noexcept {
            waiter_ = waiter;
            pauses_.loop_.arm(*this, time_);
        }
        void await_resume() const noexcept {}

    private:
        void on_timer() override { waiter_.resume(); }
        void release() override {
            disarm();
            waiter_.resume();
        }
        Pauses& pauses_;
        net::Duration time_;
        std::coroutine_handle<> waiter_;
    };
    Pause pause(net::Duration time) noexcept { return {*this, time}; }

    // Until the client ends its side of the connection. What it sends meanwhile is dropped.
    Task<void> until_left(net::Stream& stream);

    // Everybody goes on now, and nobody is held any more.
    void release() {
        released_ = true;
        while (Held* held = first_) {
            held->leave();
            held->release();
        }
    }

private:
    class Interrupting;
    net::EventLoop& loop_;
    Held* first_ = nullptr;
    bool released_ = false;
};

}  // namespace tollgate::loadtest
