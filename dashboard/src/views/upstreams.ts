// upstreams.ts - where requests go: each target's health and figures, and taking one out or in again.
import { get, post } from "../api";
import { confirmed, toast } from "../dialog";
import { fill, h, Lines, set_text, type Child } from "../dom";
import { count, lasting, milliseconds } from "../format";
import { badge, button, card, note, table, type Column } from "../parts";
import type { Stage } from "../stage";
import type { Breaker, Target, Upstream } from "../wire";
import { services } from "./services";
import { kind_of_state } from "./upstream_states";

function breaker(it: Breaker | undefined): Child {
    if (!it) return "";
    const until = it.open_for_seconds ? `, ${lasting(it.open_for_seconds)} more` : "";
    return badge(kind_of_state(it.state), it.state.replaceAll("_", " ") + until);
}

function state(target: Target): HTMLElement {
    const why = target.reason ?? target.last_check_error ?? "";
    return h(
        "span",
        {},
        badge(kind_of_state(target.state), target.state),
        h("span", { class: "muted" }, `${why === "" ? "" : ` ${why},`} for ${lasting(target.for_seconds)}`),
    );
}

function checks({ checks: known }: Target): string {
    if (!known) return "";
    if (known.passed + known.failed === 0) return "none yet";
    return `${count(known.passed)} passed, ${count(known.failed)} failed${known.last ? `; last: ${known.last}` : ""}`;
}

const latency = (target: Target) => {
    const figures = target.latency ?? target;
    if (typeof figures.p50_ms !== "number") return "–";
    return `${milliseconds(figures.p50_ms)} / ${milliseconds(figures.p99_ms)}`;
};

async function change(stage: Stage, upstream: string, target: Target, again: () => void) {
    const drained = target.state === "drained";
    const order = drained ? "undrain" : "drain";
    if (
        !drained &&
        !(await confirmed(
            `Drain ${target.address}?`,
            `It gets no new requests of ${upstream}; those under way go on. It stays so until it is taken back.`,
            "Drain",
        ))
    )
        return;
    const path = `/upstreams/${encodeURIComponent(upstream)}/${order}?target=${encodeURIComponent(target.address)}`;
    await stage.attempt(async () => {
        await post(path);
        toast(`${target.address} of ${upstream} ${drained ? "is in again, if it is well" : "gets no new requests"}`);
    });
    again();
}

function columns(stage: Stage, name: string, again: () => void): Column<Target>[] {
    return [
        { head: "Target", class: "path address", cell: (target) => target.address },
        { head: "State", cell: state },
        { head: "In flight", class: "number wide", cell: (target) => count(target.in_flight) },
        { head: "Requests", class: "number wide", cell: (target) => count(target.requests) },
        { head: "Failures", class: "number wide", cell: (target) => count(target.failures) },
        { head: "p50 / p99", class: "number wide", cell: latency },
        { head: "Health checks", class: "wide", cell: checks },
        { head: "Breaker", class: "wider", cell: (target) => breaker(target.breaker) },
        {
            head: "",
            class: "actions",
            cell: (target) => {
                const drained = target.state === "drained";
                const act = button(drained ? "Take back" : "Drain", () => void change(stage, name, target, again));
                act.setAttribute("aria-label", `${drained ? "Take back" : "Drain"} ${target.address}`);
                return act;
            },
        },
    ];
}

function upstream_card(stage: Stage, name: string, again: () => void) {
    const targets = table<Target>(
        `Targets of ${name}`,
        columns(stage, name, again),
        (target) => target.address,
        "It has no target.",
    );
    const facts = h("p", { class: "muted" });
    const broken = h("span", {});
    const element = card(name, { class: "whole upstream", aside: broken }, facts, targets.element);
    return {
        element,
        show(upstream: Upstream) {
            const busy =
                upstream.in_flight === undefined
                    ? ""
                    : `${count(upstream.in_flight)} in flight, ${count(upstream.waiting)} waiting`;
            const panic = upstream.panic ? "in panic: too few targets are well, so all are asked" : "";
            set_text(facts, [upstream.where, busy, panic].filter(Boolean).join(" · "));
            fill(broken, upstream.breaker ? h("span", {}, "breaker ", breaker(upstream.breaker)) : null);
            targets.show(upstream.targets);
        },
    };
}

export function upstreams(stage: Stage): HTMLElement {
    const all = h("div", { class: "grid" });
    const none = note("No upstream is declared: every route answers by itself.");
    none.hidden = true;
    const look = async () => {
        const { upstreams: known } = await get<{ upstreams: Upstream[] }>("/upstreams", { signal: stage.signal });
        lines.show(known);
        none.hidden = known.length > 0;
    };
    const again = () => void stage.attempt(look);
    const lines = new Lines<Upstream>(
        all,
        (one) => one.name,
        (one) => upstream_card(stage, one.name, again),
    );
    stage.every(1_000, look);
    return h("div", { class: "stack" }, all, none, services(stage));
}
