// core/admin/page_format.cpp - reading Accept and Accept-Encoding, and gzip.
#include "admin/page_format.h"

#include <Poco/DeflatingStream.h>
#include <Poco/String.h>

#include <algorithm>
#include <cstdlib>
#include <functional>
#include <optional>
#include <sstream>
#include <utility>

namespace tollgate::admin {

namespace {

using Format = plugins::Exposition::Format;

// What stands between `separator`s, in lower case and without blanks around it.
void each(std::string_view text, char separator, const std::function<void(const std::string&)>& see) {
    for (bool more = true; more;) {
        const auto end = text.find(separator);
        see(Poco::toLower(Poco::trim(std::string{text.substr(0, end)})));
        more = end != text.npos;
        if (more) text.remove_prefix(end + 1);
    }
}

struct Wanted {
    std::string name, version;  // of a media type; in lower case
    double quality = 1;         // 0: not wanted
};

// Such a line, element by element; what cannot be read is passed over.
void each_wanted(std::string_view line, const std::function<void(const Wanted&)>& see) {
    each(line, ',', [&](const std::string& element) {
        Wanted wanted;
        bool first = true;
        each(element, ';', [&](const std::string& word) {
            if (std::exchange(first, false)) wanted.name = word;
            else if (word.starts_with("q=")) wanted.quality = std::strtod(word.c_str() + 2, nullptr);
            else if (word.starts_with("version=")) wanted.version = word.substr(8);
        });
        if (!wanted.name.empty()) see(wanted);
    });
}

}  // namespace

Format wanted_format(std::string_view accept) {
    double open = 0, plain = 0;
    each_wanted(accept, [&](const Wanted& wanted) {
        const bool known = wanted.version.empty() || wanted.version == "1.0.0" || wanted.version == "\"1.0.0\"";
        if (wanted.name == "application/openmetrics-text" && known) open = std::max(open, wanted.quality);
        if (wanted.name == "text/plain" || wanted.name == "text/*" || wanted.name == "*/*")
            plain = std::max(plain, wanted.quality);
    });
    return open > 0 && open >= plain ? Format::openmetrics : Format::prometheus;
}

bool takes_gzip(std::string_view accept_encoding) {
    std::optional<bool> named, any;
    each_wanted(accept_encoding, [&](const Wanted& wanted) {
        if (wanted.name == "gzip" || wanted.name == "x-gzip") named = wanted.quality > 0;
        if (wanted.name == "*") any = wanted.quality > 0;
    });
    return named.value_or(any.value_or(false));
}

std::string gzip(std::string_view text) {
    constexpr int quickest = 1;
    std::ostringstream packed;
    Poco::DeflatingOutputStream stream{packed, Poco::DeflatingStreamBuf::STREAM_GZIP, quickest};
    stream.write(text.data(), std::streamsize(text.size()));
    stream.close();
    return std::move(packed).str();
}

}  // namespace tollgate::admin
