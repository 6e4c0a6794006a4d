// core/admin/dashboard.h - the files of the dashboard, which dashboard/ is built into.
#pragma once

#include "admin/files.h"

namespace tollgate::admin {

// Empty where the gateway was built without it.
std::span<const File> dashboard_files();

}  // namespace tollgate::admin
