// overview.ts - the view one leaves open: how much, how well, how fast, and what goes wrong.
import { get } from "../api";
import { Chart } from "../chart";
import { h } from "../dom";
import { milliseconds, rate } from "../format";
import { card, choice } from "../parts";
import type { Columns, Series } from "../series";
import type { Stage } from "../stage";
import type { Analytics, Second, Span } from "../wire";
import { standings } from "./standings";
import { tiles_of_day, tiles_of_now } from "./tiles";

type Range = "live" | "hour" | "day";

const volume_curves = [
    { name: "failed", colour: "--bad", filled: true },
    { name: "limited", colour: "--warn", filled: true },
    { name: "refused", colour: "--accent-3", filled: true },
    { name: "ok", colour: "--accent", filled: true },
];

const parsed = (time: string) => Date.parse(time) / 1000;

// What is neither well nor limited nor failed: other answers from 400 to 499.
const refused = (span: Span) => Math.max(0, span.count - (span.ok ?? 0) - (span.limited ?? 0) - (span.failed ?? 0));

function volume_of(spans: Span[], seconds: number): Columns {
    const per_second = (value: number | undefined) => (value ?? 0) / seconds;
    return [
        spans.map((span) => parsed(span.time)),
        spans.map((span) => per_second(span.failed)),
        spans.map((span) => per_second(span.limited)),
        spans.map((span) => per_second(refused(span))),
        spans.map((span) => per_second(span.ok ?? span.count)),
    ];
}

function latency_of(spans: Span[]): Columns {
    return [
        spans.map((s) => parsed(s.time)),
        spans.map((s) => s.p50_ms ?? null),
        spans.map(() => null),
        spans.map((s) => s.p99_ms ?? null),
    ];
}

const latency_curves = [
    { name: "p50", colour: "--accent" },
    { name: "p95", colour: "--accent-2", dash: [5, 3] },
    { name: "p99", colour: "--accent-3", dash: [2, 3] },
];

const live_volume = (series: Series) =>
    series.columns(
        (s) => s.failed,
        (s) => s.limited,
        (s) => s.refused ?? 0,
        (s) => s.ok,
    );
const live_latency = (series: Series) =>
    series.columns(
        (s) => s.p50_ms,
        (s) => s.p95_ms,
        (s) => s.p99_ms,
    );

// Both charts, over the range that is chosen with the first.
function charts({ live, signal }: Stage) {
    let range: Range = "live";
    let known: Analytics | null = null;
    const shape = { label: "Requests per second", curves: volume_curves, format: rate, stacked: true, least: 4 };
    const volume = new Chart(shape, signal);
    const latency = new Chart({ label: "Latency", curves: latency_curves, format: milliseconds, least: 1 }, signal);
    const draw = () => {
        latency_card.hidden = range === "day"; // percentiles of an hour are not kept
        if (range === "live") {
            volume.show(live_volume(live.series), live.series.length);
            latency.show(live_latency(live.series), live.series.length);
        } else if (range === "hour" && known) {
            volume.show(volume_of(known.minutes ?? [], 60));
            latency.show(latency_of(known.minutes ?? []));
        } else if (known) volume.show(volume_of(known.requests_over_time, 3600));
    };
    const ranges: [Range, string][] = [
        ["live", "5 min"],
        ["hour", "1 h"],
        ["day", "24 h"],
    ];
    const chosen = choice<Range>("Range of the charts", ranges, range, (value) => {
        range = value;
        draw();
    });
    const latency_card = card("Latency", { class: "half" }, latency.element);
    return {
        cards: [card("Requests per second", { class: "half", aside: chosen }, volume.element), latency_card],
        second: () => {
            if (range === "live") draw();
        },
        show: (analytics: Analytics) => {
            known = analytics;
            if (range !== "live") draw();
        },
    };
}

export function overview(stage: Stage): HTMLElement {
    const now = tiles_of_now(stage.live),
        day = tiles_of_day();
    const drawn = charts(stage),
        rest = standings(stage);
    const second = () => {
        now.show();
        drawn.second();
    };
    stage.listen<Second>("second", second);
    stage.every(5_000, async () => {
        const known = await get<Analytics>("/analytics?hours=24", { signal: stage.signal });
        for (const part of [day, drawn, rest]) part.show(known);
    });
    second();
    const tiles = h("div", { class: "tiles-both" }, now.element, day.element);
    return h("div", { class: "grid" }, tiles, ...drawn.cards, ...rest.cards);
}
