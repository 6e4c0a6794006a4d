// core/gateway/next_target.h - which of an upstream's targets a request would be sent to now, for an operator who asks.
#pragma once

#include <tollgate/task.h>

#include <cstdint>
#include <string>

namespace tollgate {

struct LoopShare;
namespace plugins {
class LoopServices;
}

struct NextTarget {
    enum class Found : std::uint8_t { target, no_upstream, no_target };
    Found found = Found::no_upstream;
    std::string target{};  // its address, as written
    std::string url{};     // "http://127.0.0.1:9001"
    std::string why{};     // where there is none
};

// [loop of `share`] Asks the plugins of the first route that goes to that upstream, as a `GET /` of nobody would: turns go
// on by it, but nothing is sent, logged or counted.
Task<NextTarget> next_target(LoopShare& share, std::string upstream);

// The same from any thread that is no loop's: asked on the first loop. Throws std::runtime_error where it does not answer.
NextTarget ask_for_next_target(plugins::LoopServices& loops, LoopShare& first, const std::string& upstream);

}  // namespace tollgate
