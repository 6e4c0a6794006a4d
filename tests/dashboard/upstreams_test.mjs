// upstreams_test.mjs - the health of targets as it changes, and taking one out and in again.
import assert from "node:assert/strict";
import test from "node:test";
import { ask, gateway, open, row, shot, until, upstream } from "./stage.mjs";

// An address of its own: nobody takes the port of a target that was killed.
const one = await upstream("one"),
    two = await upstream("two", "127.0.78.31:0");
const it = await gateway(`
    local hello = upstream "hello" {
        targets = { "${one.address}", "${two.address}" },
        health = { path = "/health", every = 100 * milliseconds, rise = 1, fall = 2 },
    }
    route "GET /**" { upstream = hello }`);

test("a target is drained after a question, and taken back", async () => {
    const page = await open(`${it.page}#/upstreams`);
    await row(page, one.address).locator(".badge.good", { hasText: "in" }).waitFor();
    await page.getByRole("button", { name: `Drain ${one.address}` }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Cancel" }).click();
    await page.getByRole("dialog").waitFor({ state: "detached" });
    assert.equal(await page.locator(".badge", { hasText: "drained" }).count(), 0);
    await page.getByRole("button", { name: `Drain ${one.address}` }).click();
    await shot(page, "confirmation");
    await page.getByRole("dialog").getByRole("button", { name: "Drain" }).click();
    await row(page, one.address).locator(".badge", { hasText: "drained" }).waitFor();
    await page.getByRole("button", { name: `Take back ${one.address}` }).click();
    await row(page, one.address).locator(".badge.good, .badge.warn").first().waitFor();
});

test("a killed target turns red, here and in the overview", async () => {
    const page = await open(`${it.page}#/upstreams`),
        overview = await open(it.page);
    await row(page, two.address).locator(".badge.good").first().waitFor();
    await overview.locator(".states .badge.good").waitFor();
    for (let i = 0; i < 20; ++i) await ask(`${it.url}/${i}`);
    await two.end("SIGKILL");
    const bad = row(page, two.address).locator(".badge.bad", { hasText: "down" });
    await bad.waitFor();
    const red = await bad.evaluate((element) => getComputedStyle(element).color.match(/\d+/g).map(Number));
    assert.ok(red[0] > 1.5 * red[1] && red[0] > 1.5 * red[2], `rgb ${red}`);
    await overview.locator(".states .badge.warn", { hasText: "degraded" }).waitFor();
    await shot(page, "upstreams");
    await one.end("SIGKILL");
    await overview.locator(".states .badge.bad", { hasText: "down" }).waitFor();
    await until("the gateway says so too", async () => (await ask(`${it.url}/`)) >= 500);
});

test("a service is restarted after a question, and what it said is shown", async () => {
    const its = await gateway(`
        admin { services = { mock = { restart = { "/bin/sh", "-c", "echo 'restarted <b>it</b>'" } } } }
        route "GET /" { answer = "ok\\n" }`);
    const page = await open(`${its.page}#/upstreams`);
    await page.getByRole("button", { name: "Restart mock" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Restart" }).click();
    await page.getByRole("dialog").getByText("success").waitFor();
    await page.getByRole("dialog").getByText("restarted <b>it</b>").waitFor();
    await shot(page, "service");
});
