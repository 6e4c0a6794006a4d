// core/snapshot/error_answers.cpp - finding, filling and escaping the answers to failures.
#include "snapshot/error_answers.h"

#include "http/layout.h"
#include "support/text.h"

#include <algorithm>
#include <array>

namespace tollgate {

namespace {

constexpr std::array<std::string_view, 4> places = {"status", "reason", "message", "request_id"};
constexpr std::string_view plain_type = "text/plain; charset=utf-8";

void append_html(std::string& out, std::string_view text) {
    for (const char c : text) {
        switch (c) {
            case '&': out += "&amp;"; break;
            case '<': out += "&lt;"; break;
            case '>': out += "&gt;"; break;
            case '"': out += "&quot;"; break;
            case '\'': out += "&#39;"; break;
            default: out += c;
        }
    }
}

Response composed(const Failure& failure, std::string_view request_id, int status, std::optional<Body> body,
                  std::string_view type, const Headers& headers) {
    Response response = answer_to(failure, request_id);
    response.set_status(status);
    if (body) {
        response.set_body(std::move(*body));
        response.headers().set("Content-Type", type.empty() ? plain_type : type);
    }
    if (const auto* layout = headers.layout()) Headers::Layout::of(response.headers()).replace_by(*layout);
    return response;
}

}  // namespace

BodyTemplate::Escaping BodyTemplate::escaping_of(std::string_view content_type) noexcept {
    auto type = content_type.substr(0, content_type.find(';'));
    while (type.ends_with(' ')) type.remove_suffix(1);
    const auto is = [type](std::string_view other) { return http::same_text(type, other); };
    const auto ends = [type](std::string_view suffix) {
        return type.size() > suffix.size() && http::same_text(type.substr(type.size() - suffix.size()), suffix);
    };
    if (is("application/json") || is("text/json") || ends("+json")) return Escaping::json;
    if (is("text/html") || is("text/xml") || is("application/xml") || ends("+xml")) return Escaping::html;
    return Escaping::none;
}

std::optional<BodyTemplate> BodyTemplate::parse(std::string_view text, Escaping escaping, std::string& problem) {
    BodyTemplate parsed;
    parsed.escaping_ = escaping;
    std::string before;
    for (std::size_t at = 0; at < text.size();) {
        const auto rest = text.substr(at);
        if (rest.starts_with("$${")) {
            before += "${";
            at += 3;
        } else if (rest.starts_with("${")) {
            const auto name = rest.substr(2, rest.find('}') - 2);
            const auto place = std::find(places.begin(), places.end(), name);
            if (rest.find('}') == rest.npos || place == places.end()) {
                const auto guess = text::did_you_mean(name, places);
                problem = "expected one of ${" + text::join(places, "}, ${") + "}, got " +
                          text::quote(rest.substr(0, name.size() + 3), 40) +
                          (guess.empty() ? "; \"$${\" is written for \"${\"" : guess);
                return std::nullopt;
            }
            parsed.pieces_.push_back({std::exchange(before, {}), static_cast<Place>(place - places.begin())});
            at += name.size() + 3;
        } else {
            before += text[at++];
        }
    }
    parsed.end_ = std::make_shared<const std::string>(std::move(before));
    return parsed;
}

Body BodyTemplate::fill(int status, const Failure& failure, std::string_view request_id) const {
    if (pieces_.empty()) return end_;
    std::string body;
    const auto append = [&](std::string_view text) {
        if (escaping_ == Escaping::json)
            text::append_json(body, text);
        else if (escaping_ == Escaping::html)
            append_html(body, text);
        else
            body += text;
    };
    for (const auto& piece : pieces_) {
        body += piece.text;
        switch (piece.place) {
            case Place::status: body += std::to_string(status); break;
            case Place::reason: append(failure.reason); break;
            case Place::message: append(failure.message); break;
            case Place::request_id: append(request_id); break;
        }
    }
    return body += *end_;
}

const ErrorAnswer* ErrorAnswers::find(std::string_view reason, int status) const {
    if (const auto found = reasons_.find(reason); found != reasons_.end()) return &found->second;
    for (const int key : {status, status / 100, any})
        if (const auto found = statuses_.find(key); found != statuses_.end()) return &found->second;
    return nullptr;
}

Response answer_to(const Failure& failure, std::string_view request_id, const ErrorAnswer& said) {
    const int status = said.status.value_or(failure.status);
    std::optional<Body> body;
    if (said.body) body = said.body->fill(status, failure, request_id);
    return composed(failure, request_id, status, std::move(body), said.type, said.headers);
}

Response answer_to(const Failure& failure, std::string_view request_id, SaidAnswer said) {
    std::optional<Body> body;
    if (said.body) body = Body{std::move(*said.body)};
    return composed(failure, request_id, said.status.value_or(failure.status), std::move(body), said.type,
                    said.headers);
}

Response answer_of(SaidAnswer said) {
    Response response{said.status.value_or(200)};
    if (said.body) {
        response.headers().set("Content-Type", said.type.empty() ? plain_type : said.type);
        response.set_body(std::move(*said.body));
    }
    if (const auto* layout = said.headers.layout()) Headers::Layout::of(response.headers()).replace_by(*layout);
    return response;
}

}  // namespace tollgate
