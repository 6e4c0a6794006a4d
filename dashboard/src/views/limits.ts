// limits.ts - which limits there are, whom they stop, and what one key has spent of them.
import { get, get_if_there, message_of, remove } from "../api";
import { confirmed, toast } from "../dialog";
import { fill, h } from "../dom";
import { clock, count, lasting, percent } from "../format";
import { button, card, measured, note, table } from "../parts";
import { everything } from "../request_log";
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
    const key = h("input", {
        id: "limit-key",
        name: "key",
        required: true,
        placeholder: "a caller's id, an address …",
        spellcheck: "false",
    });
    const tier = h("input", {
        id: "limit-tier",
        name: "tier",
        placeholder: "tier, where it says how much",
        spellcheck: "false",
    });
    const result = h("div", { "aria-live": "polite" });
    const query = () =>
        `?key=${encodeURIComponent(key.value)}${tier.value ? `&tier=${encodeURIComponent(tier.value)}` : ""}`;
    const say = (error: unknown) => fill(result, h("p", { class: "complaint", role: "alert" }, message_of(error)));
    const ask = async () => {
        try {
            const known = await get<{ limits: Spent[] }>(`/plugins/ratelimit/limits${query()}`, {
                signal: stage.signal,
            });
            fill(
                result,
                spent_table(known.limits),
                button("Forget what it has spent", () => void forget()),
            );
        } catch (error) {
            if (!stage.signal.aborted) say(error);
        }
    };
    const forget = async () => {
        if (
            !(await confirmed(
                `Forget what ${key.value} has spent?`,
                "It may spend all of its limits again, at once.",
                "Forget",
            ))
        )
            return;
        try {
            await remove(`/plugins/ratelimit/limits${query()}`);
            toast(`what ${key.value} had spent is forgotten`);
            await ask();
        } catch (error) {
            say(error);
        }
    };
    const form = h(
        "form",
        {
            on: {
                submit: (event) => {
                    event.preventDefault();
                    void ask();
                },
            },
        },
        h("label", { for: "limit-key", class: "unseen" }, "Key"),
        key,
        h("label", { for: "limit-tier", class: "unseen" }, "Tier"),
        tier,
        h("button", { type: "submit" }, "Look"),
    );
    return card("What a key has spent", { class: "half" }, h("div", { class: "tools" }, form), result);
}

function refusals(stage: Stage) {
    const shown = table<Request>(
        "Latest refusals",
        [
            { head: "Time", class: "time", cell: (one) => clock(one.time) },
            { head: "Path", class: "path", cell: (one) => one.path },
            { head: "Who", cell: (one) => one.owner ?? one.caller ?? one.client_ip ?? "" },
        ],
        (one) => one.id ?? `${one.time} ${one.request_id ?? ""}`,
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

export function limits(stage: Stage): HTMLElement {
    const { signal } = stage;
    const absent = note("No route uses the ratelimit plugin.");
    const all = table<Limit>(
        "Limits",
        [
            { head: "Limit", class: "path", cell: (one) => one.name },
            { head: "How much", cell: (one) => one.limit },
            { head: "For each", cell: (one) => one.by },
            { head: "Counted in", class: "wide", cell: (one) => one.counted },
            { head: "Admitted", class: "number", cell: (one) => count(one.admitted) },
            { head: "Refused", class: "number", cell: (one) => count(one.refused) },
            {
                head: "Share refused",
                class: "number wide",
                cell: (one) => percent(one.refused / Math.max(1, one.admitted + one.refused)),
            },
        ],
        (one) => `${one.name} ${one.by}`,
        "No limit is in force.",
    );
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
    stage.every(1_000, async () => {
        const known = await get_if_there<{ limits: Limit[] }>("/plugins/ratelimit/limits", { signal });
        absent.hidden = known !== null;
        all.element.hidden = known === null;
        all.show(known?.limits ?? []);
    });
    stage.every(3_000, async () => {
        const top = (await get<Analytics>("/analytics?hours=24", { signal })).top_blocked ?? [];
        most = Math.max(0, ...top.map((one) => one.count));
        blocked.show(top);
    });
    return h(
        "div",
        { class: "grid" },
        card("Limits", { class: "whole" }, all.element, absent),
        card("Top blocked, 24 hours", { class: "half" }, blocked.element),
        of_a_key(stage),
        refusals(stage),
    );
}
