// plugins/auth/jwt_caller.cpp - claims as a Caller.
#include "jwt_caller.h"

#include <algorithm>
#include <string_view>
#include <utility>

namespace tollgate::auth {

namespace {

using jwt::Json;

constexpr std::size_t longest_name = 256;

class JwtCaller final : public Caller {
public:
    std::string_view id() const override { return id_; }
    std::string_view owner() const override { return owner_; }
    std::string_view tier() const override { return tier_; }
    std::string_view claim(std::string_view name) const override { return name == "scopes" ? scopes_ : raw(name); }
    // The claim itself, also where it is called "scopes".
    std::string_view raw(std::string_view name) const {
        const auto before = [](const auto& claim, std::string_view wanted) { return claim.first < wanted; };
        const auto found = std::lower_bound(claims_.begin(), claims_.end(), name, before);
        return found != claims_.end() && found->first == name ? std::string_view{found->second} : std::string_view{};
    }

    std::string id_, owner_, tier_, scopes_;
    std::vector<std::pair<std::string, std::string>> claims_;  // by name
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

void collect(const Json& object, const std::string& prefix, std::vector<std::pair<std::string, std::string>>& into) {
    for (std::size_t i = 0; i < object.names.size(); ++i) {
        const std::string name = prefix + object.names[i];
        if (object.elements[i].is(Json::Kind::object)) collect(object.elements[i], name + '.', into);
        else into.emplace_back(name, text_of(object.elements[i]));
    }
}

// Of names that a member and a path within an object share, the shorter way counts: the member.
void sort_claims(const Json& claims, std::vector<std::pair<std::string, std::string>>& all) {
    std::sort(all.begin(), all.end());
    const auto same = [](const auto& a, const auto& b) { return a.first == b.first; };
    for (auto& [name, value] : all)
        if (const Json* member = claims.find(name); member && !member->is(Json::Kind::object)) value = text_of(*member);
    all.erase(std::unique(all.begin(), all.end(), same), all.end());
}

// False where the claim is there and no name.
bool read_name(const Json& claims, const std::string& claim, const JwtCaller& caller, std::string& name) {
    if (claim.empty()) return true;
    const Json* member = claims.find(claim);
    if (member && !member->is(Json::Kind::text) && !member->is(Json::Kind::number)) return false;
    name = caller.raw(claim);
    return name.size() <= longest_name && std::none_of(name.begin(), name.end(), [](char c) {
        return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
    });
}

}  // namespace

std::shared_ptr<const Caller> make_jwt_caller(const Json& claims, const ClaimNames& names) {
    auto caller = std::make_shared<JwtCaller>();
    collect(claims, "", caller->claims_);
    sort_claims(claims, caller->claims_);
    if (!read_name(claims, names.id, *caller, caller->id_) || caller->id_.empty() ||
        !read_name(claims, names.owner, *caller, caller->owner_) ||
        !read_name(claims, names.tier, *caller, caller->tier_))
        return nullptr;
    for (const std::string& name : names.scopes)
        if (const std::string_view some = caller->raw(name); !some.empty())
            (caller->scopes_ += caller->scopes_.empty() ? "" : " ") += some;
    return caller;
}

}  // namespace tollgate::auth
