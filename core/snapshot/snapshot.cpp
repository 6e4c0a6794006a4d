// core/snapshot/snapshot.cpp - where a Snapshot is made and unmade, once for all who include it.
#include "snapshot/snapshot.h"

namespace tollgate {

Snapshot::Snapshot() = default;

Snapshot::~Snapshot() = default;

}  // namespace tollgate
