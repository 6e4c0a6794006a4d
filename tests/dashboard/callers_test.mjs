// callers_test.mjs - each caller's figures, and the tiers.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import test from "node:test";
import { ask, gateway, open, row, shot } from "./stage.mjs";

const sha256 = (text) => createHash("sha256").update(text).digest("hex");
const it = await gateway(
    `
    tier "free" { rate = 60 / hour, burst = 3 }
    tier "premium" { rate = 1200 / minute, burst = 200 }
    route "GET /**" { answer = "ok\\n", plugins = { auth { key = header "X-API-Key", file = "keys" }, ratelimit { by = caller } } }`,
    { files: { keys: `${sha256("of-alice")} alice free\n${sha256("of-bob")} bob premium\n` } },
);

const as = (key) => ({ headers: { "X-API-Key": key } });

test("who asked, how much, and how it went", async () => {
    for (let i = 0; i < 8; ++i) await ask(`${it.url}/`, as("of-alice"));
    assert.equal(await ask(`${it.url}/`, as("of-bob")), 200);
    const page = await open(`${it.page}#/callers`);
    const alice = row(page, "alice");
    await alice.locator("td", { hasText: /^8$/ }).waitFor();
    await alice.locator("td", { hasText: /^5 / }).first().waitFor(); // limited
    await row(page, "bob").waitFor();
    await shot(page, "callers");
    await alice.getByRole("button", { name: "alice" }).click();
    const drawer = page.getByRole("dialog");
    await drawer.getByText("Latest answers").waitFor();
    assert.equal(await drawer.locator(".codes li", { hasText: "429" }).count(), 5);
    assert.equal(await drawer.locator(".codes li", { hasText: "200" }).count(), 3);
    await shot(page, "caller");
});

test("the overview ranks who asked most", async () => {
    const page = await open(`${it.page}#/overview`);
    const ranking = page.getByRole("region", { name: "Top callers" }).last();
    await ranking.locator("tbody tr", { hasText: "alice" }).locator("td", { hasText: "8" }).waitFor();
    assert.match(await ranking.locator("tbody tr").first().innerText(), /alice/);
});

test("tiers are told", async () => {
    const page = await open(`${it.page}#/callers`);
    const premium = page.getByRole("region", { name: "Tiers" }).last().locator("tbody tr", { hasText: "premium" });
    await premium.waitFor();
    assert.match(await premium.innerText(), /200/);
});
