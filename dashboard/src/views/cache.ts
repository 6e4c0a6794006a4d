// cache.ts - what is kept, how much it helps, and throwing some of it away.
import { get, get_if_there, post } from "../api";
import { confirmed, toast } from "../dialog";
import { fill, h } from "../dom";
import { bytes, count, lasting, percent, plural } from "../format";
import { samples_of } from "../metrics";
import { button, card, complaint, field, form, note, status_badge, table } from "../parts";
import type { Stage } from "../stage";

// What GET /plugins/cache/stats says of what is kept, and, of requests, what /metrics counts: the former's
// look-ups are several for some requests.
interface Stats {
    name: string;
    items: number;
    bytes: number;
    memory: number;
    evicted: number;
    purged: number;
    requests: Map<string, number>; // by result
}

interface Kept {
    url: string;
    status: number;
    bytes: number;
    age: number;
    fresh_for: number;
    tags: string[];
    type: string;
    coding: string;
}

type What = "url" | "prefix" | "tag" | "all";
const words: Record<What, string> = {
    url: "one URL",
    prefix: "all URLs that begin with",
    tag: "all with the tag",
    all: "everything",
};

function kept_table(kept: Kept[]): HTMLElement {
    const shown = table<Kept>(
        "Kept of it",
        [
            { head: "Status", cell: (one) => status_badge(one.status) },
            { head: "Size", class: "number", cell: (one) => bytes(one.bytes) },
            { head: "Age", class: "number", cell: (one) => lasting(one.age) },
            {
                head: "Fresh for",
                class: "number",
                cell: (one) => (one.fresh_for > 0 ? lasting(one.fresh_for) : "stale"),
            },
            { head: "Type", class: "wide", cell: (one) => [one.type, one.coding].filter(Boolean).join(" · ") },
            { head: "Tags", class: "wide", cell: (one) => one.tags.join(" ") },
        ],
        (one) => `${one.url} ${one.type} ${one.coding} ${one.age}`,
        "Nothing is kept of that URL.",
    );
    shown.show(kept);
    return shown.element;
}

async function purge(what: What, text: string): Promise<boolean> {
    const named = what === "all" ? words.all : `${words[what]} ${text}`;
    if (!(await confirmed(`Purge ${named}?`, "The next requests for it go to the upstream.", "Purge"))) return false;
    const query = what === "all" ? "all" : `${what}=${encodeURIComponent(text)}`;
    const { purged } = await post<{ purged: number }>(`/plugins/cache/purge?${query}`);
    toast(`${plural(purged, "answer")} purged`);
    return true;
}

function purge_card(stage: Stage, again: () => void): HTMLElement {
    const { signal } = stage;
    const options = Object.entries(words).map(([value, text]) => h("option", { value }, text));
    const kind = h("select", { "aria-label": "What to purge", on: { change: () => enable() } }, ...options);
    const text = field("purge-text", "URL, prefix or tag");
    const result = h("div", { "aria-live": "polite" });
    const what = () => kind.value as What;
    const attempt = async (task: () => Promise<void>) => {
        try {
            await task();
        } catch (error) {
            if (!signal.aborted) fill(result, complaint(error));
        }
    };
    const show = async () => {
        const path = `/plugins/cache/show?url=${encodeURIComponent(text.value)}`;
        fill(result, kept_table((await get<{ kept: Kept[] }>(path, { signal })).kept));
    };
    const look = button("Show what is kept", () => void attempt(show));
    const enable = () => {
        text.hidden = what() === "all";
        text.required = what() !== "all";
        text.placeholder = what() === "tag" ? "news" : "http://127.0.0.1:8080/orders/7";
        look.hidden = what() !== "url";
    };
    enable();
    const submit = async () => {
        if (!(await purge(what(), text.value))) return;
        fill(result);
        again();
    };
    const act = h("button", { type: "submit", class: "primary" }, "Purge …");
    const asked = form({}, () => attempt(submit), kind, text, look, act);
    return card("Purge", { class: "whole" }, h("div", { class: "tools" }, asked), result);
}

const of = (one: Stats, ...results: string[]) => results.reduce((sum, name) => sum + (one.requests.get(name) ?? 0), 0);

function hit_ratio(one: Stats): string {
    const hits = of(one, "hit", "stale");
    const all = hits + of(one, "revalidated", "expired", "miss");
    return percent(all > 0 ? hits / all : null);
}

async function known_stats(signal: AbortSignal): Promise<Stats[] | null> {
    const known = await get_if_there<{ caches: Omit<Stats, "requests">[] }>("/plugins/cache/stats", { signal });
    if (!known) return null;
    const samples = samples_of("tollgate_cache_requests_total", await get<string>("/metrics", { signal }));
    return known.caches.map((one) => {
        const its = samples.filter(({ labels }) => labels["cache"] === one.name);
        return { ...one, requests: new Map(its.map(({ labels, value }) => [labels["result"] ?? "", value])) };
    });
}

function stats_table() {
    return table<Stats>(
        "Caches",
        [
            { head: "Cache", class: "path", cell: (one) => one.name },
            { head: "Hit ratio", class: "number", cell: hit_ratio },
            { head: "Hits", class: "number", cell: (one) => count(of(one, "hit")) },
            { head: "Stale", class: "number wide", cell: (one) => count(of(one, "stale")) },
            { head: "Revalidated", class: "number wide", cell: (one) => count(of(one, "revalidated")) },
            { head: "Misses", class: "number", cell: (one) => count(of(one, "miss", "expired")) },
            { head: "Passed by", class: "number wide", cell: (one) => count(of(one, "pass", "denied")) },
            { head: "Answers kept", class: "number", cell: (one) => count(one.items) },
            { head: "Memory", class: "number wide", cell: (one) => `${bytes(one.bytes)} of ${bytes(one.memory)}` },
            { head: "Evicted", class: "number wide", cell: (one) => count(one.evicted) },
            { head: "Purged", class: "number wide", cell: (one) => count(one.purged) },
        ],
        (one) => one.name,
        "Nothing is kept yet.",
    );
}

export function cache(stage: Stage): HTMLElement {
    const absent = note("No route uses the cache plugin.");
    absent.hidden = true;
    const all = stats_table();
    const look = async () => {
        const known = await known_stats(stage.signal);
        absent.hidden = known !== null;
        for (const part of [all.element, purging]) part.hidden = known === null;
        all.show(known ?? []);
    };
    const purging = purge_card(stage, () => void stage.attempt(look));
    stage.every(2_000, look);
    return h("div", { class: "grid" }, card("Caches", { class: "whole" }, absent, all.element), purging);
}
