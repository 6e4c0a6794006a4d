// plugins/cache/vary.cpp - two requests that say the same in other words get the same answer.
#include "vary.h"

#include <algorithm>

namespace tollgate::cache {

namespace {

// A member of Accept-Encoding or Accept-Language: "gzip;q=0.5".
struct Weighted {
    std::string name;  // in lower case
    int weight = 1000;  // thousandths
    std::size_t place = 0;  // in the list
};

// RFC 9110 section 12.4.2; what cannot be read counts as 1, as if it had not been said.
int weight_of(std::string_view parameter) noexcept {
    parameter = trimmed(parameter);
    if (parameter.size() < 3 || lower(parameter[0]) != 'q' || parameter[1] != '=') return 1000;
    parameter.remove_prefix(2);
    if (parameter[0] != '0' && parameter[0] != '1') return 1000;
    int weight = (parameter[0] - '0') * 1000;
    int power = 100;
    for (std::size_t i = 2; i < parameter.size() && parameter[1] == '.' && power > 0; ++i, power /= 10) {
        if (parameter[i] < '0' || parameter[i] > '9') return 1000;
        weight += (parameter[i] - '0') * power;
    }
    return std::min(weight, 1000);
}

std::vector<Weighted> weighted_in(std::string_view list) {
    std::vector<Weighted> result;
    Members members{list};
    for (std::string_view member; members.next(member);) {
        const auto semicolon = member.find(';');
        Weighted one{lowered(trimmed(member.substr(0, semicolon))), 1000, result.size()};
        if (semicolon != std::string_view::npos) one.weight = weight_of(member.substr(semicolon + 1));
        result.push_back(std::move(one));
    }
    return result;
}

// "1,2" of " 1, 2 ": whoever sends lists in several lines or with blanks says nothing else by it.
std::string without_blanks(Lines request, std::string_view name) {
    std::string result;
    for (const Line& line : request) {
        if (!same(line.name, name)) continue;
        Members members{line.value};
        for (std::string_view member; members.next(member);) {
            if (!result.empty()) result += ',';
            result += member;
        }
        // A list that does not end is compared as it stands.
        if (members.broken()) result += line.value;
    }
    return result;
}

}  // namespace

std::vector<std::string> varying_names(Lines answer) {
    std::vector<std::string> names;
    for (const Line& line : answer) {
        if (!same(line.name, "Vary")) continue;
        Members members{line.value};
        for (std::string_view name; members.next(name);) names.push_back(lowered(name));
    }
    std::sort(names.begin(), names.end());
    names.erase(std::unique(names.begin(), names.end()), names.end());
    return names;
}

std::string accepted_codings(Lines request, std::span<const std::string> codings) {
    const auto asked = weighted_in(combined(request, "Accept-Encoding"));
    // The weight of a coding, of "*" where it is not named; `unnamed` where neither is.
    const auto weight = [&](std::string_view coding, int unnamed) {
        for (const std::string_view name : {coding, std::string_view{"*"}})
            for (const Weighted& one : asked)
                if (one.name == name || (name == "gzip" && one.name == "x-gzip")) return one.weight;
        return unnamed;
    };
    std::vector<std::string> taken;
    for (const std::string& coding : codings)
        if (weight(coding, 0) > 0) taken.push_back(coding);
    if (weight("identity", 1) == 0) taken.emplace_back("identity;q=0");
    std::sort(taken.begin(), taken.end());
    std::string text;
    for (const std::string& coding : taken) text += (text.empty() ? "" : ", ") + coding;
    return text;
}

std::string preferred_languages(std::string_view accept_language) {
    auto asked = weighted_in(accept_language);
    std::sort(asked.begin(), asked.end(), [](const Weighted& a, const Weighted& b) {
        return a.weight != b.weight ? a.weight > b.weight : a.place < b.place;
    });
    std::string text;
    for (const Weighted& one : asked) {
        if (!text.empty()) text += ',';
        text += one.name;
        if (one.weight != 1000) text += ";q=" + std::to_string(one.weight);
    }
    return text;
}

std::string selecting_text(Lines request, std::span<const std::string> names, std::span<const std::string> codings) {
    std::string text;
    for (const std::string& name : names) {
        text += name;
        // A line that is not there is another thing than one that says nothing.
        text += has(request, name) ? '=' : '-';
        if (name == "accept-encoding") {
            text.back() = '=';
            text += accepted_codings(request, codings);
        } else if (name == "accept-language") {
            text += preferred_languages(combined(request, name));
        } else {
            text += without_blanks(request, name);
        }
        text += '\n';
    }
    return text;
}

}  // namespace tollgate::cache
