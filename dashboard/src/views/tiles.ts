// tiles.ts - the overview's figures: those of now, second by second, and those of the day.
import { h, set_text } from "../dom";
import { count, milliseconds, percent, plural, rate } from "../format";
import type { Live } from "../live";
import type { Kind } from "../parts";
import type { Analytics, Second } from "../wire";

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

function section(name: string, all: Record<string, Tile>): HTMLElement {
    const list = h("dl", { class: "tiles" }, ...Object.values(all).map((one) => one.element));
    return h("section", { "aria-label": name }, h("h2", {}, name), list);
}

// Shares are of the last minute; what a second says is the last one's that says it.
export function tiles_of_now({ series }: Live) {
    const now = {
        requests: tile("Requests / s", "now-requests"),
        ok: tile("Successful", "now-ok"),
        limited: tile("Rate limited (429)", "now-limited"),
        failed: tile("Failed (5xx)", "now-failed"),
        latency: tile("Latency, median", "now-latency"),
        slowest: tile("Latency, p99", "now-slowest"),
        gateway: tile("Gateway's own", "now-gateway"),
        in_flight: tile("In flight", "now-in-flight"),
    };
    const latest = (figure: (second: Second) => number | null | undefined) => series.latest(minute, figure);
    const micro = (value: number | null) => milliseconds(value === null ? null : value / 1000);
    const show = () => {
        const second = series.last;
        if (!second) return;
        const { seconds, requests, ok, limited, failed } = series.totals(minute);
        const well = requests > 0 ? 1 - failed / requests : null;
        const mean = `${rate(share(requests, seconds))} over a minute`;
        now.requests.show(rate(second.per_second ?? second.requests), mean);
        now.ok.show(percent(share(ok, requests)), `of ${count(requests)} a minute`, kind_of_success(well));
        const few = limited ? "warn" : "calm",
            broken = failed ? "bad" : "calm";
        now.limited.show(percent(share(limited, requests)), `${count(limited)} a minute`, few);
        now.failed.show(percent(share(failed, requests)), `${count(failed)} a minute`, broken);
        now.latency.show(milliseconds(latest((s) => s.p50_ms)), "half are faster");
        now.slowest.show(milliseconds(latest((s) => s.p99_ms)), `p95 ${milliseconds(latest((s) => s.p95_ms))}`);
        now.gateway.show(micro(latest((s) => s.gateway_p50_us)), `p99 ${micro(latest((s) => s.gateway_p99_us))}`);
        now.in_flight.show(count(second.in_flight), plural(second.connections ?? 0, "connection"));
    };
    return { element: section("Now", now), show };
}

export function tiles_of_day() {
    const day = {
        total: tile("Requests", "day-total"),
        success: tile("Success rate", "day-success"),
        limited: tile("Rate limit hits", "day-limited"),
        errors: tile("Errors", "day-errors"),
    };
    const show = (known: Analytics) => {
        const { total_requests: all, successful_requests: good } = known;
        const hits = known.status_code_counts["429"] ?? 0;
        const where = known.source === "database" ? "by the request log" : "since the gateway began";
        day.total.show(count(all), where);
        day.success.show(percent(share(good, all)), `${count(good)} below 400`, kind_of_success(share(good, all)));
        day.limited.show(count(hits), all > 0 ? `${percent(share(hits, all))} of all` : "", hits ? "warn" : "calm");
        day.errors.show(count(known.total_errors), "4xx and 5xx");
    };
    return { element: section("Last 24 hours", day), show };
}
