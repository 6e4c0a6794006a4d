// plugins/logging/spooled.cpp - lines of a ring as frames of a spool.
#include "spooled.h"

#include <cerrno>
#include <new>

namespace tollgate::logging {

int Spooled::open() {
    const int error = spool_->open();
    open_ = error == 0;
    return error;
}

ssize_t Spooled::write(std::string_view first, std::string_view second) noexcept try {
    std::string_view lines = first;
    if (!second.empty() && !first.ends_with('\n')) {
        // Until the line that wraps around is whole, which is what the rest begins with.
        joined_.assign(first.substr(first.rfind('\n') + 1)).append(second.substr(0, second.find('\n') + 1));
        lines = first.substr(0, first.rfind('\n') + 1);
        if (lines.empty()) lines = joined_;
    }
    if (lines.size() > longest_frame)
        if (const auto end = lines.rfind('\n', longest_frame - 1); end != lines.npos) lines = lines.substr(0, end + 1);
    const int error = spool_->append(lines);
    if (error == 0) return static_cast<ssize_t>(lines.size());
    errno = error;
    return -1;
} catch (const std::bad_alloc&) {
    errno = ENOMEM;
    return -1;
}

std::string Spooled::explain(int error) const {
    if (error == EBUSY) return spool_->folder() + ": too many gateways use this spool; give each one of its own";
    if (error == EDQUOT) return spool_->folder() + ": the spool is full";
    return spool_->folder() + ": " + failure_text(error);
}

}  // namespace tollgate::logging
