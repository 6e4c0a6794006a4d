// sources_test.ts - what the page's sources must not hold: ways from text to HTML or to code, and addresses of others.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";

declare const SOURCES: string;

const parses_html = new RegExp(
    [
        "innerHTML",
        "outerHTML",
        "insertAdjacentHTML",
        "document\\.write",
        "DOMParser",
        "createContextualFragment",
        "setHTML",
        "srcdoc",
        "\\beval\\(",
        "new Function",
        "javascript:",
        "\\.cssText",
    ].join("|"),
);

const sources = readdirSync(join(SOURCES, "src"), {
    recursive: true,
    withFileTypes: false,
} as never) as unknown as string[];

test("nothing parses HTML or runs text", () => {
    const typescript = sources.filter((name) => name.endsWith(".ts"));
    assert.ok(typescript.length > 10, `found ${typescript.length}`);
    for (const name of typescript)
        assert.doesNotMatch(readFileSync(join(SOURCES, "src", name), "utf8"), parses_html, name);
});

test("nothing is asked of others", () => {
    for (const name of [
        "index.html",
        ...sources.filter((name) => /\.(ts|css)$/.test(name)).map((name) => join("src", name)),
    ]) {
        const elsewhere = /(["'(]|url\()\s*(https?:)?\/\/(?!127\.0\.0\.1)[a-z]/i;
        assert.doesNotMatch(readFileSync(join(SOURCES, name), "utf8"), elsewhere, name);
    }
});

test("the lock file names no registry", () => {
    assert.doesNotMatch(
        readFileSync(join(SOURCES, "package-lock.json"), "utf8"),
        /"resolved"|https?:\/\/[^"]*registry/,
    );
});
