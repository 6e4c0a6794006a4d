// plugins/logging/output.h - Output: the stream or file that lines go to, written without ever waiting for a reader.
#pragma once

#include <string>
#include <string_view>

#include <sys/types.h>

namespace tollgate::logging {

// Used by one thread. Its thread must have SIGPIPE blocked: a pipe whose reader has gone is an error like others.
class Output {
public:
    // "stdout", "stderr" or the path of a file (also of a FIFO or a device).
    explicit Output(std::string destination) : destination_{std::move(destination)} {}
    ~Output();
    Output(const Output&) = delete;
    Output& operator=(const Output&) = delete;

    // What stands in the way of writing there, or "". Creates nothing: `tollgate check` asks this too, perhaps as
    // another user than the gateway's.
    static std::string problem_with(const std::string& destination);

    bool is_stream() const noexcept { return destination_ == "stdout" || destination_ == "stderr"; }
    bool is_open() const noexcept { return descriptor_ >= 0; }
    // 0, or errno; then what was open before still is. A file is appended to, and made with mode 0640.
    int open();
    // The bytes that were taken, of `first` and then of `second`; -1 with errno, EAGAIN where taking any would mean
    // to wait. A file on a disk is the one thing that may still keep us waiting.
    ssize_t write(std::string_view first, std::string_view second) noexcept;
    // For poll(), when write() said EAGAIN.
    int descriptor() const noexcept { return descriptor_; }
    const std::string& destination() const noexcept { return destination_; }

private:
    // How writing without waiting is had.
    enum class Kind {
        direct,    // a file, or a descriptor of our own with O_NONBLOCK
        socket,    // MSG_DONTWAIT
        borrowed,  // shared with others, for whom O_NONBLOCK must not change: asked first, then a little at a time
    };

    int open_stream();
    void adopt(int descriptor, Kind kind) noexcept;

    std::string destination_;
    int descriptor_ = -1;
    Kind kind_ = Kind::direct;
};

// What errno means, in our style: "no space left on device".
std::string failure_text(int error);

}  // namespace tollgate::logging
