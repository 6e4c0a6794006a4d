// core/gateway/body_relay.h - BodyRelay: a body on its way through the gateway, watched by taps, held where asked.
#pragma once

#include <tollgate/message.h>

#include "http/body_taps.h"
#include "snapshot/reserved_headers.h"

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace tollgate {

// Reads from a source it owns or borrows. Destroying it before the end tells the taps that the body was cut.
class BodyRelay final : public BodySource {
public:
    explicit BodyRelay(BodySource& source) noexcept : source_{&source} {}
    explicit BodyRelay(std::unique_ptr<BodySource> source) noexcept : owned_{std::move(source)}, source_{owned_.get()} {}

    void add_tap(std::unique_ptr<BodyTap> tap) { taps_.add(std::move(tap)); }
    // The whole body if it has at most `max` bytes, else nullopt; what was read to find out is kept and flows on.
    Task<std::optional<std::string_view>> whole(std::size_t max);
    // The body ends here: where it was taken whole, taps see it pass; else they see it cut once this is destroyed.
    void keep_from_going_on();

    Task<std::string_view> read() override;
    bool try_read(std::string_view& piece) override;
    std::optional<std::uint64_t> length() const override { return source_->length(); }
    const Headers* trailers() const override;
    // Trailers of those names do not go on. They must outlive it.
    void refuse_trailers(const ReservedHeaders& names) noexcept { refused_trailers_ = &names; }

private:
    std::string_view pass(std::string_view piece);

    std::unique_ptr<BodySource> owned_;
    BodySource* source_;
    const ReservedHeaders* refused_trailers_ = nullptr;
    mutable Headers trailers_;  // those that are left, where some are refused
    http::BodyTaps taps_;
    std::uint64_t passed_ = 0;
    std::string held_;  // read by whole() and not yet passed on
    bool held_passed_ = false, source_ended_ = false, ended_ = false;
};

}  // namespace tollgate
