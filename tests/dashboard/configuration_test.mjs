// configuration_test.mjs - the text in force, a reload that is refused and why, one that is not, and who did it.
import assert from "node:assert/strict";
import test from "node:test";
import { ask, gateway, live, open, row, shot } from "./stage.mjs";

const before = `
route "GET /word" { answer = "before\\n" }`;
const it = await gateway(before);

test("a mistake is told with its line, and changes nothing", async () => {
    const page = await open(`${it.page}#/configuration`);
    await live(page);
    await page.locator(".listing", { hasText: "GET /word" }).waitFor();
    it.write_routes(`${before}\nroute "GET /new" { anwser = "x" }`);
    await page.getByRole("button", { name: "Reload" }).click();
    await page
        .getByText(/routes\.lua:3: .*did you mean "answer"/)
        .first()
        .waitFor();
    await shot(page, "reload-refused");
    assert.equal(await ask(`${it.url}/new`), 404);
    assert.equal(await page.locator(".listing", { hasText: "GET /new" }).count(), 0);
});

test("without it the reload is taken, shown and noted", async () => {
    const page = await open(`${it.page}#/configuration`);
    await live(page);
    it.write_routes(`${before}\nroute "GET /new" { answer = "x" }`);
    await page.getByRole("button", { name: "Reload" }).click();
    await page.locator(".listing", { hasText: "GET /new" }).waitFor();
    assert.equal(await ask(`${it.url}/new`), 200);
    await row(page, "POST /reload").first().waitFor();
    assert.equal(await page.locator(".problems").count(), 0);
    await shot(page, "configuration");
});
