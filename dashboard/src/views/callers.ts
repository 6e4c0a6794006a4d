// callers.ts - who asks, how much, how it went for each; and the tiers that say how much they may.
import { get_if_there, message_of } from "../api";
import { drawer } from "../dialog";
import { fill, h, type Child } from "../dom";
import { ago, count, milliseconds, percent } from "../format";
import { card, facts, kind_of_status, mix, note, table } from "../parts";
import type { Stage } from "../stage";
import type { Caller, CallerFigures } from "../wire";
import { in_words } from "./routes";

type Tier = { name: string } & Record<string, unknown>;

// The last answers, oldest first: each with its number, so that no colour is needed to read them.
function codes(recent: number[]): Child {
    if (recent.length === 0) return note("None yet.");
    return h(
        "ol",
        { class: "codes", "aria-label": "Latest answers, the newest last" },
        ...recent.map((code) => h("li", { class: kind_of_status(code) }, String(code))),
    );
}

function figures(known: CallerFigures): HTMLElement {
    const { total_requests: all, ratios = {} } = known;
    const times = (share: number | undefined) => Math.round((share ?? 0) * all);
    return h(
        "div",
        {},
        mix([
            { name: "successful", kind: "good", value: times(ratios.ok) },
            { name: "limited (429)", kind: "warn", value: times(ratios.limited) },
            { name: "failed", kind: "bad", value: times(ratios.failed) },
        ]),
        facts([
            ["Requests", count(all)],
            ["Limited of late", count(known.recent_rate_limited_request_count)],
            ["Latency, mean", milliseconds(known.avg_latency)],
            ["p50, p95, p99", [known.p50_ms, known.p95_ms, known.p99_ms].map(milliseconds).join(", ")],
            ["Last seen", ago(known.last_seen)],
        ]),
        h("h3", {}, "Latest answers"),
        codes(known.recent_codes ?? []),
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

export function callers(stage: Stage): HTMLElement {
    const { signal } = stage;
    const seen = table<Caller>(
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
    const tiers = table<Tier>(
        "Tiers",
        [
            { head: "Tier", class: "path", cell: (one) => one.name },
            { head: "Rate", class: "number", cell: (one) => in_words(one["rate"]) },
            { head: "Burst", class: "number", cell: (one) => in_words(one["burst"]) },
            { head: "Quota", class: "number", cell: (one) => in_words(one["quota"]) },
            { head: "Declared", class: "wide time", cell: (one) => in_words(one["where"]) },
        ],
        (one) => one.name,
        "No tier is declared.",
    );
    stage.every(3_000, async () =>
        seen.show((await get_if_there<{ callers: Caller[] }>("/callers", { signal }))?.callers ?? []),
    );
    stage.every(30_000, async () =>
        tiers.show((await get_if_there<{ tiers: Tier[] }>("/tiers", { signal }))?.tiers ?? []),
    );
    return h(
        "div",
        { class: "grid" },
        card("Callers", { class: "whole" }, seen.element),
        card("Tiers", { class: "whole" }, tiers.element),
    );
}
