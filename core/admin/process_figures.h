// core/admin/process_figures.h - what the kernel knows of this process, under the names that Prometheus' own clients use.
#pragma once

#include "plugins/metrics.h"

#include <vector>

namespace tollgate::admin {

// Figures of the process and of the build, read when they are asked for, while what is returned lives.
std::vector<plugins::Metrics::Watch> watch_process(plugins::Metrics& metrics);

}  // namespace tollgate::admin
