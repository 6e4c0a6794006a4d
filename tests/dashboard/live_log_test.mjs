// live_log_test.mjs - requests in the live log: there as they end, filtered, paused, opened and explained.
import assert from "node:assert/strict";
import test from "node:test";
import { ask, gateway, live, open, row, shot, upstream } from "./stage.mjs";

const one = await upstream("one");
const it = await gateway(`
    local hello = upstream "hello" { targets = { "${one.address}" } }
    route "GET /orders/:id" { upstream = hello }
    route "GET /closed"     { answer = { status = 503 } }`);

test("a request appears as it ends", async () => {
    const page = await open(`${it.page}#/live`);
    await live(page);
    const begin = Date.now();
    assert.equal(await ask(`${it.url}/orders/17`), 200);
    await row(page, "/orders/17").waitFor();
    console.log(`there after ${Date.now() - begin} ms`);
    assert.match(await row(page, "/orders/17").innerText(), /200/);
    await shot(page, "live-log");
});

test("those before it was opened are there too", async () => {
    await ask(`${it.url}/orders/before`);
    const page = await open(`${it.page}#/live`);
    await row(page, "/orders/before").waitFor();
});

test("it is filtered by words and by status", async () => {
    const page = await open(`${it.page}#/live`);
    await live(page);
    assert.equal(await ask(`${it.url}/closed`), 503);
    await ask(`${it.url}/orders/red`);
    await ask(`${it.url}/orders/blue`);
    for (const path of ["/closed", "/orders/red", "/orders/blue"]) await row(page, path).first().waitFor();
    await page.getByLabel("Filter", { exact: true }).fill("RED");
    await row(page, "/orders/blue").first().waitFor({ state: "detached" });
    assert.equal(await row(page, "/orders/red").count(), 1);
    await page.getByLabel("Filter", { exact: true }).fill("");
    await page.getByRole("button", { name: "5xx" }).click();
    await row(page, "/orders/red").waitFor({ state: "detached" });
    assert.equal(await row(page, "/closed").count(), 1);
});

test("paused, it stands still and counts", async () => {
    const page = await open(`${it.page}#/live`);
    await live(page);
    await ask(`${it.url}/orders/seen`);
    await row(page, "/orders/seen").waitFor();
    await page.getByRole("button", { name: "Pause" }).click();
    await ask(`${it.url}/orders/unseen`);
    await page.getByText("paused, 1 new request").waitFor();
    assert.equal(await row(page, "/orders/unseen").count(), 0);
    await page.getByRole("button", { name: "Follow" }).click();
    await row(page, "/orders/unseen").waitFor();
});

test("a click shows what is known of it, and why it went where it went", async () => {
    const page = await open(`${it.page}#/live`);
    await live(page);
    await ask(`${it.url}/orders/why`);
    await row(page, "/orders/why").locator("td").nth(3).click();
    const drawer = page.getByRole("dialog");
    await drawer.getByText(`hello · ${one.address}`).waitFor();
    await drawer.getByText("taken").first().waitFor();
    assert.match(await drawer.innerText(), /GET \/orders\/:id/);
    await shot(page, "request");
    await page.keyboard.press("Escape");
    await drawer.waitFor({ state: "detached" });
});
