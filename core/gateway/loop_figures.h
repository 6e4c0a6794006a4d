// core/gateway/loop_figures.h - LoopFigures: how busy one loop is, and how late.
#pragma once

#include "net/event_loop.h"
#include "plugins/metrics.h"

#include <cstddef>

namespace tollgate {

class LoopFigures final : public net::TurnListener {
public:
    LoopFigures(plugins::Metrics& metrics, std::size_t loop);
    void on_turn(net::Duration length) noexcept override { turns_.observe(length); }
    void on_timers(net::Duration late) noexcept override { late_.observe(late); }

private:
    plugins::Histogram &turns_, &late_;
};

}  // namespace tollgate
