// core/gateway/body_relay.cpp - passing a body on while others watch or hold it.
#include "gateway/body_relay.h"

#include "support/log.h"

namespace tollgate {

namespace {

template <class F>
void tell_each(std::vector<std::unique_ptr<BodyTap>>& taps, F tell) {
    std::erase_if(taps, [&](const auto& tap) {
        try {
            tell(*tap);
            return false;
        } catch (const std::exception& problem) {
            log::error("gateway", std::string("a body tap failed: ") + problem.what());
        } catch (...) {
            log::error("gateway", "a body tap failed with something that is no std::exception");
        }
        return true;
    });
}

}  // namespace

void tell_taps(std::vector<std::unique_ptr<BodyTap>>& taps, std::string_view piece) {
    tell_each(taps, [piece](BodyTap& tap) { tap.on_piece(piece); });
}

void tell_taps(std::vector<std::unique_ptr<BodyTap>>& taps, BodyEnd end) noexcept {
    tell_each(taps, [end](BodyTap& tap) { tap.on_end(end); });
    taps.clear();
}

BodyRelay::~BodyRelay() { tell_taps(taps_, BodyEnd::cut); }

std::string_view BodyRelay::pass(std::string_view piece) {
    if (piece.empty()) {
        ended_ = true;
        tell_taps(taps_, BodyEnd::complete);
    } else if (!taps_.empty()) {
        tell_taps(taps_, piece);
    }
    // Who sends a body of known length asks for no more once it has all of it: that is the end, too.
    passed_ += piece.size();
    if (!ended_ && !taps_.empty() && source_->length() == passed_) tell_taps(taps_, BodyEnd::complete);
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

Task<std::string_view> BodyRelay::read() {
    std::string_view piece;
    if (try_read(piece)) co_return piece;
    co_return pass(co_await source_->read());
}

}  // namespace tollgate
