// loadtest/upstream/record.cpp - gathering lines and writing them whole.
#include "loadtest/upstream/record.h"

#include "support/log.h"
#include "support/text.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace tollgate::loadtest {

Record::Record(const std::string& path)
    : descriptor_{path == "-" ? ::dup(STDOUT_FILENO)
                              : ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644)} {
    if (descriptor_ < 0) throw std::system_error{errno, std::system_category()};
}

Record::~Record() { ::close(descriptor_); }

// One write() for all: the kernel keeps those of several loops apart, the file being open for appending.
void Record::write(std::string_view lines, std::uint64_t count) noexcept {
    while (!lines.empty()) {
        const ssize_t written = ::write(descriptor_, lines.data(), lines.size());
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) {
            int none = 0;
            error_.compare_exchange_strong(none, errno);
            lost_ += count;
            return;
        }
        lines.remove_prefix(static_cast<std::size_t>(written));
    }
}

std::string Record::problem() const { return std::system_category().message(error_.load()); }

void RecordLines::add(std::chrono::system_clock::time_point when, std::string_view instance, std::string_view method,
                      std::string_view target, std::string_view id, std::string_view outcome) {
    constexpr std::size_t most = 64 << 10;
    constexpr net::Duration at_latest = std::chrono::milliseconds{100};
    lines_.append(log::timestamp(when)).append("\t").append(text::printable(instance)).append("\t").append(method);
    lines_.append("\t").append(target).append("\t").append(id.empty() ? "-" : text::printable(id)).append("\t");
    lines_.append(outcome).append("\n");
    ++count_;
    if (lines_.size() >= most) return flush();
    if (!armed()) loop_.arm(*this, at_latest);
}

void RecordLines::flush() noexcept {
    record_.write(lines_, count_);
    lines_.clear();
    count_ = 0;
}

}  // namespace tollgate::loadtest
