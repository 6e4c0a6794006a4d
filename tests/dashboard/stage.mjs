// stage.mjs - what the browser's tests stand on: a gateway, upstreams, a browser; all real, ended with the file.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after } from "node:test";
import { fileURLToPath } from "node:url";

export const patience = 60_000;
const { TOLLGATE_BIN: bin, PLAYWRIGHT: work, SCREENSHOTS: screenshots } = process.env;
const chromium_program = process.env.CHROMIUM ?? "/usr/bin/chromium";
const { chromium } = createRequire(join(work, "package.json"))("playwright-core");

const ends = [];
after(async () => {
    for (const end of ends.reverse()) await end();
});

// Resolves with the first match in what the program says on stderr; rejects when it ends before.
function said(child, pattern) {
    return new Promise((resolve, reject) => {
        let text = "";
        const late = setTimeout(() => reject(new Error(`no ${pattern} within a minute in:\n${text}`)), patience);
        child.stderr.on("data", (data) => {
            text += data;
            const match = pattern.exec(text);
            if (match) {
                clearTimeout(late);
                resolve(match);
            }
        });
        child.once("exit", (code) => {
            clearTimeout(late);
            reject(new Error(`ended with ${code} before it said ${pattern}:\n${text}`));
        });
    });
}

async function start(program, words, pattern, environment = {}) {
    const child = spawn(join(bin, program), words, {
        stdio: ["ignore", "ignore", "pipe"],
        env: { ...process.env, ...environment },
    });
    const ended = new Promise((resolve) => child.once("exit", resolve));
    const end = async (signal = "SIGTERM") => {
        if (child.exitCode === null && child.signalCode === null) child.kill(signal);
        await ended;
    };
    ends.push(() => end());
    return { match: await said(child, pattern), end, pid: child.pid };
}

// `routes` is the text after `listen`. It writes no request log. `shipped`: a file that is served instead.
export async function gateway(
    routes,
    { listen = "127.0.0.1:0", admin = "127.0.0.1:0", files = {}, environment = {}, shipped = null } = {},
) {
    const folder = mkdtempSync(join(tmpdir(), "dashboard-"));
    ends.push(() => rmSync(folder, { recursive: true, force: true }));
    const write = (name, text) => writeFileSync(join(folder, name), text);
    const write_routes = (text) => write("routes.lua", `listen "${listen}" ${text}`);
    for (const [name, text] of Object.entries(files)) write(name, text);
    if (!shipped) write_routes(routes);
    const it = { folder, write, write_routes };
    it.start = async () => {
        const words = ["serve", shipped ?? join(folder, "routes.lua"), "--admin", admin];
        const { match, end, pid } = await start(
            "tollgate",
            words,
            /gateway: listening on (\S+)[^]*admin: listening on (\S+)/,
            { STATE: folder, ...environment },
        );
        admin = match[2]; // the same after another start: the page comes back to it
        Object.assign(it, {
            end,
            pid,
            url: `http://${match[1]}`,
            admin: `http://${match[2]}`,
            page: `http://${match[2]}/dashboard/`,
        });
    };
    await it.start();
    return it;
}

// Free a moment ago, and of a loopback address that is this process' own: for what must be known before its owner
// starts.
function free_address() {
    const host = `127.${178 + ((process.pid >> 16) % 70)}.${(process.pid >> 8) & 255}.${process.pid & 255}`;
    return new Promise((resolve, reject) => {
        const server = createServer();
        server.once("error", reject);
        server.listen(0, host, () => {
            const { port } = server.address();
            server.close(() => resolve(`${host}:${port}`));
        });
    });
}

// examples/compat/NAME.lua as it is shipped, with what else it asks of the environment.
export async function compat(name, environment) {
    const shipped = fileURLToPath(new URL(`../../examples/compat/${name}.lua`, import.meta.url));
    const admin = await free_address();
    return gateway("", { admin, shipped, environment: { LISTEN: "127.0.0.1:0", ADMIN: admin, ...environment } });
}

// What `loadtester upstream` is: it says hello to any path, and answers its health.
export async function upstream(id, listen = "127.0.0.1:0", words = []) {
    const { match, end } = await start(
        "loadtester",
        ["upstream", listen, "--id", id, "--threads", "1", ...words],
        /upstream: listening on (\S+)/,
    );
    return { address: match[1], end };
}

let browser;
export async function open(url, { width = 1280, height = 900, scheme = "light", ...more } = {}) {
    assert.ok(
        existsSync(chromium_program),
        `${chromium_program} is wanted: apt-get install chromium, or name another by CHROMIUM`,
    );
    if (!browser) {
        browser = await chromium.launch({
            executablePath: chromium_program,
            args: ["--no-sandbox"],
            timeout: patience,
        });
        const launched = browser;
        ends.push(() => launched.close());
    }
    const context = await browser.newContext({ viewport: { width, height }, colorScheme: scheme, ...more });
    context.setDefaultTimeout(patience);
    const page = await context.newPage();
    const complaints = [];
    page.on("pageerror", (error) => complaints.push(error.message));
    page.on("console", (message) => {
        // Answers that are no 2xx, and a gateway that is away, are told by the browser; the page deals with them.
        if (message.type() === "error" && !/Failed to load resource|WebSocket connection to/.test(message.text()))
            complaints.push(message.text());
    });
    page.complaints = complaints;
    await page.goto(url);
    return page;
}

// A picture of the page in the build folder, for people to look at.
export async function shot(page, name) {
    mkdirSync(screenshots, { recursive: true });
    await page.screenshot({ path: join(screenshots, `${name}.png`), fullPage: true, animations: "disabled" });
    assert.deepEqual(page.complaints, []);
}

export const live = (page) => page.locator("#connection", { hasText: /^live$/ }).waitFor();

// The row of the page's table that has this text.
export const row = (page, text) => page.locator("main tbody tr", { hasText: text });

// Until it holds; what is waited for has its bound.
export async function until(what, holds) {
    const end = Date.now() + patience;
    for (;;) {
        if (await holds()) return;
        assert.ok(Date.now() < end, `not within a minute: ${what}`);
        await new Promise((resolve) => setTimeout(resolve, 20));
    }
}

export async function ask(url, options = {}) {
    const response = await fetch(url, options);
    await response.arrayBuffer();
    return response.status;
}
