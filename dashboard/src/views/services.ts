// services.ts - the services that routes.lua lets operators restart from here.
import { get_if_there, message_of, post, Refused } from "../api";
import { confirmed, drawer } from "../dialog";
import { h, type Child } from "../dom";
import { ago, lasting, milliseconds } from "../format";
import { badge, button, card, facts, note, table } from "../parts";
import type { Stage } from "../stage";

interface Service {
    name: string;
    restart?: string[];
    timeout_seconds?: number;
    running?: boolean;
    last?: Restarted | null;
}

interface Restarted {
    status: string;
    exit_code?: number | null;
    output?: string;
    duration_ms?: number;
    time?: string;
    summary?: string;
    error?: string;
}

function told(name: string, result: Restarted) {
    const good = result.status === "success";
    drawer(
        `Restart of ${name}`,
        facts([
            ["Result", badge(good ? "good" : "bad", result.status)],
            ["How", result.summary],
            ["Exit code", result.exit_code],
            ["Took", milliseconds(result.duration_ms)],
            ["Why", result.error],
        ]),
        h("h3", {}, "Output"),
        result.output ? h("pre", { tabindex: 0 }, result.output) : note("It said nothing."),
    );
}

async function restart(service: Service, act: HTMLButtonElement) {
    const text = "Requests under way to it may fail while it starts. The command is the one that routes.lua names.";
    if (!(await confirmed(`Restart ${service.name}?`, text, "Restart"))) return;
    const path = `/services/${encodeURIComponent(service.name)}/restart`;
    const patience = 15_000 + 1000 * (service.timeout_seconds ?? 60);
    act.disabled = true;
    const answer = await post<Restarted>(path, undefined, { patience }).catch((error: unknown) => {
        const known = error instanceof Refused ? (error.answer as Partial<Restarted>) : null;
        return known?.status ? (known as Restarted) : { status: "error", error: message_of(error) };
    });
    act.disabled = false;
    told(service.name, answer);
}

function last_restart({ last, running }: Service): Child {
    if (running) return "under way";
    return last ? badge(last.status === "success" ? "good" : "bad", `${last.status}, ${ago(last.time)}`) : "";
}

export function services(stage: Stage): HTMLElement {
    const listed = table<Service>(
        "Services",
        [
            { head: "Service", class: "path", cell: (one) => one.name },
            { head: "Command", class: "path wide", cell: (one) => (one.restart ?? []).join(" ") },
            { head: "Last restart", class: "wide", cell: last_restart },
            { head: "At most", class: "number wide", cell: (one) => lasting(one.timeout_seconds) },
            {
                head: "",
                class: "actions",
                cell: (one) => {
                    const act: HTMLButtonElement = button("Restart", () => void restart(one, act));
                    act.setAttribute("aria-label", `Restart ${one.name}`);
                    return act;
                },
            },
        ],
        (one) => one.name,
        "",
    );
    const all = card("Services", { class: "whole" }, listed.element);
    all.hidden = true; // most configurations name none
    stage.every(5_000, async () => {
        const known =
            (await get_if_there<{ services: Service[] }>("/services", { signal: stage.signal }))?.services ?? [];
        listed.show(known);
        all.hidden = known.length === 0;
    });
    return all;
}
