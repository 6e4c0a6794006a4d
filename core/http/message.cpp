// core/http/message.cpp - Body, Request and Response of include/tollgate/message.h; Headers are in headers.cpp.
#include <tollgate/message.h>

#include "http/layout.h"
#include "http/target.h"

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace tollgate {

using http::Known;

// Body -----------------------------------------------------------------------------------------------------------

struct Body::Layout {
    std::string bytes;
    std::shared_ptr<const std::string> shared;
    std::unique_ptr<BodySource> source;

    static void* operator new(std::size_t size) { return detail::allocate_frame(size); }
    static void operator delete(void* memory, std::size_t size) noexcept { detail::free_frame(memory, size); }
};

Body::Body() noexcept = default;
Body::Body(std::string bytes) : layout_{bytes.empty() ? nullptr : new Layout{std::move(bytes), nullptr, nullptr}} {}
Body::Body(std::shared_ptr<const std::string> bytes) : layout_{bytes ? new Layout{{}, std::move(bytes), nullptr} : nullptr} {}
Body::Body(std::unique_ptr<BodySource> source) : layout_{source ? new Layout{{}, nullptr, std::move(source)} : nullptr} {}
Body::Body(Body&& other) noexcept : layout_{std::exchange(other.layout_, nullptr)} {}
Body& Body::operator=(Body&& other) noexcept {
    if (this != &other) delete std::exchange(layout_, std::exchange(other.layout_, nullptr));
    return *this;
}
Body::~Body() { delete layout_; }
bool Body::empty() const noexcept { return !source() && bytes().empty(); }
std::optional<std::uint64_t> Body::length() const {
    if (const BodySource* streamed = source()) return streamed->length();
    return bytes().size();
}
std::string_view Body::bytes() const noexcept {
    if (!layout_) return {};
    return layout_->shared ? std::string_view{*layout_->shared} : std::string_view{layout_->bytes};
}
std::shared_ptr<const std::string> Body::shared() const noexcept { return layout_ ? layout_->shared : nullptr; }
BodySource* Body::source() const noexcept { return layout_ ? layout_->source.get() : nullptr; }
std::unique_ptr<BodySource> Body::take_source() noexcept { return layout_ ? std::move(layout_->source) : nullptr; }

// Request --------------------------------------------------------------------------------------------------------

void Request::Layout::clear() noexcept {
    method.clear();
    target.clear();
    path_size = 0;
    host.clear();
    scheme = "http";
    version_minor = 1;
    asterisk = false;
    headers.clear();
    body = {};
}

Request Request::Layout::head() const {
    Request copy;
    auto& to = copy.layout();
    to.method = method;
    to.target = target;
    to.path_size = path_size;
    to.host = host;
    to.scheme = scheme;
    to.version_minor = version_minor;
    to.asterisk = asterisk;
    to.headers = headers;
    return copy;
}

void Request::Layout::set_target(std::string_view text) {
    target.assign(text);
    path_size = std::min(text.find('?'), text.size());
}

Request::Request() : layout_{std::make_unique<Layout>()} {}
Request::Request(std::string_view method, std::string_view target) : Request{} {
    set_method(method);
    set_target(target);
}
Request::Request(Request&&) noexcept = default;
Request& Request::operator=(Request&&) noexcept = default;
Request::~Request() = default;

std::string_view Request::method() const noexcept { return layout_->method; }
std::string_view Request::target() const noexcept { return layout_->target; }
std::string_view Request::path() const noexcept { return std::string_view{layout_->target}.substr(0, layout_->path_size); }
std::string_view Request::query() const noexcept {
    const std::string_view target = layout_->target;
    return layout_->path_size < target.size() ? target.substr(layout_->path_size + 1) : std::string_view{};
}
std::string_view Request::scheme() const noexcept { return layout_->scheme; }
std::string_view Request::host() const noexcept { return layout_->host; }
int Request::version_minor() const noexcept { return layout_->version_minor; }
Headers& Request::headers() noexcept { return layout_->headers; }
const Headers& Request::headers() const noexcept { return layout_->headers; }
const Body& Request::body() const noexcept { return layout_->body; }
void Request::set_body(Body body) noexcept { layout_->body = std::move(body); }

void Request::set_method(std::string_view method) {
    if (!http::is_token(method)) throw std::invalid_argument("method: expected a token, got \"" + std::string(method) + "\"");
    layout_->method = method;
}

void Request::set_target(std::string_view target) {
    std::string normalised;
    const char* problem = http::normalise_target(target, normalised);
    if (problem) throw std::invalid_argument("target: " + std::string(problem) + ": \"" + std::string(target) + "\"");
    layout_->set_target(normalised);
    layout_->asterisk = false;
}

std::optional<std::string> Request::query_parameter(std::string_view name) const {
    std::string_view rest = query();
    while (!rest.empty()) {
        const auto end = rest.find('&');
        const auto pair = rest.substr(0, end);
        rest = end == rest.npos ? std::string_view{} : rest.substr(end + 1);
        const auto equals = pair.find('=');
        const auto key = pair.substr(0, equals);
        if (key != name && http::decode_query(key) != name) continue;
        return equals == pair.npos ? std::string{} : http::decode_query(pair.substr(equals + 1));
    }
    return std::nullopt;
}

std::string_view Request::cookie(std::string_view name) const noexcept {
    const Headers::Layout* headers = layout_->headers.layout();
    if (!headers) return {};
    for (const auto& line : headers->lines) {
        if (line.known != Known::cookie) continue;
        std::string_view rest = headers->value(line);
        while (!rest.empty()) {
            const auto end = rest.find(';');
            auto pair = rest.substr(0, end);
            rest = end == rest.npos ? std::string_view{} : rest.substr(end + 1);
            while (!pair.empty() && pair.front() == ' ') pair.remove_prefix(1);
            const auto equals = pair.find('=');
            if (equals != pair.npos && pair.substr(0, equals) == name) return pair.substr(equals + 1);
        }
    }
    return {};
}

// Response -------------------------------------------------------------------------------------------------------

namespace {
int checked_status(int status) {
    if (status < 200 || status > 599)
        throw std::invalid_argument("status: expected 200 to 599, got " + std::to_string(status));
    return status;
}
}  // namespace

Response::Response() noexcept = default;
Response::Response(int status, Body body) : Response{status, Headers{}, std::move(body)} {}
Response::Response(int status, Headers headers, Body body) : layout_{std::make_unique<Layout>()} {
    layout_->status = checked_status(status);
    layout_->headers = std::move(headers);
    layout_->body = std::move(body);
}
Response::Response(Response&&) noexcept = default;
Response& Response::operator=(Response&&) noexcept = default;
Response::~Response() = default;
int Response::status() const noexcept { return layout_->status; }
void Response::set_status(int status) { layout_->status = checked_status(status); }
Headers& Response::headers() noexcept { return layout_->headers; }
const Headers& Response::headers() const noexcept { return layout_->headers; }
Body& Response::body() noexcept { return layout_->body; }
const Body& Response::body() const noexcept { return layout_->body; }
void Response::set_body(Body body) noexcept { layout_->body = std::move(body); }

}  // namespace tollgate
