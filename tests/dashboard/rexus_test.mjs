// rexus_test.mjs - the page of examples/compat/rexus.lua, as that is shipped: rows R28 to R37 of docs/compat.md.
import assert from "node:assert/strict";
import test from "node:test";
import { ask, compat, live, open, row, shot, until, upstream } from "./stage.mjs";

const token = "correct-horse-battery-staple";
const mock = await upstream("mock", "127.0.0.1:0", ["--mock"]);
const it = await compat("rexus", { MOCK: mock.address, ADMIN_TOKEN: token });
await until("its keys are read", async () => (await ask(`${it.admin}/ready`)) === 200);

// POST /auth/keys, as a user does; what goes with his requests.
async function key_of(user) {
    const answer = await fetch(`${it.url}/auth/keys`, {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify({ user_id: user }),
    });
    assert.equal(answer.status, 201);
    return { headers: { Authorization: `Bearer ${(await answer.json()).api_key}` } };
}

test("with rexus.lua the page has all that the one of Rexus had", async () => {
    const page = await open(`${it.page}#/overview`);
    await page.getByLabel("Admin token", { exact: true }).and(page.locator("input")).fill(token);
    await page.getByRole("button", { name: "Open the dashboard" }).click();
    await live(page);
    await page.getByText("No request yet.").first().waitFor();

    const alice = await key_of("alice");
    const bob = await key_of("bob");
    for (let i = 0; i < 3; ++i) assert.equal(await ask(`${it.url}/proxy/mock_github/users/a`, alice), 200);
    assert.equal(await ask(`${it.url}/proxy/mock_github/users/b`, bob), 200);
    assert.equal(await ask(`${it.url}/proxy/nowhere/x`, alice), 400);
    assert.equal(await ask(`${it.url}/proxy/mock_github/users/a`), 401);

    await page.locator("#day-total", { hasText: /^8$/ }).waitFor();
    await page.locator("#day-errors", { hasText: /^2$/ }).waitFor();
    await page.locator("#day-success", { hasText: /^75.0%$/ }).waitFor();
    const region = (name) => page.getByRole("region", { name }).last();
    const ranked = (name, text) => region(name).locator("tbody tr", { hasText: text });
    await ranked("Top endpoints", "/proxy/mock_github/users/a").locator("td", { hasText: "4" }).waitFor();
    await ranked("Top callers", "alice").locator("td", { hasText: "4" }).waitFor();
    await ranked("Recent errors", "/proxy/nowhere/x").first().waitFor();
    await region("Status codes").getByText("6", { exact: true }).waitFor(); // 2xx
    await region("Status codes").getByText("2", { exact: true }).waitFor(); // 4xx
    await page.getByRole("img", { name: /^Requests per second: failed/ }).waitFor();
    await shot(page, "rexus");

    await page.goto(`${it.page}#/live`);
    await row(page, "/proxy/mock_github/users/b").locator("td").nth(3).click();
    const drawer = page.getByRole("dialog");
    await drawer.getByText(`mock_github · ${mock.address}`).waitFor();
    await drawer.getByText("taken").first().waitFor();
    assert.deepEqual(page.complaints, []);
});
