// metrics_test.ts - samples out of Prometheus' text.
import assert from "node:assert/strict";
import test from "node:test";
import { samples_of } from "../../../dashboard/src/metrics";

const text = `# HELP cache_total requests
# TYPE cache_total counter
cache_total{cache="default",result="hit"} 3
cache_total{cache="a \\"b\\" \\\\ {c}",result="miss"} 1.5 1690000000
cache_total_more{cache="default"} 9
plain 7
`;

test("the samples of a family, and of no other", () => {
    assert.deepEqual(samples_of("cache_total", text), [
        { labels: { cache: "default", result: "hit" }, value: 3 },
        { labels: { cache: 'a "b" \\ {c}', result: "miss" }, value: 1.5 },
    ]);
});

test("one without labels", () => assert.deepEqual(samples_of("plain", text), [{ labels: {}, value: 7 }]));

test("none", () => assert.deepEqual(samples_of("nothing", text), []));
