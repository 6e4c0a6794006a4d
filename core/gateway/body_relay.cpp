// core/gateway/body_relay.cpp - passing a body on while others watch or hold it.
#include "gateway/body_relay.h"

#include <utility>

namespace tollgate {

std::string_view BodyRelay::pass(std::string_view piece) {
    if (piece.empty()) {
        ended_ = true;
        taps_.end(BodyEnd::complete);
    } else if (!taps_.empty()) {
        taps_.pass(piece);
    }
    // Who sends a body of known length asks for no more once it has all of it: that is the end, too.
    passed_ += piece.size();
    if (!ended_ && !taps_.empty() && source_->length() == passed_) taps_.end(BodyEnd::complete);
    return piece;
}

Task<std::optional<std::string_view>> BodyRelay::whole(std::size_t max) {
    while (!source_ended_ && held_.size() <= max) {
        const std::string_view piece = co_await source_->read();
        if (piece.empty()) source_ended_ = true;
        held_.append(piece);
    }
    if (source_ended_ && held_.size() <= max) co_return std::string_view{held_};
    co_return std::nullopt;
}

void BodyRelay::keep_from_going_on() {
    if (!source_ended_ || ended_) return;
    if (!std::exchange(held_passed_, true) && !held_.empty()) pass(held_);
    pass({});
}

bool BodyRelay::try_read(std::string_view& piece) {
    if (ended_) {
        piece = {};
        return true;
    }
    if (!held_passed_) {
        held_passed_ = true;
        if (!held_.empty()) {
            piece = pass(held_);
            return true;
        }
    }
    if (!source_ended_ && !source_->try_read(piece)) return false;
    if (source_ended_) piece = {};
    piece = pass(piece);
    return true;
}

const Headers* BodyRelay::trailers() const {
    const Headers* all = source_->trailers();
    if (!all || !refused_trailers_) return all;
    trailers_ = *all;
    refused_trailers_->remove_from(trailers_);
    return trailers_.size() > 0 ? &trailers_ : nullptr;
}

Task<std::string_view> BodyRelay::read() {
    std::string_view piece;
    if (try_read(piece)) co_return piece;
    co_return pass(co_await source_->read());
}

}  // namespace tollgate
