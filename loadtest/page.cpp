// loadtest/page.cpp - POCO's client, which ends here.
#include "loadtest/page.h"

#include <Poco/Exception.h>
#include <Poco/Net/Context.h>
#include <Poco/Net/HTTPClientSession.h>
#include <Poco/Net/HTTPRequest.h>
#include <Poco/Net/HTTPResponse.h>
#include <Poco/Net/HTTPSClientSession.h>
#include <Poco/Net/NetException.h>
#include <Poco/Net/SSLException.h>
#include <Poco/Net/SSLManager.h>
#include <Poco/Timespan.h>

#include <chrono>
#include <memory>
#include <system_error>

namespace tollgate::loadtest {

namespace {

using Poco::Net::HTTPRequest;

constexpr std::size_t largest = 64 << 20;
constexpr std::chrono::seconds longest{30};
const Poco::Timespan to_connect{5, 0}, between_bytes{10, 0};

std::unique_ptr<Poco::Net::HTTPClientSession> session_to(const Url& url, const Access& access) {
    if (!url.secure) return std::make_unique<Poco::Net::HTTPClientSession>(url.host, url.port);
    Poco::Net::initializeSSL();
    using Poco::Net::Context;
    const Context::Ptr context{new Context{Context::TLS_CLIENT_USE, access.authorities,
                                           access.insecure ? Context::VERIFY_NONE : Context::VERIFY_RELAXED, 9,
                                           access.authorities.empty()}};
    return std::make_unique<Poco::Net::HTTPSClientSession>(url.host, url.port, context);
}

Page exchange(Poco::Net::HTTPClientSession& session, const Url& url, const std::string& token) {
    const auto deadline = std::chrono::steady_clock::now() + longest;
    session.setTimeout(to_connect, between_bytes, between_bytes);
    HTTPRequest request{HTTPRequest::HTTP_GET, url.path, HTTPRequest::HTTP_1_1};
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
        if (std::chrono::steady_clock::now() > deadline) throw NoPage{"the page takes longer than 30 s"};
    }
    if (response.hasContentLength() && page.body.size() != std::size_t(response.getContentLength64()))
        throw NoPage{"the page is cut off after " + std::to_string(page.body.size()) + " bytes"};
    return page;
}

std::string reason(const Poco::Exception& error) {
    return error.code() > 0 ? std::generic_category().message(error.code()) : error.displayText();
}

}  // namespace

Page fetch(const Url& url, const Access& access) {
    try {
        const auto session = session_to(url, access);
        return exchange(*session, url, access.token);
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
