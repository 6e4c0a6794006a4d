// backoff_test.ts - waiting longer after each failure, within bounds.
import assert from "node:assert/strict";
import test from "node:test";
import { Backoff } from "../../../dashboard/src/backoff";

test("delays double up to ten seconds", () => {
    const backoff = new Backoff(() => 1);
    assert.deepEqual(
        [1, 2, 3, 4, 5, 6, 7].map(() => backoff.next()),
        [500, 1000, 2000, 4000, 8000, 10_000, 10_000],
    );
});

test("a fifth is left to chance", () => {
    assert.equal(new Backoff(() => 0).next(), 400);
});

test("success begins anew", () => {
    const backoff = new Backoff(() => 1);
    backoff.next();
    backoff.next();
    backoff.succeeded();
    assert.equal(backoff.next(), 500);
});
