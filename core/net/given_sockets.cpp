// core/net/given_sockets.cpp - what is known of a descriptor, and whose address it is.
#include "net/given_sockets.h"

#include "support/text.h"

#include <Poco/Exception.h>
#include <Poco/Net/ServerSocketImpl.h>

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <string_view>
#include <system_error>
#include <utility>

namespace tollgate::net {

namespace {

using Poco::Net::SocketAddress;

constexpr int first_descriptor = 3;  // SD_LISTEN_FDS_START
constexpr std::string_view unix_prefix = "unix:";

class OfDescriptor final : public Poco::Net::ServerSocketImpl {
public:
    explicit OfDescriptor(int descriptor) { reset(descriptor); }
};

struct Adopted final : Poco::Net::ServerSocket {
    explicit Adopted(int descriptor) : ServerSocket{new OfDescriptor{descriptor}, true} {}
};

// "" where it has none that could be listened at.
std::string bound_address(int descriptor) {
    sockaddr_storage where{};
    socklen_t size = sizeof where;
    if (::getsockname(descriptor, reinterpret_cast<sockaddr*>(&where), &size) != 0) return {};
    if (where.ss_family == AF_INET || where.ss_family == AF_INET6)
        return SocketAddress{reinterpret_cast<const sockaddr*>(&where), size}.toString();
    const auto& local = reinterpret_cast<const sockaddr_un&>(where);
    const std::size_t length = size - std::min(std::size_t{size}, offsetof(sockaddr_un, sun_path));
    if (where.ss_family != AF_UNIX || length == 0 || local.sun_path[0] != '/') return {};
    return std::string{unix_prefix} + std::string{local.sun_path, strnlen(local.sun_path, length)};
}

int option(int descriptor, int name) {
    int value = 0;
    socklen_t size = sizeof value;
    return ::getsockopt(descriptor, SOL_SOCKET, name, &value, &size) == 0 ? value : -1;
}

// Where the kernel says that a socket for this address is bound. Every address is IPv6's, or IPv4's where there is no
// IPv6 or who opened it wanted none.
std::vector<std::string> bound_addresses(const Address& address) {
    if (address.is_unix()) return {address.text()};
    const SocketAddress where = address.resolve();
    if (!address.host().empty()) return {where.toString()};
    return {where.toString(), SocketAddress{Poco::Net::IPAddress{"0.0.0.0"}, address.port()}.toString()};
}

std::optional<int> number_in(const char* variable) {
    const char* const said = std::getenv(variable);
    return said ? text::whole_number<int>(said) : std::nullopt;
}

std::vector<std::string> names_in(const char* variable) {
    const char* const said = std::getenv(variable);
    std::vector<std::string> names;
    if (!said) return names;
    for (std::string_view rest = said;;) {
        const auto colon = rest.find(':');
        names.emplace_back(rest.substr(0, colon));
        if (colon == rest.npos) return names;
        rest.remove_prefix(colon + 1);
    }
}

}  // namespace

Poco::Net::ServerSocket server_socket(int descriptor) {
    Adopted socket{descriptor};
    socket.setBlocking(false);
    return socket;
}

GivenSockets::~GivenSockets() {
    for (const Held& held : held_)
        if (held.socket.descriptor >= 0) ::close(held.socket.descriptor);
}

std::vector<std::string> GivenSockets::take_from_environment() {
    const auto count = number_in("LISTEN_FDS");
    const bool ours = number_in("LISTEN_PID") == ::getpid();
    const auto names = names_in("LISTEN_FDNAMES");
    for (const char* variable : {"LISTEN_FDS", "LISTEN_PID", "LISTEN_FDNAMES"}) ::unsetenv(variable);
    std::vector<std::string> problems;
    if (!count || !ours) return problems;
    for (int i = 0; i < *count; ++i) {
        const std::string name = std::size_t(i) < names.size() ? names[std::size_t(i)] : std::string{};
        const std::string problem = add({"", name, first_descriptor + i, true});
        if (!problem.empty()) problems.push_back("LISTEN_FDS: " + problem);
    }
    return problems;
}

std::string GivenSockets::add(Socket socket) {
    const int descriptor = socket.descriptor;
    const std::string what = "descriptor " + std::to_string(descriptor) +
                             (socket.name.empty() ? "" : " (" + socket.name + ")") + ": ";
    if (::fcntl(descriptor, F_SETFD, FD_CLOEXEC) != 0) return what + std::generic_category().message(errno);
    if (option(descriptor, SO_TYPE) != SOCK_STREAM || option(descriptor, SO_ACCEPTCONN) != 1) {
        ::close(descriptor);
        return what + "expected a socket that listens for streams, got something else";
    }
    std::string bound = bound_address(descriptor);
    if (bound.empty()) {
        ::close(descriptor);
        return what + "expected an IP address or a path that it listens at, got something else";
    }
    const std::lock_guard lock{mutex_};
    held_.push_back({std::move(socket), std::move(bound)});
    return {};
}

GivenSockets::Found GivenSockets::take(const Address& address) {
    if (size() == 0) return {};
    const std::vector<std::string> wanted = bound_addresses(address);  // may ask for a name
    const std::lock_guard lock{mutex_};
    const auto by = [&](const auto& fits) {
        return std::find_if(held_.begin(), held_.end(),
                            [&](const Held& held) { return held.socket.descriptor >= 0 && fits(held); });
    };
    auto found = by([&](const Held& held) { return held.socket.address == address.text(); });
    for (auto bound = wanted.begin(); found == held_.end() && bound != wanted.end(); ++bound)
        found = by([&](const Held& held) { return held.bound == *bound; });
    if (found == held_.end()) return {};
    found->taken = true;
    if (!found->socket.lent) return {std::exchange(found->socket.descriptor, -1), false};
    const int copy = ::fcntl(found->socket.descriptor, F_DUPFD_CLOEXEC, 0);
    if (copy < 0) throw Poco::IOException{"dup", std::generic_category().message(errno), errno};
    return {copy, true};
}

std::vector<std::string> GivenSockets::left_over() const {
    const std::lock_guard lock{mutex_};
    std::vector<std::string> left;
    for (const Held& held : held_)
        if (!held.taken) left.push_back(held.shown());
    return left;
}

std::vector<std::string> GivenSockets::unserved(const std::vector<std::string>& served) const {
    const std::lock_guard lock{mutex_};
    std::vector<std::string> unserved;
    for (const Held& held : held_)
        if (held.socket.lent && std::find(served.begin(), served.end(), held.bound) == served.end())
            unserved.push_back(held.shown());
    return unserved;
}

std::string GivenSockets::Held::shown() const {
    return bound + (socket.name.empty() ? "" : " (" + socket.name + ")");
}

void GivenSockets::close_left_over() {
    const std::lock_guard lock{mutex_};
    for (Held& held : held_) {
        if (held.taken || held.socket.lent) continue;
        ::close(std::exchange(held.socket.descriptor, -1));
        struct stat found {};
        const char* const path = held.bound.c_str() + unix_prefix.size();
        if (held.bound.starts_with(unix_prefix) && ::lstat(path, &found) == 0 && S_ISSOCK(found.st_mode))
            ::unlink(path);
    }
    std::erase_if(held_, [](const Held& held) { return held.socket.descriptor < 0; });
}

std::vector<GivenSockets::Socket> GivenSockets::lent() const {
    const std::lock_guard lock{mutex_};
    std::vector<Socket> lent;
    for (const Held& held : held_)
        if (held.socket.lent) lent.push_back(held.socket);
    return lent;
}

std::size_t GivenSockets::size() const {
    const std::lock_guard lock{mutex_};
    return held_.size();
}

}  // namespace tollgate::net
