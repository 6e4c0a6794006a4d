// cache.ts - what is kept, how much it helps, and throwing some of it away.
import { get, get_if_there, message_of, post } from "../api";
import { confirmed, toast } from "../dialog";
import { fill, h } from "../dom";
import { bytes, count, lasting, percent, plural } from "../format";
import { card, measured, note, status_badge, table } from "../parts";
import type { Stage } from "../stage";

interface Stats {
    name: string;
    items: number;
    bytes: number;
    memory: number;
    hits: number;
    misses: number;
    stored: number;
    replaced: number;
    evicted: number;
    purged: number;
    refused: number;
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

function purge_card(stage: Stage, again: () => void): HTMLElement {
    const kind = h(
        "select",
        { id: "purge-kind", "aria-label": "What to purge", on: { change: () => enable() } },
        ...Object.entries(words).map(([value, text]) => h("option", { value }, text)),
    );
    const text = h("input", {
        id: "purge-text",
        "aria-label": "URL, prefix or tag",
        required: true,
        spellcheck: "false",
    });
    const look = h("button", { type: "button", on: { click: () => void show() } }, "Show what is kept");
    const result = h("div", { "aria-live": "polite" });
    const enable = () => {
        const what = kind.value as What;
        text.hidden = what === "all";
        text.required = what !== "all";
        text.placeholder = what === "tag" ? "news" : "http://127.0.0.1:8080/orders/7";
        look.hidden = what !== "url";
    };
    const say = (error: unknown) => fill(result, h("p", { class: "complaint", role: "alert" }, message_of(error)));
    const show = async () => {
        try {
            const known = await get<{ kept: Kept[] }>(`/plugins/cache/show?url=${encodeURIComponent(text.value)}`, {
                signal: stage.signal,
            });
            fill(result, kept_table(known.kept));
        } catch (error) {
            if (!stage.signal.aborted) say(error);
        }
    };
    const purge = async () => {
        const what = kind.value as What;
        const named = what === "all" ? words.all : `${words[what]} ${text.value}`;
        if (!(await confirmed(`Purge ${named}?`, "The next requests for it go to the upstream.", "Purge"))) return;
        try {
            const query = what === "all" ? "all" : `${what}=${encodeURIComponent(text.value)}`;
            const { purged } = await post<{ purged: number }>(`/plugins/cache/purge?${query}`);
            toast(`${plural(purged, "answer")} purged`);
            fill(result);
            again();
        } catch (error) {
            say(error);
        }
    };
    enable();
    const form = h(
        "form",
        {
            on: {
                submit: (event) => {
                    event.preventDefault();
                    void purge();
                },
            },
        },
        kind,
        text,
        look,
        h("button", { type: "submit", class: "primary" }, "Purge …"),
    );
    return card("Purge", { class: "whole" }, h("div", { class: "tools" }, form), result);
}

export function cache(stage: Stage): HTMLElement {
    const absent = note("No route uses the cache plugin.");
    absent.hidden = true;
    const all = table<Stats>(
        "Caches",
        [
            { head: "Cache", class: "path", cell: (one) => one.name },
            {
                head: "Hit ratio",
                class: "number",
                cell: (one) => (one.hits + one.misses > 0 ? percent(one.hits / (one.hits + one.misses)) : "–"),
            },
            { head: "Hits", class: "number", cell: (one) => count(one.hits) },
            { head: "Misses", class: "number", cell: (one) => count(one.misses) },
            { head: "Answers kept", class: "number", cell: (one) => count(one.items) },
            { head: "Memory", class: "number", cell: (one) => bytes(one.bytes) },
            { head: "Of", class: "number wide", cell: (one) => bytes(one.memory) },
            {
                head: "Filled",
                class: "number wide",
                cell: (one) => measured(Math.round((one.bytes / Math.max(1, one.memory)) * 100), 100),
            },
            { head: "Evicted", class: "number wide", cell: (one) => count(one.evicted) },
            { head: "Purged", class: "number wide", cell: (one) => count(one.purged) },
        ],
        (one) => one.name,
        "Nothing is kept yet.",
    );
    const look = async () => {
        const known = await get_if_there<{ caches: Stats[] }>("/plugins/cache/stats", { signal: stage.signal });
        absent.hidden = known !== null;
        for (const part of [all.element, purging]) part.hidden = known === null;
        all.show(known?.caches ?? []);
    };
    const purging = purge_card(stage, () => void stage.attempt(look));
    stage.every(2_000, look);
    return h("div", { class: "grid" }, card("Caches", { class: "whole" }, absent, all.element), purging);
}
