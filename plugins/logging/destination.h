// plugins/logging/destination.h - Destination: what a Writer writes lines to, and what all of them have in common.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include <sys/types.h>

namespace tollgate::logging {

// What errno means, in our style: "no space left on device".
std::string failure_text(int error);

// What has that name: the file of that descriptor, another one that somebody has put there, or nothing (also where it
// cannot be found out).
enum class Named { it, another, nothing };
Named what_has_name(int descriptor, const std::string& name) noexcept;

// Used by one thread, which has SIGPIPE blocked: a reader who has gone is an error like others. What a loop hands over
// ends where a line ends, and so does what write() is given.
class Destination {
public:
    // `name`: for people and metrics.
    explicit Destination(std::string name) : name_{std::move(name)} {}
    virtual ~Destination() = default;
    Destination(const Destination&) = delete;
    Destination& operator=(const Destination&) = delete;

    const std::string& name() const noexcept { return name_; }
    // True where there is nothing to open anew after a rotation.
    virtual bool is_stream() const noexcept { return false; }
    virtual bool is_open() const noexcept = 0;
    // 0, or errno; then what was open before still is.
    virtual int open() = 0;
    // The bytes that were taken, of `first` and then of `second`; -1 with errno, EAGAIN where taking any would mean to
    // wait. A disk is the one thing that may still keep us waiting.
    virtual ssize_t write(std::string_view first, std::string_view second) noexcept = 0;
    // For poll(), when write() said EAGAIN.
    virtual int descriptor() const noexcept = 0;
    // What went wrong, for people.
    virtual std::string explain(int error) const { return failure_text(error); }
    // What is worth a word and kept no line from being written: once each. "": nothing.
    virtual std::string take_remark() { return {}; }

private:
    const std::string name_;
};

}  // namespace tollgate::logging
