// core/commands/admin_client.cpp - one request to the admin listener; POCO's client ends here.
#include "commands/admin_client.h"

#include "support/text.h"

#include <Poco/Net/HTTPClientSession.h>
#include <Poco/Net/HTTPRequest.h>
#include <Poco/Net/HTTPResponse.h>
#include <Poco/Timespan.h>

#include <algorithm>
#include <system_error>

namespace tollgate::commands {

namespace {

using Poco::Net::HTTPRequest;

constexpr std::size_t largest_answer = 64 << 20;

AdminReply exchange(const net::Address& address, const std::string& token, const std::string& path,
                    const std::optional<std::string>& body, std::chrono::seconds longest) {
    const Poco::Timespan patience{longest.count(), 0};
    Poco::Net::HTTPClientSession session{address.resolve()};
    session.setTimeout(std::min(Poco::Timespan{5, 0}, patience), patience, patience);
    HTTPRequest request{body ? HTTPRequest::HTTP_POST : HTTPRequest::HTTP_GET, path, HTTPRequest::HTTP_1_1};
    if (body) request.setContentType("application/json");
    if (!token.empty()) request.set("Authorization", "Bearer " + token);
    if (body) request.setContentLength64(Poco::Int64(body->size()));
    session.sendRequest(request) << body.value_or("");

    Poco::Net::HTTPResponse response;
    std::istream& in = session.receiveResponse(response);
    AdminReply reply{int(response.getStatus()), {}};
    char piece[16384];
    while (in.read(piece, sizeof piece), in.gcount() > 0) {
        reply.body.append(piece, std::size_t(in.gcount()));
        if (reply.body.size() > largest_answer) throw std::runtime_error{"its answer is too long"};
    }
    return reply;
}

}  // namespace

net::Address admin_address(const std::string& address) {
    std::string problem;
    auto parsed = net::Address::parse(address, problem);
    if (!parsed || parsed->is_unix() || parsed->host().empty() || parsed->port() == 0)
        throw BadAddress{"--admin: " + (problem.empty()
                                            ? "expected an address like 127.0.0.1:9180, got " + text::quote(address)
                                            : problem)};
    return *std::move(parsed);
}

std::string no_answer(const std::string& address, const Poco::Exception& error) {
    const std::string reason = error.code() > 0 ? std::generic_category().message(error.code()) : error.displayText();
    return "no answer from the gateway's admin listener at " + address + ": " + reason +
           "; does `tollgate serve` run, with this admin address? Another is named with --admin ADDR";
}

AdminReply ask_admin(const std::string& address, const std::string& token, const std::string& path,
                     const std::optional<std::string>& body, std::chrono::seconds patience) {
    const net::Address parsed = admin_address(address);
    try {
        return exchange(parsed, token, path, body, patience);
    } catch (const Poco::Exception& error) {
        throw std::runtime_error{no_answer(address, error)};
    }
}

}  // namespace tollgate::commands
