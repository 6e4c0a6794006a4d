// embed.mjs - writes the built page as C++: `node embed.mjs DIST OUT.cpp`.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { extname, join } from "node:path";
import { gzipSync } from "node:zlib";

const most = 150 * 1024; // of all files, compressed: what a page of figures may cost
const types = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
};

function files_below(folder, inside = "") {
    return readdirSync(join(folder, inside), { withFileTypes: true })
        .flatMap((entry) => {
            const path = inside === "" ? entry.name : `${inside}/${entry.name}`;
            return entry.isDirectory() ? files_below(folder, path) : [path];
        })
        .sort();
}

// Octal escapes take three digits at most, whatever follows.
function literal(bytes) {
    const lines = [];
    for (let at = 0; at < bytes.length; at += 96) {
        let line = "";
        for (const byte of bytes.subarray(at, at + 96)) {
            const plain = byte >= 0x20 && byte < 0x7f && byte !== 0x22 && byte !== 0x5c && byte !== 0x3f;
            line += plain ? String.fromCharCode(byte) : `\\${byte.toString(8).padStart(3, "0")}`;
        }
        lines.push(`    "${line}"`);
    }
    return lines.join("\n");
}

const [dist, out] = process.argv.slice(2);
let compressed = 0;
const rows = files_below(dist).map((path) => {
    const type = types[extname(path)];
    if (!type) throw new Error(`${path}: no content type is known for it; embed.mjs names those that are`);
    const bytes = readFileSync(join(dist, path));
    const gzip = gzipSync(bytes, { level: 9 });
    gzip[9] = 255; // the system it was made on is nobody's business, and no reason to build again
    compressed += gzip.length;
    const named_by_content = path.startsWith("assets/");
    const view = (data) => `{\n${literal(data)}, ${data.length}}`;
    return `    {"${path}", "${type}", ${view(bytes)}, ${view(gzip)}, ${named_by_content}},`;
});
if (compressed > most) throw new Error(`the page takes ${compressed} bytes compressed, of at most ${most}`);
writeFileSync(
    out,
    `// The dashboard as the program holds it; made by dashboard/embed.mjs.
#include "admin/dashboard.h"

namespace tollgate::admin {

namespace {

constexpr File files[] = {
${rows.join("\n")}
};

}  // namespace

std::span<const File> dashboard_files() { return files; }

}  // namespace tollgate::admin
`,
);
console.log(`the dashboard: ${rows.length} files, ${compressed} bytes compressed`);
