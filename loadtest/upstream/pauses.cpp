// loadtest/upstream/pauses.cpp - holding a connection that is never answered.
#include "loadtest/upstream/pauses.h"

#include <array>

namespace tollgate::loadtest {

class Pauses::Interrupting final : private Held {
public:
    Interrupting(Pauses& pauses, net::Stream& stream) noexcept : Held{pauses}, stream_{stream} {}

private:
    void release() override { stream_.interrupt_reading(); }
    net::Stream& stream_;
};

Task<void> Pauses::until_left(net::Stream& stream) {
    if (released_) co_return;
    const Interrupting interrupting{*this, stream};
    std::array<char, 4096> dropped;
    while (co_await stream.read(dropped, net::Duration::max())) continue;
}

}  // namespace tollgate::loadtest
