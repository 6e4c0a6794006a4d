// standings.ts - below the overview's charts: how requests ended, who and what leads, what failed last.
import { fill, h } from "../dom";
import { clock, count } from "../format";
import { badge, card, measured, mix, note, status_badge, table, type Column } from "../parts";
import type { Stage } from "../stage";
import type { Analytics, RecentError, Request, Second } from "../wire";
import { state_of_upstream } from "./upstream_states";

const errors_shown = 10;

interface Ranked {
    name: string;
    count: number;
}

function ranking(caption: string, head: string, none: string, where?: (name: string) => string) {
    let most = 0;
    const columns: Column<Ranked>[] = [
        { head, class: "path", cell: (one) => (where ? h("a", { href: where(one.name) }, one.name) : one.name) },
        { head: "Requests", class: "number", cell: (one) => measured(one.count, most) },
    ];
    const ranked = table(caption, columns, (one) => one.name, none);
    return {
        element: card(caption, { class: "third" }, ranked.element),
        show(items: Ranked[]) {
            most = Math.max(0, ...items.map((item) => item.count));
            ranked.show(items);
        },
    };
}

const in_log = (text: string) => `#/live?text=${encodeURIComponent(text)}`;

const error_of = (request: Request): RecentError => ({
    id: request.id ?? request.request_id ?? request.time,
    timestamp_utc: request.time,
    request_path: request.path,
    status_code: request.status,
    method: request.method,
    ...(request.reason ? { reason: request.reason } : {}),
    ...(request.client_ip ? { client_ip: request.client_ip } : {}),
});

function recent_errors(stage: Stage) {
    const errors = table<RecentError>(
        "Recent errors",
        [
            { head: "Time", class: "time", cell: (one) => clock(one.timestamp_utc) },
            { head: "Status", cell: (one) => status_badge(one.status_code) },
            { head: "Method", class: "method wide", cell: (one) => one.method ?? "" },
            { head: "Path", class: "path", cell: (one) => one.request_path },
            { head: "Why", class: "wide", cell: (one) => one.reason ?? "" },
            { head: "Client", class: "wide", cell: (one) => one.client_ip ?? "" },
        ],
        (one) => `${one.timestamp_utc} ${one.request_path} ${one.status_code}`,
        "None of late.",
    );
    let known: RecentError[] = [];
    let waiting = false;
    const show = (more: RecentError[]) => {
        const all = new Map(
            [...more, ...known].map((one) => [`${one.timestamp_utc} ${one.request_path} ${one.status_code}`, one]),
        );
        known = [...all.values()].sort((a, b) => (a.timestamp_utc < b.timestamp_utc ? 1 : -1)).slice(0, errors_shown);
        errors.show(known);
    };
    const came: RecentError[] = [];
    stage.listen<Request>("request", (request) => {
        if (request.status < 400) return;
        came.push(error_of(request));
        if (came.length > errors_shown) came.shift();
        if (waiting) return;
        waiting = true; // of a burst four times a second is plenty
        window.setTimeout(() => {
            waiting = false;
            show(came);
        }, 250);
    });
    return { element: card("Recent errors", { class: "whole" }, errors.element), show };
}

function upstreams_now(stage: Stage): HTMLElement {
    const list = h("ul", { class: "states" });
    const none = note("None is declared.");
    const show = () => {
        const known = stage.live.series.last?.upstreams ?? {};
        const entries = Object.entries(known);
        none.hidden = entries.length > 0;
        fill(
            list,
            ...entries.map(([name, { up, total }]) => {
                const state = state_of_upstream(up, total);
                return h(
                    "li",
                    {},
                    h("a", { href: "#/upstreams" }, name),
                    badge(state.kind, state.name),
                    h("span", { class: "muted" }, `${up} of ${count(total)} targets`),
                );
            }),
        );
    };
    stage.listen<Second>("second", show);
    show();
    return card("Upstreams", { class: "third" }, list, none);
}

export function standings(stage: Stage) {
    const routes = ranking(
        "Top routes",
        "Route",
        "No request yet.",
        (name) => `#/live?route=${encodeURIComponent(name)}`,
    );
    const endpoints = ranking("Top endpoints", "Path", "No request yet.", in_log);
    const callers = ranking("Top callers", "Caller", "Nobody has shown who they are.", in_log);
    const blocked = ranking("Top blocked", "Client", "Nobody was refused.", in_log);
    const errors = recent_errors(stage);
    const statuses = h("div", {});
    const status = card("Status codes", { class: "third" }, statuses);
    return {
        cards: [
            status,
            upstreams_now(stage),
            routes.element,
            endpoints.element,
            callers.element,
            blocked.element,
            errors.element,
        ],
        show(known: Analytics) {
            const codes = known.status_code_counts;
            fill(
                statuses,
                known.total_requests === 0
                    ? note("No request yet.")
                    : mix([
                          { name: "2xx", kind: "good", value: codes["2xx"] ?? 0 },
                          { name: "3xx", kind: "calm", value: codes["3xx"] ?? 0 },
                          { name: "429", kind: "warn", value: codes["429"] ?? 0 },
                          { name: "4xx", kind: "bad", value: Math.max(0, (codes["4xx"] ?? 0) - (codes["429"] ?? 0)) },
                          { name: "5xx", kind: "bad", value: codes["5xx"] ?? 0 },
                      ]),
            );
            routes.show((known.top_routes ?? []).map((one) => ({ name: one.route, count: one.count })));
            endpoints.show(known.top_endpoints.map((one) => ({ name: one.request_path, count: one.count })));
            callers.show(known.top_users.map((one) => ({ name: one.user_id, count: one.count })));
            blocked.show((known.top_blocked ?? []).map((one) => ({ name: one.client_ip, count: one.count })));
            errors.show(known.recent_errors);
        },
    };
}
