// request_log_test.ts - which requests are kept, and which are asked for.
import assert from "node:assert/strict";
import test from "node:test";
import { everything, matches, RequestLog } from "../../../dashboard/src/request_log";
import type { Request } from "../../../dashboard/src/wire";

const request = (n: number, more: Partial<Request> = {}): Request => ({
    id: `0-${n}`,
    time: new Date(n * 1000).toISOString(),
    method: "GET",
    path: "/orders/7",
    status: 200,
    ...more,
});

test("the newest comes first, whatever the order of arrival", () => {
    const log = new RequestLog();
    for (const n of [1, 3, 2]) log.add(request(n));
    assert.deepEqual(
        log.matching(everything, 10).map((r) => r.id),
        ["0-3", "0-2", "0-1"],
    );
});

test("one that came twice is there once", () => {
    const log = new RequestLog();
    assert.equal(log.add(request(1)), true);
    assert.equal(log.add(request(1)), false);
    assert.equal(log.matching(everything, 10).length, 1);
});

test("it holds so many and no more", () => {
    const log = new RequestLog(2);
    for (const n of [1, 2, 3]) log.add(request(n));
    assert.deepEqual(
        log.matching(everything, 10).map((r) => r.id),
        ["0-3", "0-2"],
    );
    assert.equal(log.add(request(1)), true); // what is forgotten is not known
});

test("statuses are asked for by class, 429 alone", () => {
    const limited = request(1, { status: 429 });
    assert.equal(matches(limited, { ...everything, status: "4xx" }), true);
    assert.equal(matches(limited, { ...everything, status: "429" }), true);
    assert.equal(matches(limited, { ...everything, status: "2xx" }), false);
    assert.equal(matches(request(1, { status: 404 }), { ...everything, status: "429" }), false);
});

test("words are found in whatever names a request, in any case", () => {
    const one = request(1, { caller: "key-77b1", owner: "Bob", client_ip: "192.0.2.1", request_id: "ab-12" });
    for (const text of ["bob", "KEY-77", "192.0", "ab-1", "get /orders", "200", " bob "])
        assert.equal(matches(one, { ...everything, text }), true, text);
    assert.equal(matches(one, { ...everything, text: "alice" }), false);
});

test("a route is asked for as a whole", () => {
    const one = request(1, { route: "GET /orders/:id" });
    assert.equal(matches(one, { ...everything, route: "GET /orders/:id" }), true);
    assert.equal(matches(one, { ...everything, route: "GET /orders" }), false);
});

test("ids that begin anew with the gateway are other requests", () => {
    const log = new RequestLog();
    log.add(request(1));
    assert.equal(log.add({ ...request(2), id: "0-1" }), true);
});
