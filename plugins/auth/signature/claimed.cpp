// plugins/auth/signature/claimed.cpp - choosing a signature among those of a request, and reading its parameters.
#include "claimed.h"

#include <utility>

namespace tollgate::auth::signature {

namespace {

constexpr std::size_t longest_text = 512;  // of keyid and nonce

// False where the parameter is there and of another type.
bool read_text(const Parameters& parameters, std::string_view name, std::optional<std::string>& into) {
    const Bare* value = find(parameters, name);
    if (!value) return true;
    into = value->text;
    return value->is(Bare::Kind::string) && value->text.size() <= longest_text;
}

bool read_time(const Parameters& parameters, std::string_view name, std::optional<std::int64_t>& into) {
    const Bare* value = find(parameters, name);
    if (!value) return true;
    into = value->number;
    return value->is(Bare::Kind::integer) && value->number >= 0;
}

// `several` where more than one will do.
const Member* chosen(const Dictionary& inputs, std::string_view tag, bool& several) {
    const Member* one = nullptr;
    for (const Member& input : inputs) {
        const Bare* its = find(input.parameters, "tag");
        if (!tag.empty() && !(its && its->is(Bare::Kind::string) && its->text == tag)) continue;
        several |= one != nullptr;
        one = &input;
    }
    return one;
}

}  // namespace

std::optional<Claimed> Claimed::read(std::string_view input, std::string_view signature, std::string_view tag,
                                     Fault& fault) {
    fault = Fault::malformed;
    const auto inputs = parse_dictionary(input), signatures = parse_dictionary(signature);
    if (!inputs || !signatures) return std::nullopt;
    bool several = false;
    const Member* one = chosen(*inputs, tag, several);
    if (!one || several) {
        if (several) fault = Fault::several;
        else if (!tag.empty()) fault = Fault::absent;
        return std::nullopt;
    }
    const Member* bytes = find(*signatures, one->name);
    if (!one->is_list || !bytes || bytes->is_list || !bytes->items[0].value.is(Bare::Kind::bytes)) return std::nullopt;
    Claimed claimed;
    std::optional<std::string> key_id;
    std::optional<std::int64_t> created;
    if (!read_text(one->parameters, "keyid", key_id) || !read_text(one->parameters, "alg", claimed.algorithm) ||
        !read_text(one->parameters, "nonce", claimed.nonce) || !read_time(one->parameters, "created", created) ||
        !read_time(one->parameters, "expires", claimed.expires) || !key_id || !created)
        return std::nullopt;
    claimed.input = *one;
    claimed.signature = bytes->items[0].value.text;
    claimed.key_id = std::move(*key_id);
    claimed.created = *created;
    return claimed;
}

}  // namespace tollgate::auth::signature
