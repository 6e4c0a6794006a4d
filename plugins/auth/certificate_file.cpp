// plugins/auth/certificate_file.cpp - reading the list of known certificates.
#include "certificate_file.h"

#include <arpa/inet.h>

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <sstream>
#include <utility>

namespace tollgate::auth {

namespace {

constexpr std::size_t most_problems = 20, fingerprint_digits = 64;
constexpr std::string_view common_name_mark = "CN=", address_mark = "IP:";

bool is_fingerprint(std::string_view text) noexcept {
    return text.size() == fingerprint_digits &&
           text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

bool is_name(std::string_view text) noexcept {
    for (const std::string_view mark : {common_name_mark, std::string_view{"DNS:"}, std::string_view{"URI:"},
                                        std::string_view{"email:"}})
        if (text.starts_with(mark) && text.size() > mark.size()) return true;
    return false;
}

// Addresses in the one form that certificates' have ("IP:2001:db8::1"); "" for what is none. Other words as they are.
std::string in_one_form(const std::string& word) {
    if (!word.starts_with(address_mark)) return word;
    unsigned char bytes[sizeof(in6_addr)];
    char text[INET6_ADDRSTRLEN];
    for (const int family : {AF_INET, AF_INET6})
        if (inet_pton(family, word.c_str() + address_mark.size(), bytes) == 1)
            return std::string{address_mark} + inet_ntop(family, bytes, text, sizeof text);
    return {};
}

}  // namespace

CertificateFile CertificateFile::parse(std::string_view text, const std::string& name,
                                       const std::function<bool(std::string_view)>& declared) {
    CertificateFile file;
    std::istringstream lines{std::string{text}};
    std::size_t number = 0;
    for (std::string line; std::getline(lines, line) && file.problems_.size() < most_problems;)
        file.read_line(line, name + ':' + std::to_string(++number) + ": ", declared);
    if (file.entries_.empty() && file.problems_.empty())
        file.problems_.push_back(name + ": expected at least one certificate, got none");
    return file;
}

void CertificateFile::read_line(const std::string& line, const std::string& place,
                                const std::function<bool(std::string_view)>& declared) {
    std::istringstream text{line};
    std::vector<std::string> words;
    for (std::string word; text >> word && word.front() != '#';) words.push_back(word);
    if (words.empty()) return;
    if (words.size() != 3) {
        problems_.push_back(place + "expected a certificate, an owner and a tier, got " + std::to_string(words.size()) +
                            (words.size() == 1 ? " word" : " words"));
        return;
    }
    const std::string word = in_one_form(words[0]);
    if (!is_fingerprint(word) && !is_name(word) && !word.starts_with(address_mark)) {
        problems_.push_back(place + "expected 64 hex digits (the SHA-256 of the certificate), CN=..., DNS:... or "
                                    "IP:..., got \"" + words[0] + '"');
        return;
    }
    Entry entry{words[1] == "-" ? "" : words[1], words[2] == "-" ? "" : words[2]};
    if (!entry.tier.empty() && !declared(entry.tier))
        problems_.push_back(place + "expected a tier of routes.lua, got \"" + entry.tier + '"');
    else if (!entries_.emplace(word, std::move(entry)).second)
        problems_.push_back(place + "expected each certificate once, got \"" + words[0] + "\" again");
}

const CertificateFile::Entry* CertificateFile::find(std::string_view fingerprint,
                                                    const std::vector<std::string>& names,
                                                    std::string_view common_name) const {
    const auto known = [&](std::string_view word) {
        const auto found = entries_.find(word);
        return found == entries_.end() ? nullptr : &found->second;
    };
    if (const Entry* entry = known(fingerprint)) return entry;
    for (const std::string& name : names)
        if (const Entry* entry = known(name)) return entry;
    if (common_name.empty()) return nullptr;
    return known(std::string{common_name_mark} + std::string{common_name});
}

}  // namespace tollgate::auth
