// cache_test.mjs - what caches hold, and purging some of it after a question.
import assert from "node:assert/strict";
import test from "node:test";
import { ask, gateway, open, row, shot, upstream } from "./stage.mjs";

const one = await upstream("one");
const it = await gateway(`
    local hello = upstream "hello" { targets = { "${one.address}" } }
    route "GET /**" { upstream = hello, plugins = { cache { ttl = 600 * seconds } } }`);

test("hits and misses are counted, and a purge empties it", async () => {
    const page = await open(`${it.page}#/cache`);
    for (let i = 0; i < 4; ++i) assert.equal(await ask(`${it.url}/kept`), 200);
    const line = row(page, "default");
    await line.locator("td", { hasText: "75.0%" }).waitFor();
    await page.getByLabel("URL, prefix or tag").fill(`${it.url}/kept`);
    await page.getByRole("button", { name: "Show what is kept" }).click();
    await page.getByRole("region", { name: "Kept of it" }).locator("tbody tr", { hasText: "200" }).waitFor();
    await shot(page, "cache");
    await page.getByRole("button", { name: "Purge …" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Purge" }).click();
    await page.getByText("1 answer purged").waitFor();
    await ask(`${it.url}/again`);
    await page.getByLabel("What to purge").selectOption("all");
    await page.getByRole("button", { name: "Purge …" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Purge" }).click();
    await line.locator("td:nth-child(8)", { hasText: /^0$/ }).waitFor();
    assert.deepEqual(page.complaints, []);
});
