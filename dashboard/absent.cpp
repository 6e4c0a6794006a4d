// dashboard/absent.cpp - instead of the page's files, where the gateway is built without it (TOLLGATE_DASHBOARD=OFF).
#include "admin/dashboard.h"

namespace tollgate::admin {

std::span<const File> dashboard_files() { return {}; }

}  // namespace tollgate::admin
