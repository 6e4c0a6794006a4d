// overview.ts - the view one leaves open: how much, how well, how fast, and what goes wrong.
import { get } from "../api";
import { Chart } from "../chart";
import { h } from "../dom";
import { milliseconds, rate } from "../format";
import { card, choice } from "../parts";
import type { Columns } from "../series";
import type { Stage } from "../stage";
import type { Analytics, Second, Span } from "../wire";
import { standings } from "./standings";
import { tiles } from "./tiles";

type Range = "live" | "hour" | "day";

const volume_curves = [
    { name: "failed", colour: "--bad", filled: true },
    { name: "limited", colour: "--warn", filled: true },
    { name: "refused", colour: "--accent-3", filled: true },
    { name: "ok", colour: "--accent", filled: true },
];

const parsed = (time: string) => Date.parse(time) / 1000;

function volume_of(spans: Span[], seconds: number): Columns {
    const per_second = (value: number | undefined) => (value ?? 0) / seconds;
    return [
        spans.map((span) => parsed(span.time)),
        spans.map((span) => per_second(span.failed)),
        spans.map((span) => per_second(span.limited)),
        spans.map((span) => per_second(span.refused)),
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

export function overview(stage: Stage): HTMLElement {
    const { live, signal } = stage;
    let range: Range = "live";
    let known: Analytics | null = null;
    const volume = new Chart(
        { label: "Requests per second", curves: volume_curves, format: rate, stacked: true },
        signal,
    );
    const latency = new Chart(
        {
            label: "Latency",
            curves: [
                { name: "p50", colour: "--accent" },
                { name: "p95", colour: "--accent-2", dash: [5, 3] },
                { name: "p99", colour: "--accent-3", dash: [2, 3] },
            ],
            format: milliseconds,
        },
        signal,
    );
    const draw = () => {
        if (range === "live") {
            volume.show(
                live.series.columns(
                    (s) => s.failed,
                    (s) => s.limited,
                    (s) => s.refused ?? 0,
                    (s) => s.ok,
                ),
            );
            latency.show(
                live.series.columns(
                    (s) => s.p50_ms,
                    (s) => s.p95_ms,
                    (s) => s.p99_ms,
                ),
            );
        } else if (known) {
            const spans = range === "hour" ? (known.minutes ?? []) : known.requests_over_time;
            volume.show(volume_of(spans, range === "hour" ? 60 : 3600));
            latency.show(latency_of(range === "hour" ? spans : []));
        }
    };
    const ranges = choice<Range>(
        "Range of the charts",
        [
            ["live", "5 min"],
            ["hour", "1 h"],
            ["day", "24 h"],
        ],
        range,
        (chosen) => {
            range = chosen;
            latency_card.hidden = range === "day";
            draw();
        },
    );
    const now = tiles(live);
    const rest = standings(stage);
    const latency_card = card("Latency", { class: "half" }, latency.element);
    stage.listen<Second>("second", () => {
        now.live();
        if (range === "live") draw();
    });
    stage.every(5_000, async () => {
        known = await get<Analytics>("/analytics?hours=24", { signal });
        now.day(known);
        rest.show(known);
        draw();
    });
    now.live();
    draw();
    return h(
        "div",
        { class: "grid" },
        now.element,
        card("Requests per second", { class: "half", aside: ranges }, volume.element),
        latency_card,
        ...rest.cards,
    );
}
