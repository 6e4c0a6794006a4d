// tiles.ts - the overview's figures: those of now, second by second, and those of the day.
import { h, set_text } from "../dom";
import { count, milliseconds, percent, rate } from "../format";
import type { Live } from "../live";
import type { Kind } from "../parts";
import type { Analytics } from "../wire";

interface Tile {
    element: HTMLElement;
    show(value: string, detail?: string, kind?: Kind): void;
}

function tile(name: string, id: string): Tile {
    const value = h("dd", { class: "value", id }, "–");
    const detail = h("dd", { class: "detail" });
    const element = h("div", { class: "tile" }, h("dt", {}, name), value, detail);
    return {
        element,
        show(text, more = "", kind = "calm") {
            set_text(value, text);
            set_text(detail, more);
            element.dataset["kind"] = kind;
        },
    };
}

const minute = 60;
const share = (part: number, all: number) => (all > 0 ? part / all : null);

// Red below four of five, as people know it from elsewhere; amber where one of a hundred fails.
const kind_of_success = (ok: number | null): Kind => (ok === null || ok >= 0.99 ? "calm" : ok >= 0.8 ? "warn" : "bad");

export function tiles(live: Live) {
    const now = {
        requests: tile("Requests per second", "now-requests"),
        ok: tile("Successful", "now-ok"),
        limited: tile("Rate limited (429)", "now-limited"),
        failed: tile("Failed", "now-failed"),
        latency: tile("Latency, median", "now-latency"),
        slowest: tile("Latency, p99", "now-slowest"),
        gateway: tile("Gateway's own time", "now-gateway"),
        in_flight: tile("In flight", "now-in-flight"),
    };
    const day = {
        total: tile("Requests", "day-total"),
        success: tile("Success rate", "day-success"),
        limited: tile("Rate limit hits", "day-limited"),
        errors: tile("Errors", "day-errors"),
    };
    const element = h(
        "div",
        { class: "tiles-both" },
        h(
            "section",
            { "aria-label": "Now" },
            h("h2", {}, "Now"),
            h("dl", { class: "tiles" }, ...Object.values(now).map((one) => one.element)),
        ),
        h(
            "section",
            { "aria-label": "Last 24 hours" },
            h("h2", {}, "Last 24 hours"),
            h("dl", { class: "tiles" }, ...Object.values(day).map((one) => one.element)),
        ),
    );
    return {
        element,
        live() {
            const second = live.series.last,
                totals = live.series.totals(minute);
            if (!second) return;
            const of_minute = `of ${count(totals.requests)} in a minute`;
            const ok = share(totals.ok, totals.requests),
                limited = share(totals.limited, totals.requests);
            const failed = share(totals.failed, totals.requests);
            now.requests.show(
                rate(second.per_second ?? second.requests),
                `${rate(share(totals.requests, totals.seconds))} over a minute`,
            );
            now.ok.show(percent(ok), of_minute, kind_of_success(ok === null ? null : 1 - (failed ?? 0)));
            now.limited.show(percent(limited), `${count(totals.limited)} in a minute`, limited ? "warn" : "calm");
            now.failed.show(percent(failed), `${count(totals.failed)} in a minute`, failed ? "bad" : "calm");
            now.latency.show(milliseconds(second.p50_ms), "half are faster");
            now.slowest.show(milliseconds(second.p99_ms), `p95 ${milliseconds(second.p95_ms)}`);
            const own = (value: number | null | undefined) =>
                milliseconds(typeof value === "number" ? value / 1000 : null);
            now.gateway.show(own(second.gateway_p50_us), `p99 ${own(second.gateway_p99_us)}`);
            now.in_flight.show(count(second.in_flight), `${count(second.connections)} connections`);
        },
        day(known: Analytics) {
            const hits = known.status_code_counts["429"] ?? 0;
            const success = share(known.successful_requests, known.total_requests);
            day.total.show(
                count(known.total_requests),
                known.source === "database" ? "from the request log" : "since the start, at most a day",
            );
            day.success.show(
                percent(success),
                `${count(known.successful_requests)} below 400`,
                kind_of_success(success),
            );
            day.limited.show(count(hits), percent(share(hits, known.total_requests)), hits ? "warn" : "calm");
            day.errors.show(count(known.total_errors), "4xx and 5xx", "calm");
        },
    };
}
