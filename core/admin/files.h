// core/admin/files.h - files of web pages that are part of the program, and how they are answered.
#pragma once

#include "admin/handlers.h"

#include <span>
#include <string_view>

namespace tollgate::admin {

// One file, held by the program for good.
struct File {
    std::string_view path;          // "index.html", "assets/main-4f2a.js": without a slash before it
    std::string_view content_type;
    std::string_view bytes;
    std::string_view gzip{};        // the same compressed; "": it is not kept so
    bool named_by_content = false;  // its name changes with what is in it: it may be kept for good
};

// The one of that path, as a browser may ask for it: not again if it has it (ETag), compressed if it takes that. It may
// load nothing from elsewhere and hold no inline script or style (Content-Security-Policy), and is shown in no frame.
// 404 where there is none of that path.
Answer show_file(const Call& call, std::span<const File> files, std::string_view path);

// The lines that any page here needs, for pages that are made when they are asked for.
void add_page_lines(Answer& answer);

}  // namespace tollgate::admin
