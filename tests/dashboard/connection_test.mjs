// connection_test.mjs - the gateway goes and comes back; and the token, where it asks for one.
import assert from "node:assert/strict";
import test from "node:test";
import { ask, gateway, live, open, row, shot } from "./stage.mjs";

test("the page comes back with the gateway", async () => {
    // At an address of its own: nobody takes its ports meanwhile.
    const it = await gateway(`route "GET /**" { answer = "ok\\n" }`, {
        listen: "127.0.78.32:0",
        admin: "127.0.78.32:0",
    });
    const page = await open(`${it.page}#/live`);
    await live(page);
    await it.end("SIGKILL");
    await page.locator("#connection", { hasText: "not connected" }).waitFor();
    await page.getByText("The gateway does not answer.").waitFor();
    await shot(page, "away");
    await it.start();
    await live(page);
    await page.getByText("The gateway does not answer.").waitFor({ state: "hidden" });
    await ask(`${it.url}/after`);
    await row(page, "/after").waitFor();
    assert.deepEqual(page.complaints, []);
});

test("the token is asked for, tried, and kept for the tab", async () => {
    const token = "correct-horse-battery-staple";
    const it = await gateway(`admin { token = "${token}" } route "GET /**" { answer = "ok\\n" }`);
    const page = await open(`${it.page}#/live`);
    const input = page.getByLabel("Admin token", { exact: true }).and(page.locator("input"));
    await input.fill("another-token-of-no-worth");
    await page.keyboard.press("Enter");
    await page.getByText("This is not the gateway's token.").waitFor();
    await shot(page, "token");
    await input.fill(token);
    await page.getByRole("button", { name: "Open the dashboard" }).click();
    await live(page);
    await ask(`${it.url}/with-token`);
    await row(page, "/with-token").waitFor();
    await page.reload();
    await live(page);
    assert.equal(await page.getByRole("dialog").count(), 0);
    await page.getByRole("button", { name: "Forget the token" }).click();
    await input.waitFor();
});
