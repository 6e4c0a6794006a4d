// loadtest/page.cpp - POCO's client, which ends here.
#include "loadtest/page.h"

#include "loadtest/quantities.h"

#include <Poco/Exception.h>
#include <Poco/Net/Context.h>
#include <Poco/Net/HTTPClientSession.h>
#include <Poco/Net/HTTPRequest.h>
#include <Poco/Net/HTTPResponse.h>
#include <Poco/Net/NetException.h>
#include <Poco/Net/SSLException.h>
#include <Poco/Net/SSLManager.h>
#include <Poco/Net/SecureStreamSocket.h>
#include <Poco/Net/StreamSocket.h>
#include <Poco/Timespan.h>

#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <condition_variable>
#include <mutex>
#include <stop_token>
#include <system_error>
#include <thread>

namespace tollgate::loadtest {

namespace {

using Poco::Net::HTTPRequest;
using Poco::Net::StreamSocket;

constexpr std::size_t largest = 64 << 20;
const Poco::Timespan to_connect{5, 0}, between_bytes{10, 0};

// Shuts a connection down when its time is over. POCO's own limits are for single reads, and inside one call it reads
// as often as a server likes: for `100 Continue` after `100 Continue`, or for a header that comes byte by byte.
class Deadline {
public:
    Deadline(const StreamSocket& socket, std::chrono::milliseconds longest)
        : socket_{::dup(socket.impl()->sockfd())}, thread_{[this, longest](const std::stop_token& stop) {
              std::unique_lock lock{mutex_};
              sleep_.wait_for(lock, stop, longest, [] { return false; });
              if (stop.stop_requested()) return;
              passed_ = true;
              ::shutdown(socket_, SHUT_RDWR);
          }} {
        if (socket_ < 0) throw std::system_error{errno, std::generic_category(), "dup"};
    }
    ~Deadline() {
        thread_.request_stop();
        thread_.join();
        ::close(socket_);
    }
    Deadline(const Deadline&) = delete;
    Deadline& operator=(const Deadline&) = delete;

    bool passed() const noexcept { return passed_; }

private:
    const int socket_;  // its own, so that it is still this connection when POCO has closed its
    std::atomic<bool> passed_ = false;
    std::mutex mutex_;
    std::condition_variable_any sleep_;
    std::jthread thread_;
};

StreamSocket connection_to(const Url& url) {
    StreamSocket socket;
    socket.connect(Poco::Net::SocketAddress{url.host, url.port}, to_connect);
    socket.setReceiveTimeout(between_bytes);
    socket.setSendTimeout(between_bytes);
    socket.setNoDelay(true);
    return socket;
}

StreamSocket with_tls(const StreamSocket& socket, const Url& url, const Access& access) {
    Poco::Net::initializeSSL();
    using Poco::Net::Context;
    const Context::Ptr context{new Context{Context::TLS_CLIENT_USE, access.authorities,
                                           access.insecure ? Context::VERIFY_NONE : Context::VERIFY_RELAXED, 9,
                                           access.authorities.empty()}};
    return Poco::Net::SecureStreamSocket::attach(socket, url.host, context);
}

Page exchange(const StreamSocket& socket, const Url& url, const std::string& token) {
    Poco::Net::HTTPClientSession session{socket};
    session.setTimeout(to_connect, between_bytes, between_bytes);
    HTTPRequest request{HTTPRequest::HTTP_GET, url.path, HTTPRequest::HTTP_1_1};
    request.set("Host", url.authority);
    request.set("Accept", "text/plain;version=0.0.4, application/json;q=0.9, */*;q=0.1");
    if (!token.empty()) request.set("Authorization", "Bearer " + token);
    session.sendRequest(request);

    Poco::Net::HTTPResponse response;
    std::istream& in = session.receiveResponse(response);
    Page page{int(response.getStatus()), response.getContentType(), {}};
    char piece[16384];
    while (in.read(piece, sizeof piece), in.gcount() > 0) {
        page.body.append(piece, std::size_t(in.gcount()));
        if (page.body.size() > largest) throw NoPage{"the page is longer than 64 MiB"};
    }
    if (response.hasContentLength() && page.body.size() != std::size_t(response.getContentLength64()))
        throw NoPage{"the page is cut off after " + std::to_string(page.body.size()) + " bytes"};
    return page;
}

Page exchange_in_time(const Url& url, const Access& access) {
    const StreamSocket socket = connection_to(url);
    const Deadline deadline{socket, access.longest};
    try {
        Page page = exchange(url.secure ? with_tls(socket, url, access) : socket, url, access.token);
        if (!deadline.passed()) return page;  // of a page without a length nothing else tells that it was cut
    } catch (const std::exception&) {
        if (!deadline.passed()) throw;
    }
    throw NoPage{"the page takes longer than " + show(access.longest)};
}

std::string reason(const Poco::Exception& error) {
    return error.code() > 0 ? std::generic_category().message(error.code()) : error.displayText();
}

}  // namespace

Page fetch(const Url& url, const Access& access) {
    try {
        return exchange_in_time(url, access);
    } catch (const Poco::TimeoutException&) {
        throw NoPage{"no answer in time"};
    } catch (const Poco::Net::NoMessageException&) {
        throw NoPage{"no answer: the connection was closed"};
    } catch (const Poco::Net::SSLException& error) {
        throw NoPage{"TLS: " + error.displayText()};
    } catch (const Poco::Net::MessageException& error) {
        throw NoPage{"no HTTP answer: " + error.displayText()};
    } catch (const Poco::Exception& error) {
        throw NoPage{"no answer: " + reason(error)};
    }
}

}  // namespace tollgate::loadtest
