// core/admin/files.cpp - answering with a file of the program: ETag, gzip, what a page may load.
#include "admin/files.h"

#include "support/digest.h"
#include "support/hexadecimal.h"
#include "support/text.h"

#include <algorithm>
#include <vector>

namespace tollgate::admin {

namespace {

// Half of its SHA-256 is enough to tell files apart.
std::string etag_of(std::string_view bytes) {
    const Digest digest = sha256(bytes);
    return '"' + hexadecimal(std::span{digest}.first(16)) + '"';
}

std::string_view trimmed(std::string_view text) {
    while (text.starts_with(' ') || text.starts_with('\t')) text.remove_prefix(1);
    while (text.ends_with(' ') || text.ends_with('\t')) text.remove_suffix(1);
    return text;
}

// Whether one of a line's members, separated by commas, is so.
template <class Holds>
bool any_member(std::string_view line, const Holds& holds) {
    while (!line.empty()) {
        const auto comma = std::min(line.find(','), line.size());
        if (holds(trimmed(line.substr(0, comma)))) return true;
        line.remove_prefix(std::min(comma + 1, line.size()));
    }
    return false;
}

bool takes_gzip(const Call& call) {
    return any_member(call.header("accept-encoding"), [](std::string_view coding) {
        const auto semicolon = coding.find(';');
        if (trimmed(coding.substr(0, semicolon)) != "gzip") return false;
        if (semicolon == coding.npos) return true;
        const std::string_view weight = trimmed(coding.substr(semicolon + 1));  // "q=0", "q=0.000": not this one
        return !weight.starts_with("q=0") || weight.find_first_of("123456789") != weight.npos;
    });
}

bool has_it(const Call& call, const std::string& etag) {
    return any_member(call.header("if-none-match"), [&](std::string_view tag) {
        if (tag.starts_with("W/")) tag.remove_prefix(2);
        return tag == "*" || tag == etag;
    });
}

}  // namespace

void add_page_lines(Answer& answer) {
    answer.lines.emplace_back("Content-Security-Policy",
                              "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'none'; "
                              "frame-ancestors 'none'");
    answer.lines.emplace_back("Referrer-Policy", "no-referrer");
    answer.lines.emplace_back("Cross-Origin-Resource-Policy", "same-origin");
}

Answer show_file(const Call& call, std::span<const File> files, std::string_view path) {
    const auto file = std::find_if(files.begin(), files.end(), [&](const File& one) { return one.path == path; });
    if (file == files.end()) {
        std::vector<std::string_view> known;
        for (const File& one : files) known.push_back(one.path);
        return refused(404, "there is no file " + text::quote(path) + " here" + text::did_you_mean(path, known));
    }
    const bool compressed = !file->gzip.empty() && takes_gzip(call);
    const std::string_view bytes = compressed ? file->gzip : file->bytes;
    const std::string etag = etag_of(bytes);
    Answer answer{200, std::string{file->content_type}, {}};
    add_page_lines(answer);
    answer.lines.emplace_back("Cache-Control", file->named_by_content ? "max-age=31536000, immutable" : "no-cache");
    answer.lines.emplace_back("ETag", etag);
    if (!file->gzip.empty()) answer.lines.emplace_back("Vary", "Accept-Encoding");
    if (has_it(call, etag)) {
        answer.status = 304;
        return answer;
    }
    if (compressed) answer.lines.emplace_back("Content-Encoding", "gzip");
    answer.body = bytes;
    return answer;
}

}  // namespace tollgate::admin
