// core/http/body_taps.cpp - telling taps.
#include "http/body_taps.h"

#include "support/log.h"

#include <string>

namespace tollgate::http {

namespace {

template <class F>
void tell_each(std::vector<std::unique_ptr<BodyTap>>& taps, F tell) {
    std::erase_if(taps, [&](const auto& tap) {
        try {
            tell(*tap);
            return false;
        } catch (const std::exception& problem) {
            log::error("http", std::string("a body tap failed: ") + problem.what());
        } catch (...) {
            log::error("http", "a body tap failed with something that is no std::exception");
        }
        return true;
    });
}

}  // namespace

void BodyTaps::pass(std::string_view piece) {
    tell_each(taps_, [piece](BodyTap& tap) { tap.on_piece(piece); });
}

void BodyTaps::end(BodyEnd how) noexcept {
    tell_each(taps_, [how](BodyTap& tap) { tap.on_end(how); });
    taps_.clear();
}

}  // namespace tollgate::http
