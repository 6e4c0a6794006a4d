// tests/support/relay.h - Relay: a way to an address that can be cut, as the network between two regions can.
#pragma once

#include <atomic>
#include <list>
#include <string>
#include <thread>

namespace tollgate::test {

// Cut, it takes connections and bytes and hands on nothing: nobody is told. Mended, everything goes on where it was.
class Relay {
public:
    explicit Relay(std::string target);
    ~Relay();
    Relay(const Relay&) = delete;
    Relay& operator=(const Relay&) = delete;

    const std::string& address() const noexcept { return address_; }  // "127.0.0.1:43210"
    void cut() { change(true); }
    void mend() { change(false); }

private:
    struct Pair {
        int client, target;
        bool ended = false;
    };
    void change(bool cut);
    void wake() const;
    void run();
    void accept_one();
    static bool pass(int from, int to);

    const std::string target_;
    const int listening_, waking_;
    const std::string address_;
    std::atomic<bool> cut_{false}, over_{false};
    std::list<Pair> pairs_;  // the thread's
    std::thread thread_;
};

}  // namespace tollgate::test
