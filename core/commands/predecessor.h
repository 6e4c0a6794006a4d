// core/commands/predecessor.h - Predecessor: the process that has started this one to take its place (an upgrade).
#pragma once

#include "commands/handover.h"

#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace tollgate::commands {

// The main thread's. Where it is destroyed before take_its_place(), the process before goes on as it was.
class Predecessor {
public:
    // By the variable, which goes; null: there is none. Throws std::runtime_error where it names no such socket.
    static std::unique_ptr<Predecessor> of_environment();
    ~Predecessor();
    Predecessor(const Predecessor&) = delete;

    // What it hands over, but for its log. Throws std::runtime_error.
    Estate receive();
    // Says that this process serves, waits for its word, and then has `take` done; it ends after that. False: it
    // has changed its mind, or hangs. Where it is gone this process is the only one, and takes its place as well.
    // `take` is what cannot wait, and must not hang: this process would be ended for it, with whom it serves by then.
    bool take_its_place(const std::function<void()>& take);
    // After that: all is done.
    void say_settled();

private:
    explicit Predecessor(int descriptor) : handover_{descriptor} {}
    void use_its_log() noexcept;
    void say(std::string_view word);

    Handover handover_;
    int log_ = -1;
};

}  // namespace tollgate::commands
