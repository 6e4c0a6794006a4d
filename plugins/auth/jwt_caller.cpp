// plugins/auth/jwt_caller.cpp - claims as a Caller.
#include "jwt_caller.h"

#include <algorithm>
#include <string_view>
#include <utility>

namespace tollgate::auth {

namespace {

using jwt::Json;

constexpr std::size_t longest_name = 256;

// The claims are kept as they came, which is as little as the token itself: paths are looked for, and not stored.
class JwtCaller final : public Caller {
public:
    std::string_view id() const override { return id_; }
    std::string_view owner() const override { return owner_; }
    std::string_view tier() const override { return tier_; }
    std::string_view claim(std::string_view name) const override {
        if (name == "scopes") return scopes_;
        return name.starts_with("tollgate.") ? std::string_view{} : raw(name);
    }
    // The claim itself, also where it is called "scopes".
    std::string_view raw(std::string_view name) const {
        const Json* const leaf = leaf_at(claims_, name);
        return leaf ? std::string_view{leaf->text} : std::string_view{};
    }

    std::string id_, owner_, tier_, scopes_;
    Json claims_;  // flattened

private:
    // Of names that a member and a path within an object share, the shorter way counts: the member.
    static const Json* leaf_at(const Json& object, std::string_view name) {
        const Json* const member = object.find(name);
        if (member && !member->is(Json::Kind::object)) return member;
        for (std::size_t dot = name.find('.'); dot != std::string_view::npos; dot = name.find('.', dot + 1)) {
            const Json* const within = object.find(name.substr(0, dot));
            if (!within || !within->is(Json::Kind::object)) continue;
            if (const Json* const leaf = leaf_at(*within, name.substr(dot + 1))) return leaf;
        }
        return nullptr;
    }
};

// A text, number or boolean; a list of those with blanks between.
std::string text_of(const Json& value) {
    switch (value.kind) {
        case Json::Kind::text:
        case Json::Kind::number: return value.text;
        case Json::Kind::boolean: return value.truth ? "true" : "false";
        default: break;
    }
    std::string all;
    if (!value.is(Json::Kind::list)) return all;
    for (const Json& element : value.elements)
        if (const std::string one = text_of(element); !one.empty()) (all += all.empty() ? "" : " ") += one;
    return all;
}

// Every value that is no object has its text, and nothing else.
void flatten(Json& value) {
    if (value.is(Json::Kind::object)) {
        for (Json& element : value.elements) flatten(element);
        return;
    }
    value.text = text_of(value);
    value.text.shrink_to_fit();
    value.elements = {};
}

// False where the claim is there and no name.
bool read_name(const std::string& claim, const JwtCaller& caller, std::string& name) {
    if (claim.empty()) return true;
    const Json* member = caller.claims_.find(claim);
    if (member && !member->is(Json::Kind::text) && !member->is(Json::Kind::number)) return false;
    name = caller.raw(claim);
    return name.size() <= longest_name && std::none_of(name.begin(), name.end(), [](char c) {
        return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
    });
}

}  // namespace

std::shared_ptr<const Caller> make_jwt_caller(Json claims, const ClaimNames& names, const CallerIds& id_of) {
    auto caller = std::make_shared<JwtCaller>();
    caller->claims_ = std::move(claims);
    flatten(caller->claims_);
    std::string id;
    if (!read_name(names.id, *caller, id) || id.empty() || !read_name(names.owner, *caller, caller->owner_) ||
        !read_name(names.tier, *caller, caller->tier_))
        return nullptr;
    caller->id_ = id_of(id);
    for (const std::string& name : names.scopes)
        if (const std::string_view some = caller->raw(name); !some.empty())
            (caller->scopes_ += caller->scopes_.empty() ? "" : " ") += some;
    return caller;
}

}  // namespace tollgate::auth
