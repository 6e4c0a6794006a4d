// core/gateway/snapshot.cpp - where a Snapshot is made and unmade: here its members' types are known.
#include "gateway/snapshot.h"

#include "config/outline.h"
#include "config/script.h"
#include "config/written.h"

namespace tollgate {

Snapshot::Snapshot() = default;

Snapshot::~Snapshot() = default;

}  // namespace tollgate
