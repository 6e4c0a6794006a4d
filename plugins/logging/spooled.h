// plugins/logging/spooled.h - Spooled: the destination that writes lines down in a Spool.
#pragma once

#include "destination.h"
#include "spool.h"

#include <memory>
#include <string>

namespace tollgate::logging {

class Spooled final : public Destination {
public:
    Spooled(std::string name, std::shared_ptr<Spool> spool) : Destination{std::move(name)}, spool_{std::move(spool)} {}

    bool is_stream() const noexcept override { return true; }  // nothing is rotated
    bool is_open() const noexcept override { return open_; }
    int open() override;
    ssize_t write(std::string_view first, std::string_view second) noexcept override;
    int descriptor() const noexcept override { return -1; }
    std::string explain(int error) const override;

    static constexpr std::size_t longest_frame = 256 << 10;

private:
    const std::shared_ptr<Spool> spool_;
    bool open_ = false;
    std::string joined_;  // lines that wrap around the end of a ring
};

}  // namespace tollgate::logging
