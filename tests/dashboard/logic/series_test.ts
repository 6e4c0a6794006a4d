// series_test.ts - the last minutes second by second.
import assert from "node:assert/strict";
import test from "node:test";
import { Series } from "../../../dashboard/src/series";

const second = (at: number, requests = 10) => ({
    time: new Date(at * 1000).toISOString(),
    requests,
    ok: requests - 2,
    limited: 1,
    failed: 1,
    p50_ms: 3,
});

test("what is older than its length is forgotten", () => {
    const series = new Series(3);
    for (let at = 1; at <= 5; ++at) series.add(second(at));
    assert.deepEqual(series.columns((s) => s.requests)[0], [3, 4, 5]);
});

test("totals are of the last seconds asked for", () => {
    const series = new Series();
    for (let at = 1; at <= 5; ++at) series.add(second(at, 10 * at));
    assert.deepEqual(series.totals(2), { seconds: 2, requests: 90, ok: 86, limited: 2, failed: 2 });
});

test("a gap is a gap in the lines", () => {
    const series = new Series();
    for (const at of [1, 2, 10]) series.add(second(at));
    assert.deepEqual(
        series.columns((s) => s.ok),
        [
            [1, 2, 3, 10],
            [8, 8, null, 8],
        ],
    );
});

test("what a second does not say is not known", () => {
    const series = new Series();
    series.add(second(1));
    assert.deepEqual(
        series.columns((s) => s.p99_ms),
        [[1], [null]],
    );
});

test("the latest figure is that of the last second that has one", () => {
    const series = new Series();
    series.add(second(1));
    series.add({ ...second(2), p50_ms: 0 });
    series.add({ ...second(3), p50_ms: null as never });
    assert.equal(
        series.latest(60, (s) => s.p50_ms),
        0,
    );
    assert.equal(
        series.latest(1, (s) => s.p50_ms),
        null,
    );
});
