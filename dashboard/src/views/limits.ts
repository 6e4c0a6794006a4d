// limits.ts - which limits there are, whom they stop, and what one key has spent of them.
import { get, get_if_there, remove } from "../api";
import { confirmed, toast } from "../dialog";
import { fill, h } from "../dom";
import { clock, count, lasting, percent } from "../format";
import { button, card, complaint, field, form, measured, note, table } from "../parts";
import { everything, key_of } from "../request_log";
import type { Stage } from "../stage";
import type { Analytics, Request } from "../wire";
import { open_request } from "./request";

interface Limit {
    name: string;
    by: string;
    limit: string;
    counted: string;
    admitted: number;
    refused: number;
}

interface Spent {
    name: string;
    counted: string;
    most: number;
    spent: number;
    remaining: number;
    reset_seconds: number;
}

const refusals_shown = 20;

function spent_table(spent: Spent[]): HTMLElement {
    const shown = table<Spent>(
        "Spent",
        [
            { head: "Limit", class: "path", cell: (one) => one.name },
            { head: "Spent", class: "number", cell: (one) => measured(one.spent, one.most) },
            { head: "Of", class: "number", cell: (one) => count(one.most) },
            { head: "Full again in", class: "number", cell: (one) => lasting(one.reset_seconds) },
        ],
        (one) => one.name,
        "Nothing.",
    );
    shown.show(spent);
    return shown.element;
}

// What a key (a caller, an address) has spent, and making the limits forget it.
function of_a_key(stage: Stage): HTMLElement {
    const key = field("limit-key", "Key", "a caller's id, an address …");
    const tier = field("limit-tier", "Tier", "tier, where it says how much", false);
    const result = h("div", { "aria-live": "polite" });
    const path = () => {
        const of_tier = tier.value ? `&tier=${encodeURIComponent(tier.value)}` : "";
        return `/plugins/ratelimit/limits?key=${encodeURIComponent(key.value)}${of_tier}`;
    };
    const attempt = async (task: () => Promise<void>) => {
        try {
            await task();
        } catch (error) {
            if (!stage.signal.aborted) fill(result, complaint(error));
        }
    };
    const look = async () => {
        const known = await get<{ limits: Spent[] }>(path(), { signal: stage.signal });
        fill(
            result,
            spent_table(known.limits),
            button("Forget what it has spent", () => void attempt(forget)),
        );
    };
    const forget = async () => {
        const text = "It may spend all of its limits again, at once.";
        if (!(await confirmed(`Forget what ${key.value} has spent?`, text, "Forget"))) return;
        await remove(path());
        toast(`what ${key.value} had spent is forgotten`);
        await look();
    };
    const asked = form({}, () => attempt(look), key, tier, h("button", { type: "submit" }, "Look"));
    return card("What a key has spent", { class: "half" }, h("div", { class: "tools" }, asked), result);
}

function refusals(stage: Stage) {
    const shown = table<Request>(
        "Latest refusals",
        [
            { head: "Time", class: "time", cell: (one) => clock(one.time) },
            { head: "Path", class: "path", cell: (one) => one.path },
            { head: "Who", cell: (one) => one.owner ?? one.caller ?? one.client_ip ?? "" },
        ],
        key_of,
        "No request was limited since this page was opened.",
        open_request,
    );
    const show = () => shown.show(stage.live.log.matching({ ...everything, status: "429" }, refusals_shown));
    stage.listen<Request>("request", (request) => {
        if (request.status === 429) show();
    });
    show();
    return card("Latest refusals", { class: "whole" }, shown.element);
}

function all_limits(stage: Stage): HTMLElement {
    const absent = note("No route uses the ratelimit plugin.");
    const share = (one: Limit) => percent(one.refused / Math.max(1, one.admitted + one.refused));
    const all = table<Limit>(
        "Limits",
        [
            { head: "Limit", class: "path", cell: (one) => one.name },
            { head: "How much", cell: (one) => one.limit },
            { head: "For each", cell: (one) => one.by },
            { head: "Counted in", class: "wide", cell: (one) => one.counted },
            { head: "Admitted", class: "number", cell: (one) => count(one.admitted) },
            { head: "Refused", class: "number", cell: (one) => count(one.refused) },
            { head: "Share refused", class: "number wide", cell: share },
        ],
        (one) => `${one.name} ${one.by}`,
        "No limit is in force.",
    );
    absent.hidden = true;
    stage.every(1_000, async () => {
        const { signal } = stage;
        const known = await get_if_there<{ limits: Limit[] }>("/plugins/ratelimit/limits", { signal });
        absent.hidden = known !== null;
        all.element.hidden = known === null;
        all.show(known?.limits ?? []);
    });
    return card("Limits", { class: "whole" }, all.element, absent);
}

function top_blocked(stage: Stage): HTMLElement {
    let most = 0;
    const blocked = table<{ client_ip: string; count: number }>(
        "Top blocked",
        [
            { head: "Client", class: "path", cell: (one) => one.client_ip },
            { head: "Refused (401, 403, 429)", class: "number", cell: (one) => measured(one.count, most) },
        ],
        (one) => one.client_ip,
        "Nobody was refused.",
    );
    stage.every(3_000, async () => {
        const top = (await get<Analytics>("/analytics?hours=24", { signal: stage.signal })).top_blocked ?? [];
        most = Math.max(0, ...top.map((one) => one.count));
        blocked.show(top);
    });
    return card("Top blocked, 24 hours", { class: "half" }, blocked.element);
}

export function limits(stage: Stage): HTMLElement {
    return h("div", { class: "grid" }, all_limits(stage), top_blocked(stage), of_a_key(stage), refusals(stage));
}
