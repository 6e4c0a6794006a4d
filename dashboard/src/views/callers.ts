// callers.ts - who asks, how much, how it went for each; and the tiers that say how much they may.
import { get_if_there, message_of } from "../api";
import { drawer } from "../dialog";
import { fill, h, type Child } from "../dom";
import { ago, count, lasting, milliseconds, percent } from "../format";
import { card, facts, kind_of_status, mix, note, table } from "../parts";
import type { Stage } from "../stage";
import type { Caller, CallerFigures } from "../wire";

interface Rate {
    count: number;
    seconds: number;
}

interface Tier {
    name: string;
    where?: string;
    rate: Rate | null;
    burst: number | null;
    quota: Rate | null;
}

const spans: Record<number, string> = { 1: "second", 60: "minute", 3600: "hour", 86_400: "day", 2_592_000: "month" };

// As routes.lua says it: "60 / minute".
const rate_in_words = (rate: Rate | null) =>
    rate ? `${count(rate.count)} / ${spans[rate.seconds] ?? lasting(rate.seconds)}` : "–";

// The last answers, the newest first: each with its number, so that no colour is needed to read them.
function latest(recent: number[]): Child {
    if (recent.length === 0) return note("None yet.");
    return h(
        "ol",
        { class: "codes", "aria-label": "Latest answers, the newest first" },
        ...recent.map((code) => h("li", { class: kind_of_status(code) }, String(code))),
    );
}

function figures(known: CallerFigures): HTMLElement {
    const { total_requests: all, status_code_counts: codes } = known;
    const of = (...names: string[]) => names.reduce((sum, name) => sum + (codes[name] ?? 0), 0);
    return h(
        "div",
        {},
        mix([
            { name: "successful", kind: "good", value: of("1xx", "2xx", "3xx") },
            { name: "limited (429)", kind: "warn", value: of("429") },
            { name: "refused (other 4xx)", kind: "bad", value: of("4xx") - of("429") },
            { name: "failed (5xx)", kind: "bad", value: of("5xx") },
        ]),
        facts([
            ["Requests", count(all)],
            ["Limited of late", count(known.recent_rate_limited_request_count)],
            ["Latency, mean", milliseconds(known.avg_latency)],
            ["p50, p95, p99", [known.p50_ms, known.p95_ms, known.p99_ms].map(milliseconds).join(", ")],
            ["Last seen", ago(known.last_seen)],
        ]),
        h("h3", {}, "Latest answers"),
        latest(known.recent_codes ?? []),
    );
}

function open_caller(caller: Caller) {
    const place = h("div", {}, note("Asking the gateway …"));
    const gone = new AbortController();
    const dialog = drawer(
        caller.owner ?? caller.id,
        facts([
            ["Id", caller.id],
            ["Owner", caller.owner],
            ["Tier", caller.tier],
        ]),
        place,
        h("p", {}, h("a", { href: `#/live?text=${encodeURIComponent(caller.id)}` }, "Its requests in the live log")),
    );
    dialog.addEventListener("close", () => gone.abort());
    dialog.addEventListener("click", (event) => {
        if ((event.target as Element).closest("a")) dialog.close();
    });
    get_if_there<CallerFigures>(`/metrics/${encodeURIComponent(caller.id)}`, { signal: gone.signal })
        .then((known) => fill(place, known ? figures(known) : note("Nothing is known of it any more.")))
        .catch((error: unknown) => {
            if (!gone.signal.aborted) fill(place, note(message_of(error)));
        });
}

const of_all = (part: number | undefined, all: number) =>
    part === undefined ? "" : `${count(part)}${all > 0 && part > 0 ? ` (${percent(part / all)})` : ""}`;

function seen(stage: Stage): HTMLElement {
    const shown = table<Caller>(
        "Callers by requests",
        [
            { head: "Caller", class: "path", cell: (one) => one.owner ?? one.id },
            { head: "Id", class: "path wide", cell: (one) => one.id },
            { head: "Tier", cell: (one) => one.tier ?? "" },
            { head: "Requests", class: "number", cell: (one) => count(one.requests) },
            { head: "Limited", class: "number", cell: (one) => of_all(one.limited, one.requests) },
            { head: "Failed", class: "number wide", cell: (one) => of_all(one.failed, one.requests) },
            { head: "Last seen", class: "wide time", cell: (one) => ago(one.last_seen) },
        ],
        (one) => one.id,
        "Nobody has shown who they are since the gateway began.",
        open_caller,
    );
    stage.every(3_000, async () => {
        const known = await get_if_there<{ callers: Caller[] }>("/callers", { signal: stage.signal });
        shown.show(known?.callers ?? []);
    });
    return card("Callers", { class: "whole" }, shown.element);
}

function tiers(stage: Stage): HTMLElement {
    const shown = table<Tier>(
        "Tiers",
        [
            { head: "Tier", class: "path", cell: (one) => one.name },
            { head: "Rate", class: "number", cell: (one) => rate_in_words(one.rate) },
            { head: "Burst", class: "number", cell: (one) => count(one.burst) },
            { head: "Quota", class: "number", cell: (one) => rate_in_words(one.quota) },
            { head: "Declared", class: "wide time", cell: (one) => one.where ?? "" },
        ],
        (one) => one.name,
        "No tier is declared.",
    );
    stage.every(30_000, async () => {
        const known = await get_if_there<{ tiers: Tier[] }>("/tiers", { signal: stage.signal });
        shown.show(known?.tiers ?? []);
    });
    return card("Tiers", { class: "whole" }, shown.element);
}

export function callers(stage: Stage): HTMLElement {
    return h("div", { class: "grid" }, seen(stage), tiers(stage));
}
