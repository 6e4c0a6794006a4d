// core/http/listener.cpp - listening, and whose a socket's file is.
#include "http/listener.h"

#include <Poco/Net/NetException.h>

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <mutex>
#include <utility>

namespace tollgate::http {

namespace {

using Poco::Net::AddressFamily;
using Poco::Net::ServerSocket;
using Poco::Net::SocketAddress;

// Which file a path leads to, without following a link at its end.
struct FileIdentity {
    bool exists = false, is_socket = false;
    dev_t device = 0;
    ino_t number = 0;
    bool operator==(const FileIdentity&) const = default;
    static FileIdentity of(const std::string& path) {
        struct stat found {};
        if (lstat(path.c_str(), &found) != 0) return {};
        return {true, S_ISSOCK(found.st_mode), found.st_dev, found.st_ino};
    }
};

}  // namespace

// Removed once it is ours and done with; another gateway may have put its own there by then.
class SocketFile {
public:
    explicit SocketFile(std::string path) : path_{std::move(path)} {}
    // The first time it is ours, it is the file that is there.
    void keep(bool ours) noexcept {
        const std::lock_guard lock{mutex_};
        if (ours && !bound_.exists) bound_ = FileIdentity::of(path_);
        ours_ = ours;
    }
    void remove_if_ours() noexcept {
        const std::lock_guard lock{mutex_};
        if (ours_ && bound_.exists && FileIdentity::of(path_) == bound_) unlink(path_.c_str());
    }

private:
    const std::string path_;
    std::mutex mutex_;
    FileIdentity bound_;  // under mutex_
    bool ours_ = false;   // likewise
};

namespace {

// Its file goes after it.
std::shared_ptr<ServerSocket> socket_with(std::shared_ptr<SocketFile> file, const ServerSocket& socket) {
    return {new ServerSocket{socket}, [file = std::move(file)](ServerSocket* closed) {
                closed->close();
                delete closed;
                if (file) file->remove_if_ours();
            }};
}

// Its file is another's until that one says so (keep_file()), or for good where the socket is lent.
Listener adopted(const net::Address& address, const net::GivenSockets::Found& given) {
    auto file = address.is_unix() && !given.lent ? std::make_shared<SocketFile>(address.path()) : nullptr;
    auto socket = socket_with(file, net::server_socket(given.descriptor));
    return {address, std::move(socket), std::move(file), given.lent};
}

// A socket file nobody listens behind any more is left over from a crash; one that answers belongs to somebody, and
// what is no socket is not ours to touch.
void remove_stale(const std::string& path) {
    const auto found = FileIdentity::of(path);
    if (!found.exists) return;
    if (!found.is_socket) throw Poco::Net::NetException("expected a socket or nothing at " + path + ", got another file");
    const int probe = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (probe < 0) return;
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
    if (connect(probe, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 && errno == ECONNREFUSED)
        unlink(path.c_str());
    close(probe);
}

}  // namespace

std::string Listener::shown() const {
    if (address.is_unix()) return address.text();
    return (address.host().empty() ? std::string{"*"} + ":" + std::to_string(socket->address().port())
                                   : socket->address().toString());
}

std::string Listener::bound() const { return address.is_unix() ? address.text() : socket->address().toString(); }

void Listener::keep_file(bool ours) const noexcept {
    if (file) file->keep(ours);
}

Listener Listener::open(const net::Address& address, net::GivenSockets* given) {
    if (given)
        if (const auto found = given->take(address); found.descriptor >= 0) return adopted(address, found);
    if (address.is_unix()) remove_stale(address.path());
    const SocketAddress where = address.resolve();
    auto file = address.is_unix() ? std::make_shared<SocketFile>(address.path()) : nullptr;
    auto socket = socket_with(file, ServerSocket{});
    // Every address means IPv6 and IPv4 on one socket.
    if (where.family() == AddressFamily::IPv6)
        socket->bind6(where, true, false, !address.host().empty());
    else
        socket->bind(where, true, false);
    if (file) file->keep(true);
    socket->listen(1024);
    socket->setBlocking(false);
    return {address, std::move(socket), std::move(file)};
}

}  // namespace tollgate::http
