// plugins/logging/output.h - Output: a stream or a file, written without ever waiting for a reader.
#pragma once

#include "destination.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace tollgate::logging {

class Output final : public Destination {
public:
    // "stdout", "stderr" or the path of a file (also of a FIFO or a device).
    explicit Output(std::string destination) : Destination{std::move(destination)} {}
    ~Output() override;

    // What stands in the way of writing there, or "". Creates nothing: `tollgate check` asks this too, perhaps as
    // another user than the gateway's.
    static std::string problem_with(const std::string& destination);

    bool is_stream() const noexcept override { return name() == "stdout" || name() == "stderr"; }
    bool is_open() const noexcept override { return descriptor_ >= 0; }
    // A file is appended to, and made with mode 0640.
    int open() override;
    // A stream whose reader has gone is closed by that, to be opened anew.
    ssize_t write(std::string_view first, std::string_view second) noexcept override;
    int descriptor() const noexcept override { return descriptor_; }

private:
    // How writing without waiting is had.
    enum class Kind {
        direct,    // a file, or a descriptor of our own with O_NONBLOCK
        socket,    // MSG_DONTWAIT
        borrowed,  // shared with others, for whom O_NONBLOCK must not change: asked first, then a little at a time
    };

    int open_stream();
    ssize_t put(std::string_view first, std::string_view second) noexcept;
    void adopt(int descriptor, Kind kind) noexcept;

    int descriptor_ = -1;
    Kind kind_ = Kind::direct;
};

}  // namespace tollgate::logging
