// reading_test.mjs - for whom it is readable: by keyboard, on 320 px, in dark and light, and with nothing to show.
import assert from "node:assert/strict";
import test from "node:test";
import { ask, gateway, live, open, row, shot, upstream } from "./stage.mjs";

const views = ["overview", "live", "routes", "upstreams", "callers", "limits", "cache", "configuration"];
const one = await upstream("one");
const it = await gateway(`
    tier "free" { rate = 60 / minute, burst = 5 }
    local hello = upstream "an-upstream-with-a-rather-long-name" { targets = { "${one.address}" } }
    route "GET /orders/:id" { upstream = hello, plugins = { cache { ttl = 60 * seconds } } }
    route "GET /few"        { answer = "ok\\n", plugins = { ratelimit { by = client_ip, rate = 3 / hour } } }`);

async function some_requests() {
    for (let i = 0; i < 6; ++i) await ask(`${it.url}/few`);
    for (const path of ["1", "1", "2", "a-long-name-".repeat(20)]) await ask(`${it.url}/orders/${path}`);
    await ask(`${it.url}/nowhere`);
}

test("with nothing to show it says so", async () => {
    const empty = await gateway(`route "GET /" { answer = "ok\\n" }`);
    const wanted = {
        overview: "No request yet.",
        live: "No request that fits",
        upstreams: "No upstream is declared",
        callers: "Nobody has shown who they are",
        limits: "No route uses the ratelimit plugin",
        cache: "No route uses the cache plugin",
    };
    for (const [view, text] of Object.entries(wanted)) {
        const page = await open(`${empty.page}#/${view}`);
        await page.getByText(text).first().waitFor();
        await live(page);
        await shot(page, `empty-${view}`);
        await page.context().close();
    }
});

test("nothing is wider than 320 px", async () => {
    await some_requests();
    for (const view of views) {
        const page = await open(`${it.page}#/${view}`, { width: 320, height: 640 });
        await live(page);
        if (view === "live") {
            await some_requests();
            await row(page, "a-long-name").first().waitFor();
        }
        if (view === "upstreams") await row(page, one.address).waitFor();
        await shot(page, `narrow-${view}`);
        assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 320, view);
        await page.getByRole("button", { name: "Menu" }).click();
        await page.getByRole("link", { name: "Overview", exact: true }).waitFor();
        assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 320, view);
        await page.context().close();
    }
});

// WCAG's ratio of a text to what it stands on.
function contrast(element) {
    const parts = (colour) => colour.match(/[\d.]+/g).map(Number);
    const light = (colour) => {
        const [r, g, b] = parts(colour).map((c) =>
            c / 255 <= 0.03928 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4,
        );
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    let ground = element;
    while (parts(getComputedStyle(ground).backgroundColor)[3] === 0) ground = ground.parentElement;
    const [a, b] = [light(getComputedStyle(element).color), light(getComputedStyle(ground).backgroundColor)].sort(
        (x, y) => y - x,
    );
    return (a + 0.05) / (b + 0.05);
}

for (const scheme of ["light", "dark"]) {
    test(`in ${scheme} every word can be read`, async () => {
        await some_requests();
        for (const view of views) {
            const page = await open(`${it.page}#/${view}`, { scheme });
            await live(page);
            await shot(page, `${scheme}-${view}`);
            const ground = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
            assert.equal(Number(ground.match(/\d+/)[0]) < 128, scheme === "dark", ground);
            for (const words of await page
                .locator("h1, h2, nav a, th, td, dt, dd, .note, .muted, .badge, button, a")
                .all()) {
                if (!(await words.isVisible()) || (await words.innerText()).trim() === "") continue;
                const ratio = await words.evaluate(contrast);
                assert.ok(ratio >= 4.5, `${view}: "${await words.innerText()}" has ${ratio.toFixed(2)}`);
            }
            await page.context().close();
        }
    });
}

test("the theme can be chosen, and stays", async () => {
    const page = await open(it.page, { scheme: "light" });
    await page.getByLabel("Theme").selectOption("dark");
    const ground = () => page.evaluate(() => Number(getComputedStyle(document.body).backgroundColor.match(/\d+/)[0]));
    assert.ok((await ground()) < 128);
    await page.reload();
    assert.ok((await ground()) < 128);
});

test("all of it is reached by keyboard, and seen to be", async () => {
    const page = await open(`${it.page}#/live`);
    await live(page);
    await some_requests();
    await row(page, "/orders/2").first().waitFor();
    await page.keyboard.press("Tab");
    assert.equal(await page.evaluate(() => document.activeElement.textContent), "Skip to the content");
    await page.keyboard.press("Enter");
    assert.equal(await page.evaluate(() => document.activeElement.id), "main");
    const reached = new Set();
    for (let i = 0; i < 40 && !reached.has("row"); ++i) {
        await page.keyboard.press("Tab");
        const [name, outline] = await page.evaluate(() => {
            const element = document.activeElement;
            return [
                element.closest("tbody") ? "row" : element.id || element.textContent,
                getComputedStyle(element).outlineStyle,
            ];
        });
        assert.equal(outline, "solid", `the focus is not seen on ${name}`);
        reached.add(name);
    }
    assert.ok(reached.has("filter") && reached.has("Pause") && reached.has("row"), [...reached].join(", "));
    await page.keyboard.press("Enter");
    await page.getByRole("dialog").waitFor();
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "detached" });
    // Back where it was, and on to another view.
    assert.ok(await page.evaluate(() => document.activeElement.closest("tbody") !== null));
    await page.getByRole("link", { name: "Routes" }).focus();
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { level: 1, name: "Routes" }).waitFor();
    assert.equal(await page.evaluate(() => document.activeElement.id), "main");
});

test("tables are tables, and every field has a name", async () => {
    for (const view of views) {
        const page = await open(`${it.page}#/${view}`);
        await live(page);
        const bad = await page.evaluate(() =>
            [
                ...[...document.querySelectorAll("table")].filter(
                    (one) => !one.caption || !one.querySelector("th[scope=col]"),
                ),
                ...[...document.querySelectorAll("input, select, textarea")].filter(
                    (one) => !one.labels.length && !one.ariaLabel,
                ),
                ...[...document.querySelectorAll("button, a")].filter(
                    (one) => !(one.ariaLabel || one.textContent).trim(),
                ),
            ].map((one) => one.outerHTML),
        );
        assert.deepEqual(bad, [], view);
        await page.context().close();
    }
});

test("who wants no motion gets none", async () => {
    const page = await open(it.page, { reducedMotion: "reduce" });
    const moving = await page.evaluate(
        () =>
            [...document.querySelectorAll("*")].filter(
                (one) =>
                    getComputedStyle(one).animationName !== "none" || getComputedStyle(one).transitionDuration !== "0s",
            ).length,
    );
    assert.equal(moving, 0);
});
