// core/support/descriptors.h - how many files and sockets this process may have open.
#pragma once

namespace tollgate {

// As many as the machine allows, not as a login shell suggests. False where the system refuses.
bool raise_descriptor_limit() noexcept;

}  // namespace tollgate
