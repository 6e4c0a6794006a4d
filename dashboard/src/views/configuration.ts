// configuration.ts - what is in force, what was refused and why, reading it again; and who changed what.
import { get, get_if_there, message_of, post, Refused } from "../api";
import { toast } from "../dialog";
import { fill, h, type Child } from "../dom";
import { ago, clock, day_and_clock } from "../format";
import { badge, button, card, facts, status_badge, table } from "../parts";
import type { Stage } from "../stage";

interface Config {
    file: string;
    loaded?: string;
    checked?: string;
    ok?: boolean;
    problems?: string[];
    text?: string;
    files?: { name: string; path: string; text: string }[];
    environment?: { name: string; value: string | null }[];
}

interface Reload {
    ok: boolean;
    summary: string;
    problems?: string[];
    lines?: string[];
}

interface Act {
    time: string;
    client: string;
    method: string;
    path: string;
    query?: string;
    status: number;
    what?: string;
}

// Lines with their numbers, which errors name. Numbers are the style sheet's, so that copying takes the text alone.
function listing(text: string): HTMLElement {
    return h(
        "pre",
        { class: "listing", tabindex: 0, "aria-label": "The configuration's text" },
        ...text
            .replace(/\n$/, "")
            .split("\n")
            .map((line) => h("span", {}, `${line}\n`)),
    );
}

const problem_list = (problems: string[]) =>
    h("ul", { class: "problems" }, ...problems.map((problem) => h("li", { class: "mono" }, problem)));

function outcome(result: Reload): Child {
    if (!result.ok)
        return h(
            "div",
            { role: "alert" },
            h("p", {}, badge("bad", "Refused: the configuration before stays in force.")),
            problem_list(result.problems?.length ? result.problems : [result.summary]),
        );
    return h(
        "div",
        {},
        h("p", {}, badge("good", result.summary)),
        h("ul", { class: "changes" }, ...(result.lines ?? []).map((line) => h("li", { class: "mono" }, line))),
    );
}

function texts(config: Config): HTMLElement[] {
    const files = config.files ?? [{ name: config.file, path: config.file, text: config.text ?? "" }];
    const variables = (config.environment ?? []).map(({ name, value }): [string, string] => [name, value ?? "not set"]);
    const cards = files.map((file) => card(file.name, { class: "whole" }, listing(file.text)));
    return variables.length === 0
        ? cards
        : [...cards, card("From the environment", { class: "whole" }, facts(variables))];
}

function audit(stage: Stage): HTMLElement {
    const acts = table<Act>(
        "Changes by way of this interface",
        [
            { head: "Time", class: "time", cell: (one) => clock(one.time) },
            { head: "Who", cell: (one) => one.client },
            {
                head: "What",
                class: "path",
                cell: (one) => `${one.method} ${one.path}${one.query ? `?${one.query}` : ""}`,
            },
            { head: "Status", cell: (one) => status_badge(one.status) },
            { head: "", class: "wide", cell: (one) => one.what ?? "" },
        ],
        (one) => `${one.time} ${one.client} ${one.method} ${one.path}`,
        "Nobody has changed anything since the gateway began.",
    );
    stage.every(5_000, async () => {
        const known = await get_if_there<{ audit: Act[] }>("/audit?limit=50", { signal: stage.signal });
        acts.show(known?.audit ?? []);
    });
    return card("Who changed what", { class: "whole" }, acts.element);
}

export function configuration(stage: Stage): HTMLElement {
    const known = h("div", {});
    const result = h("div", { "aria-live": "polite" });
    const text = h("div", { class: "grid" });
    let shown = "";
    const look = async () => {
        const config = await get<Config>("/config", { signal: stage.signal });
        const problems = config.problems ?? [];
        fill(
            known,
            facts([
                ["File", config.file],
                ["In force since", config.loaded ? `${day_and_clock(config.loaded)} (${ago(config.loaded)})` : null],
                ["Last read", config.checked ? `${day_and_clock(config.checked)} (${ago(config.checked)})` : null],
                ["It was", config.ok === false ? badge("bad", "refused: what is in force is the one before") : null],
            ]),
            problems.length > 0 ? problem_list(problems) : null,
        );
        const all = JSON.stringify([config.file, config.text, config.files, config.environment]);
        if (all !== shown) fill(text, ...texts(config));
        shown = all;
    };
    const reload = async () => {
        act.disabled = true;
        try {
            const done = await post<Reload>("/reload");
            fill(result, outcome(done));
            toast(done.summary);
        } catch (error) {
            const answer = error instanceof Refused ? (error.answer as Partial<Reload>) : null;
            if (answer?.problems) fill(result, outcome(answer as Reload));
            else fill(result, h("p", { class: "complaint", role: "alert" }, message_of(error)));
        }
        act.disabled = false;
        await stage.attempt(look);
    };
    const act = button("Reload", () => void reload(), "primary");
    stage.every(5_000, look);
    return h("div", { class: "stack" }, card("In force", { aside: act }, known, result), text, audit(stage));
}
