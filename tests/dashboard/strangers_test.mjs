// strangers_test.mjs - what clients send is text and nothing else, wherever it is shown.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import test from "node:test";
import { connect } from "node:net";
import { gateway, live, open, row, shot } from "./stage.mjs";

const evil = "<img/src=x/onerror=window.stolen=1>";
const key = createHash("sha256").update("open-sesame").digest("hex");
const it = await gateway(
    `
    tier "${evil}" { rate = 1000 / minute }
    route "GET /paths/**" { answer = "ok\\n", plugins = { auth { key = header "X-API-Key", file = "keys" } } }`,
    { files: { keys: `${key} ${evil} ${evil}\n` } },
);

// fetch would escape the path.
function raw(head) {
    return new Promise((resolve, reject) => {
        const { hostname, port } = new URL(it.url);
        const socket = connect(Number(port), hostname, () => socket.write(head));
        let answer = "";
        socket.on("data", (data) => (answer += data));
        socket.on("end", () => resolve(answer));
        socket.on("error", reject);
    });
}

const request = (path) =>
    raw(
        `GET ${path} HTTP/1.1\r\nHost: strangers.example\r\nX-API-Key: open-sesame\r\n` +
            `User-Agent: ${evil}\r\nX-Request-Id: ${evil}\r\nConnection: close\r\n\r\n`,
    );

async function harmless(page) {
    assert.equal(await page.evaluate(() => window.stolen), undefined);
    assert.equal(await page.locator("main img, main script, dialog img, dialog script, main b b").count(), 0);
}

test("the policy allows no inline script or style", async () => {
    const answer = await fetch(it.page);
    const policy = answer.headers.get("content-security-policy");
    assert.match(policy, /default-src 'self'/);
    assert.doesNotMatch(policy, /unsafe/);
});

test("paths, callers and ids are shown as they were sent", async () => {
    const page = await open(`${it.page}#/live`);
    await live(page);
    const answer = await request(`/paths/${evil}`);
    assert.match(await request("/paths/%3Cscript%3Ewindow.stolen=1%3C/script%3E"), /^HTTP\/1.1 200/);
    await raw(`GET /${encodeURIComponent(evil)} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
    const line = row(page, /^HTTP\/1.1 400/.test(answer) ? "script" : evil).first();
    await line.waitFor();
    await harmless(page);
    await line.locator("button").click();
    await page.getByRole("dialog").getByText("taken").first().waitFor();
    await harmless(page);
    await shot(page, "strangers");
});

test("nor are they more anywhere else", async () => {
    await request("/paths/again");
    for (const view of ["overview", "routes", "callers", "limits", "configuration"]) {
        const page = await open(`${it.page}#/${view}`);
        await live(page);
        if (view === "callers") await row(page, evil).first().waitFor();
        if (view === "configuration") await page.locator(".listing", { hasText: evil }).waitFor();
        await harmless(page);
        assert.deepEqual(page.complaints, []);
    }
});
