// core/config/gate_assembly.cpp - `concurrency`, `queue` and `queue_time` of an upstream.
#include "config/assembly.h"

namespace tollgate::config {

void Assembly::set_gate(const Declaration& declaration, const std::string& owner, const CheckedSettings& settings,
                        upstream::Upstream& upstream) {
    if (settings.has("concurrency")) upstream.concurrency = std::size_t(settings.integer("concurrency"));
    if (settings.has("queue")) upstream.queue = std::size_t(settings.integer("queue"));
    if (settings.has("queue_time")) upstream.queue_time = settings.duration("queue_time");
    if (upstream.queue > 0 && upstream.concurrency == 0)
        add_problem(declaration.place, owner + ": queue: expected concurrency beside it, got none");
    if (declaration.item.find("queue_time") && upstream.queue == 0)
        add_problem(declaration.place, owner + ": queue_time: expected a queue of at least 1 beside it, got none");
}

}  // namespace tollgate::config
