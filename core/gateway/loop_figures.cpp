// core/gateway/loop_figures.cpp - naming the figures of a loop.
#include "gateway/loop_figures.h"

#include <array>
#include <string>

namespace tollgate {

namespace {

using namespace std::chrono_literals;

// From a turn with one request in it to one in which everybody noticed.
constexpr std::array<std::chrono::nanoseconds, 11> bounds{25us, 100us, 250us, 1ms,   2500us, 5ms,
                                                          10ms, 25ms,  100ms, 250ms, 1s};

}  // namespace

LoopFigures::LoopFigures(plugins::Metrics& metrics, std::size_t loop)
    : turns_{metrics.histogram("tollgate_loop_turn_duration_seconds",
                               "How long a loop was busy between two looks at what is ready.", bounds,
                               {{"loop", std::to_string(loop)}})},
      late_{metrics.histogram("tollgate_loop_lag_seconds", "By how much a loop's timers were late.", bounds,
                              {{"loop", std::to_string(loop)}})} {}

}  // namespace tollgate
