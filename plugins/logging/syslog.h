// plugins/logging/syslog.h - Syslog: lines to a syslog daemon (RFC 5424), over a Unix socket, UDP or TCP.
#pragma once

#include "destination.h"

#include <chrono>
#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <sys/socket.h>

namespace tollgate::logging {

// Where a daemon listens: "/dev/log" (any Unix socket, of datagrams or a stream), "udp://192.0.2.9:514",
// "tcp://[2001:db8::1]:601", "tcp://logs.example.com". The port is 514 unless said.
struct SyslogAddress {
    enum class Kind { unix_socket, udp, tcp };
    Kind kind = Kind::unix_socket;
    std::string host, port;  // of a Unix socket `host` is its path

    static std::optional<SyslogAddress> parse(std::string_view text);
};

// One of those that a name has.
struct SocketAddress {
    sockaddr_storage address{};
    socklen_t length = 0;
};
// By the system's resolver, which may take its time. SOCK_DGRAM or SOCK_STREAM.
std::vector<SocketAddress> look_up(const SyslogAddress& name, int type);

// What stands before a message: `<134>1 2026-02-01T00:00:00.123456Z gate-1 tollgate 4711 access - `.
class SyslogHead {
public:
    // The words of syslog.conf, by their numbers.
    static constexpr const char* facilities[] = {"kern",   "user",   "mail",   "daemon", "auth",     "syslog",
                                                 "lpr",    "news",   "uucp",   "cron",   "authpriv", "ftp",
                                                 "ntp",    "audit",  "alert",  "clock",  "local0",   "local1",
                                                 "local2", "local3", "local4", "local5", "local6",   "local7"};
    static constexpr const char* severities[] = {"emerg", "alert", "crit", "err", "warning", "notice", "info", "debug"};

    // Throws std::invalid_argument where one is no such word.
    SyslogHead(std::string_view facility, std::string_view severity, std::string_view application);
    // Less than 512 bytes. Returns the end.
    char* put(char* out, std::chrono::system_clock::time_point time) const noexcept;

private:
    std::string before_, after_;  // the time
};

// A message for each line: a datagram, or a line of a stream (RFC 6587 section 3.4.2: they hold no line ends). A
// connection that is lost is made anew; what the kernel had taken of the old one may be lost with it, as syslog is. Of
// a name with several addresses those are tried in turn, until one takes something.
class Syslog final : public Destination {
public:
    using LookUp = std::function<std::vector<SocketAddress>(const SyslogAddress&, int type)>;
    Syslog(std::string name, SyslogAddress address, LookUp look_up = logging::look_up)
        : Destination{std::move(name)}, address_{std::move(address)}, look_up_{std::move(look_up)} {}
    ~Syslog() override;

    bool is_stream() const noexcept override { return true; }  // nothing is rotated
    bool is_open() const noexcept override { return descriptor_ >= 0; }
    int open() override;
    ssize_t write(std::string_view first, std::string_view second) noexcept override;
    int descriptor() const noexcept override { return descriptor_; }

    static constexpr std::size_t longest_datagram = 8192;  // what is longer is cut
    static constexpr std::chrono::milliseconds longest_connect{5'000}, longest_silence{30'000};  // of TCP

private:
    int open_unix();
    int open_network();
    int connect(int family, int type, const void* address, unsigned length);
    ssize_t write_datagram(std::string_view first, std::string_view second) noexcept;
    ssize_t write_stream(std::string_view first, std::string_view second) noexcept;
    void close() noexcept;

    const SyslogAddress address_;
    const LookUp look_up_;
    int descriptor_ = -1;
    std::size_t turn_ = 0;   // of the addresses
    bool took_some_ = true;  // the connection
    std::chrono::steady_clock::time_point opened_{};
    bool datagrams_ = false;
    bool inside_line_ = false;  // the connection that is lost had got the beginning
    bool skipping_ = false;     // its end is nothing for the new one
};

}  // namespace tollgate::logging
