// format_test.ts - figures as people read them.
import assert from "node:assert/strict";
import test from "node:test";
import { ago, bytes, count, lasting, milliseconds, percent, rate } from "../../../dashboard/src/format";

test("counts have commas, and from a million on a letter", () => {
    assert.equal(count(0), "0");
    assert.equal(count(12345), "12,345");
    assert.equal(count(1_234_567), "1.23 M");
    assert.equal(count(2_500_000_000), "2.50 G");
});

test("what is not known is a dash", () => {
    for (const format of [count, rate, percent, milliseconds, bytes, lasting])
        for (const value of [null, undefined, NaN]) assert.equal(format(value), "–");
    assert.equal(ago("yesterday"), "–");
});

test("small rates have a digit more", () => {
    assert.equal(rate(0.4), "0.4");
    assert.equal(rate(7), "7");
    assert.equal(rate(1234.6), "1,235");
});

test("what is not all is never 100%, what is not nothing never 0%", () => {
    assert.equal(percent(1), "100%");
    assert.equal(percent(0.99999), "> 99.9%");
    assert.equal(percent(0.943), "94.3%");
    assert.equal(percent(0.0001), "< 0.1%");
    assert.equal(percent(0), "0%");
});

test("times go from microseconds to seconds", () => {
    assert.equal(milliseconds(0.014), "14 µs");
    assert.equal(milliseconds(3.25), "3.3 ms");
    assert.equal(milliseconds(812), "812 ms");
    assert.equal(milliseconds(12_300), "12.3 s");
});

test("bytes go by 1024", () => {
    assert.equal(bytes(127), "127 B");
    assert.equal(bytes(1536), "1.5 KiB");
    assert.equal(bytes(64 * 2 ** 20), "64 MiB");
});

test("spans are said in at most two units", () => {
    assert.equal(lasting(42.9), "42 s");
    assert.equal(lasting(300), "5 min");
    assert.equal(lasting(12_000), "3 h 20 min");
    assert.equal(lasting(4 * 3600), "4 h");
    assert.equal(lasting(100 * 3600), "4 d 4 h");
});

test("past is told from now", () => {
    const now = Date.parse("2026-11-21T09:00:00Z");
    assert.equal(ago("2026-11-21T08:59:59.500Z", now), "just now");
    assert.equal(ago("2026-11-21T08:55:00Z", now), "5 min ago");
});
