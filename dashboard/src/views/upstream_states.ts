// upstream_states.ts - how good or bad it is, what the gateway says of upstreams, targets and breakers.
import type { Kind } from "../parts";

export function state_of_upstream(up: number, total: number): { name: string; kind: Kind } {
    if (total > 0 && up === 0) return { name: "down", kind: "bad" };
    return up < total ? { name: "degraded", kind: "warn" } : { name: "up", kind: "good" };
}

const kinds: Record<string, Kind> = {
    in: "good",
    warming: "warn",
    drained: "calm",
    down: "bad",
    ejected: "bad", // targets
    closed: "good",
    half_open: "warn",
    "half-open": "warn",
    open: "bad", // breakers
};

export const kind_of_state = (state: string): Kind => kinds[state] ?? "calm";
