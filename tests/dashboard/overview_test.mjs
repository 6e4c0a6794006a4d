// overview_test.mjs - the figures of now and of the day are those of the requests that were made.
import assert from "node:assert/strict";
import test from "node:test";
import { ask, gateway, live, open, row, shot, until, upstream } from "./stage.mjs";

const one = await upstream("one", "127.0.0.1:0", ["--delay", "2ms..8ms"]);
const it = await gateway(`
    local hello = upstream "hello" { targets = { "${one.address}" } }
    route "GET /orders/:id" { upstream = hello }
    route "GET /broken"     { answer = { status = 500 } }`);

test("totals, rankings and errors are right, and they are live", async () => {
    const page = await open(it.page);
    await live(page);
    for (let i = 0; i < 30; ++i) await ask(`${it.url}/orders/7`);
    for (let i = 0; i < 6; ++i) await ask(`${it.url}/broken`);
    for (let i = 0; i < 4; ++i) await ask(`${it.url}/nowhere`);
    await page.locator("#day-total", { hasText: /^40$/ }).waitFor();
    await page.locator("#day-errors", { hasText: /^10$/ }).waitFor();
    await page.locator("#day-success", { hasText: /^75.0%$/ }).waitFor();
    const ranked = (region, text) =>
        page.getByRole("region", { name: region }).last().locator("tbody tr", { hasText: text });
    await ranked("Top routes", "GET /orders/:id").locator("td", { hasText: "30" }).waitFor();
    await ranked("Top endpoints", "/broken").locator("td", { hasText: "6" }).waitFor();
    await ranked("Recent errors", "/nowhere").first().waitFor();
    await page.getByRole("region", { name: "Status codes" }).getByText("30").waitFor();
    assert.match(await page.locator("#now-ok").innerText(), /^(\d+(\.\d)?%|–)$/);
});

test("latency and the chart follow each second", async () => {
    const page = await open(it.page);
    await live(page);
    await page.locator("#now-in-flight", { hasText: /^\d+$/ }).waitFor();
    await until("a median is shown", async () => {
        await ask(`${it.url}/orders/8`);
        return /ms|µs/.test(await page.locator("#now-latency").innerText());
    });
    await page.locator(".plot canvas").first().waitFor();
    const label = page.getByRole("img", { name: /^Requests per second: failed/ });
    await label.waitFor();
    for (const range of ["1 h", "24 h", "5 min"]) {
        await page.getByRole("button", { name: range }).click();
        await label.waitFor();
    }
    await shot(page, "overview");
});

test("a ranking leads to its requests", async () => {
    const page = await open(it.page);
    await page.getByRole("link", { name: "GET /orders/:id" }).click();
    await row(page, "/orders/7").first().waitFor();
    assert.equal(await row(page, "/broken").count(), 0);
});
