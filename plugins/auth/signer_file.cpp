// plugins/auth/signer_file.cpp - reading the list of signers.
#include "signer_file.h"

#include "base64.h"
#include "named_caller.h"

#include <openssl/err.h>
#include <openssl/x509.h>

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <optional>
#include <sstream>
#include <utility>

namespace tollgate::auth {

namespace {

constexpr std::size_t most_problems = 20, shortest_secret = 32;  // RFC 2104 section 3: the length of the hash

struct Known {
    std::string_view name;
    jwt::Algorithm algorithm;
};
constexpr Known algorithms[] = {
    {"hmac-sha256", jwt::Algorithm::hs256},       {"rsa-pss-sha512", jwt::Algorithm::ps512},
    {"rsa-v1_5-sha256", jwt::Algorithm::rs256},   {"ecdsa-p256-sha256", jwt::Algorithm::es256},
    {"ecdsa-p384-sha384", jwt::Algorithm::es384}, {"ed25519", jwt::Algorithm::eddsa},
};

// Null where it is none, or more.
std::shared_ptr<EVP_PKEY> key_in(const std::string& der) {
    const unsigned char* at = reinterpret_cast<const unsigned char*>(der.data());
    const unsigned char* const end = at + der.size();
    std::shared_ptr<EVP_PKEY> key{d2i_PUBKEY(nullptr, &at, static_cast<long>(der.size())), EVP_PKEY_free};
    ERR_clear_error();
    return at == end ? key : nullptr;
}

std::optional<jwt::Key> public_key(const std::string& der, std::string& problem) {
    if (const auto key = key_in(der)) return jwt::Key::of_public(key, problem);
    problem = "expected a public key in DER and base64 (openssl pkey -in key.pem -pubout -outform DER | base64 -w 0), "
              "got another text";
    return std::nullopt;
}

std::optional<jwt::Key> read_key(const std::string& text, jwt::Algorithm algorithm, std::string& problem) {
    auto bytes = decode_base64(text);
    if (!bytes) {
        problem = "expected a key in base64, got another text";
        return std::nullopt;
    }
    if (algorithm != jwt::Algorithm::hs256) {
        auto key = public_key(*bytes, problem);
        if (key && !key->fits(algorithm)) {
            problem = "expected a key of the algorithm beside it, got one of another kind";
            return std::nullopt;
        }
        return key;
    }
    if (key_in(*bytes)) {
        problem = "expected a secret for hmac-sha256, got a public key, which everybody may know";
        return std::nullopt;
    }
    if (bytes->size() >= shortest_secret) return jwt::Key::of_secret(std::move(*bytes));
    problem = "expected a secret of at least " + std::to_string(shortest_secret) + " bytes, got " +
              std::to_string(bytes->size()) + "; try: openssl rand -base64 32";
    return std::nullopt;
}

std::string names_of_algorithms() {
    std::string names;
    for (const Known& known : algorithms) (names += names.empty() ? "" : ", ") += known.name;
    return names;
}

std::string given(const std::string& word) { return word == "-" ? std::string{} : word; }

}  // namespace

SignerFile SignerFile::parse(std::string_view text, const std::string& name,
                             const std::function<bool(std::string_view)>& declared,
                             const std::function<std::string(std::string_view)>& id_of) {
    SignerFile file;
    std::istringstream lines{std::string{text}};
    std::size_t number = 0;
    for (std::string line; std::getline(lines, line) && file.problems_.size() < most_problems;)
        file.read_line(line, name + ':' + std::to_string(++number) + ": ", {declared, id_of});
    if (file.signers_.empty() && file.problems_.empty())
        file.problems_.push_back(name + ": expected at least one signer, got none");
    return file;
}

void SignerFile::read_line(const std::string& line, const std::string& place, const Outside& outside) {
    std::istringstream text{line};
    std::vector<std::string> words;
    for (std::string word; text >> word && word.front() != '#';) words.push_back(word);
    if (words.empty()) return;
    if (words.size() == 5 || words.size() == 6) return read_words(words, place, outside);
    problems_.push_back(place + "expected an id, an algorithm, a key, an owner, a tier, and scopes or none, got " +
                        std::to_string(words.size()) + (words.size() == 1 ? " word" : " words"));
}

void SignerFile::read_words(const std::vector<std::string>& words, const std::string& place,
                            const Outside& outside) {
    const auto* known = std::find_if(std::begin(algorithms), std::end(algorithms),
                                     [&](const Known& one) { return one.name == words[1]; });
    std::string problem;
    std::optional<jwt::Key> key;
    if (known == std::end(algorithms))
        problem = "expected an algorithm (" + names_of_algorithms() + "), got another word";
    else key = read_key(words[2], known->algorithm, problem);
    const std::string tier = given(words[4]);
    if (problem.empty() && !tier.empty() && !outside.declared(tier))
        problem = "expected a tier of routes.lua, got \"" + tier + '"';
    if (problem.empty() && signers_.contains(words[0]))
        problem = "expected each id once, got \"" + words[0] + "\" again";
    if (!problem.empty()) return problems_.push_back(place + problem);
    std::string scopes = words.size() == 6 ? given(words[5]) : std::string{};
    std::replace(scopes.begin(), scopes.end(), ',', ' ');
    auto caller = std::make_shared<NamedCaller>(outside.id_of(words[0]), given(words[3]), tier, scopes);
    signers_.emplace(words[0], Signer{words[1], known->algorithm, std::move(*key), std::move(caller)});
}

const Signer* SignerFile::find(std::string_view id) const {
    const auto found = signers_.find(id);
    return found == signers_.end() ? nullptr : &found->second;
}

}  // namespace tollgate::auth
