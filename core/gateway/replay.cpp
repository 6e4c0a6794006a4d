// core/gateway/replay.cpp - keeping a body while it passes, and passing it again.
#include "gateway/replay.h"

namespace tollgate {

std::string_view Replay::keep(std::string_view piece) {
    ended_ = piece.empty();
    if (forgotten_ || ended_) return piece;
    if (kept_.size() + piece.size() > most_) {
        forgotten_ = true;
        kept_ = {};
        at_ = 0;
        return piece;
    }
    kept_.append(piece);
    at_ = kept_.size();
    return piece;
}

// Not all at once: who sends it looks for an early answer between two pieces.
std::string_view Replay::kept_from(std::size_t& at) const {
    const auto piece = std::string_view{kept_}.substr(at, largest_piece);
    at += piece.size();
    return piece;
}

bool Replay::try_read(std::string_view& piece) {
    if (at_ < kept_.size()) {
        piece = kept_from(at_);
        return true;
    }
    if (ended_) {
        piece = {};
        return true;
    }
    try {
        if (!source_.try_read(piece)) return false;
    } catch (...) {
        forgotten_ = true;  // what was read is not the whole of it, and will not be
        throw;
    }
    piece = keep(piece);
    return true;
}

Task<std::string_view> Replay::read() {
    std::string_view piece;
    if (try_read(piece)) co_return piece;
    try {
        piece = co_await source_.read();
    } catch (...) {
        forgotten_ = true;
        throw;
    }
    co_return keep(piece);
}

bool SecondReading::try_read(std::string_view& piece) {
    piece = of_.kept_from(at_);
    return true;
}

Task<std::string_view> SecondReading::read() { co_return of_.kept_from(at_); }

}  // namespace tollgate
