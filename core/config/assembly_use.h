// core/config/assembly_use.h - Assembly::Use: one `auth { ... }` on its way into the snapshot.
#pragma once

#include "config/assembly.h"

namespace tollgate::config {

struct Assembly::Use {
    std::optional<CheckedSettings> settings;  // nullopt: something is wrong with them
    PluginUse* made = nullptr;                // in the snapshot, once it is in some chain
};

}  // namespace tollgate::config
