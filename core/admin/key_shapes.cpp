// core/admin/key_shapes.cpp - what is said of API keys.
#include "admin/endpoints.h"

namespace tollgate::admin {

namespace {

// Two shapes share these.
const std::vector<Member> key{
    {"id", "text", "does not change"},
    {"owner", "text", "whose it is"},
    {"name", "text", "what it is for"},
    {"tier", "text", "its tier in routes.lua, or nothing"},
    {"scopes", "[text]", "what it may"},
    {"rate", "KeyRate?", "a rate of its own"},
    {"active", "truth", "false: revoked"},
    {"state", "active|revoked|expired", "as of now"},
    {"expires_at", "time?", "null: never"},
    {"created_at", "time", "when it was made"},
    {"last_used_at", "time?", "null: not yet; a minute or so old"},
    {"previous_until", "time?", "until when the secret before the last rotation works"},
};

std::vector<Member> with_secret() {
    std::vector<Member> members = key;
    members.push_back({"secret", "text", "what the caller sends; shown this once, kept as a hash"});
    return members;
}

}  // namespace

const std::vector<Shape>& key_shapes() {
    static const std::vector<Shape> all{
        {"Key", "an API key", key},
        {"KeyWithSecret", "an API key that was made just now, or has a new secret", with_secret()},
        {"Keys", "a page of keys",
         {{"keys", "[Key]", "by id"}, {"next", "text?", "the `after` of the next page, where there may be one"}}},
        {"KeyRate", "so many requests in a time",
         {{"count", "integer", "requests"}, {"seconds", "integer", "the time"}, {"burst?", "integer?", "at once"}}},
        {"KeyFields", "what a key is to say; what is left out stays as it is, or empty",
         {{"owner?", "text", "whose it is; a new key needs one"},
          {"name?", "text", "what it is for"},
          {"tier?", "text?", "a tier of routes.lua"},
          {"scopes?", "[text]", "what it may"},
          {"active?", "truth", "false: revoked"},
          {"rate?", "KeyRate?", "a rate of its own; \"100/60s\" is taken as well"},
          {"expires_at?", "time?", "null: never"},
          {"expires_in?", "text", "instead of expires_at: 30d, 12h, 90s"}}},
        {"Rotation", "how a secret is changed",
         {{"grace?", "text", "how long the one before works as well: 24h unless told"}}},
        {"WrongFields", "what is wrong with the fields of a request",
         {{"ok", "truth", "false"}, {"error", "text", "in short"}, {"fields", "{text}", "what is wrong with each"}}},
    };
    return all;
}

}  // namespace tollgate::admin
