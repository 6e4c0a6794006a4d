// limits_test.mjs - a burst that is limited shows: in the limits, among the blocked, in the overview.
import assert from "node:assert/strict";
import test from "node:test";
import { ask, gateway, live, open, row, shot } from "./stage.mjs";

const it = await gateway(`
    route "GET /few" { answer = "ok\\n", plugins = { ratelimit { name = "few", by = client_ip, rate = 3 / hour } } }
    route "GET /any" { answer = "ok\\n" }`);

test("a burst of 429 shows everywhere", async () => {
    const page = await open(`${it.page}#/limits`),
        overview = await open(it.page);
    await live(page);
    await live(overview);
    await row(page, "few").first().waitFor();
    const statuses = [];
    for (let i = 0; i < 13; ++i) statuses.push(await ask(`${it.url}/few`));
    assert.deepEqual(statuses, [...Array(3).fill(200), ...Array(10).fill(429)]);
    const limit = page.getByRole("region", { name: "Limits" }).last().locator("tbody tr", { hasText: "few" });
    await limit.locator("td", { hasText: /^10$/ }).waitFor();
    await page
        .getByRole("region", { name: "Top blocked" })
        .last()
        .locator("tbody tr", { hasText: "127.0.0.1" })
        .waitFor();
    await page
        .getByRole("region", { name: "Latest refusals" })
        .last()
        .locator("tbody tr", { hasText: "/few" })
        .first()
        .waitFor();
    await overview
        .getByRole("region", { name: "Top blocked" })
        .last()
        .locator("tbody tr", { hasText: "127.0.0.1" })
        .waitFor();
    await overview.locator("#day-limited", { hasText: /^10$/ }).waitFor();
    await overview.locator("#now-limited", { hasText: "%" }).waitFor();
    await shot(page, "limits");
});

test("what a key has spent is shown, and forgotten after a question", async () => {
    const page = await open(`${it.page}#/limits`);
    await page.getByLabel("Key", { exact: true }).fill("127.0.0.1");
    await page.getByRole("button", { name: "Look" }).click();
    const spent = page.getByRole("region", { name: "Spent" }).locator("tbody tr", { hasText: "few" });
    await spent.locator(".measured", { hasText: "3" }).waitFor();
    await page.getByRole("button", { name: "Forget what it has spent" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Forget" }).click();
    await spent.locator(".measured", { hasText: "0" }).waitFor();
    assert.equal(await ask(`${it.url}/few`), 200);
});
