// logic.mjs - runs the tests below logic/: `node logic.mjs WORK OUT`. Those of the page's parts that need no browser.
import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const [work, out] = process.argv.slice(2).map((path) => resolve(path));
const here = join(dirname(fileURLToPath(import.meta.url)), "logic");
const { build } = createRequire(join(work, "source", "package.json"))("esbuild");

rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });
const names = readdirSync(here).filter((name) => name.endsWith("_test.ts"));
await build({
    entryPoints: names.map((name) => join(here, name)),
    outdir: out,
    outExtension: { ".js": ".mjs" },
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node18",
    logLevel: "warning",
    define: { SOURCES: JSON.stringify(resolve(here, "../../../dashboard")) },
});
const files = readdirSync(out)
    .filter((name) => name.endsWith(".mjs"))
    .map((name) => join(out, name));
process.exit(spawnSync(process.execPath, ["--test", ...files], { stdio: "inherit" }).status ?? 1);
