// explanation.ts - what POST /explain (and `tollgate explain --json`) answers, as a page.
import { h, type Child } from "../dom";
import { badge, facts, status_badge, type Kind } from "../parts";

interface Header {
    name: string;
    value: string;
}

interface Change {
    header: string;
    change: "added" | "changed" | "removed";
    value: string | null;
}

interface Step {
    who: string;
    where: string | null;
    door: string | null;
    said: string[];
    outcome: string | null;
    target: string | null;
    request: Change[];
    answer: Change[];
}

export interface Explanation {
    candidates: { route: string; where: string; fate: "taken" | "passed_over" | "not_asked"; why: string | null }[];
    route: { route: string; where: string; parameters: Record<string, string> } | null;
    steps: Step[];
    caller: { id: string; owner: string | null; tier: string | null } | null;
    upstream: { name: string; target: string; request: string; headers: Header[] } | null;
    answer: { status: number; reason: string | null; headers: Header[] };
}

const fates: Record<string, [Kind, string]> = {
    taken: ["good", "taken"],
    passed_over: ["calm", "passed over"],
    not_asked: ["calm", "not asked"],
};
const signs = { added: "+", changed: "~", removed: "−" };

function changed(whose: string, changes: Change[]): HTMLElement[] {
    return changes.map((one) =>
        h(
            "li",
            { class: "mono" },
            h("span", { class: "unseen" }, `${whose}: ${one.change} `),
            `${signs[one.change]} ${one.header}${one.value === null ? "" : `: ${one.value}`}`,
        ),
    );
}

function step(one: Step): HTMLElement {
    const said = [...one.said, ...(one.outcome ? [one.outcome] : []), ...(one.target ? [`target ${one.target}`] : [])];
    return h(
        "li",
        {},
        h(
            "p",
            {},
            h("b", {}, one.who),
            " ",
            h("span", { class: "muted" }, [one.door, one.where].filter(Boolean).join(" · ")),
        ),
        ...said.map((line) => h("p", {}, line)),
        h("ul", { class: "changes" }, ...changed("request", one.request), ...changed("answer", one.answer)),
    );
}

function lines(title: string, headers: Header[]): Child {
    if (headers.length === 0) return null;
    return h(
        "details",
        {},
        h("summary", {}, title),
        h(
            "ul",
            { class: "changes" },
            ...headers.map((line) => h("li", { class: "mono" }, `${line.name}: ${line.value}`)),
        ),
    );
}

function candidates(told: Explanation): HTMLElement {
    const shown = told.candidates.map((one) => {
        const [kind, word] = fates[one.fate] ?? ["calm", one.fate];
        const why = h("span", { class: "muted" }, [one.where, one.why].filter(Boolean).join(" · "));
        return h("li", { class: one.fate }, badge(kind, word), " ", h("span", { class: "mono" }, one.route), " ", why);
    });
    return h("ul", { class: "candidates" }, ...shown);
}

export function explained(told: Explanation): HTMLElement {
    const parameters = Object.entries(told.route?.parameters ?? {}).map(([name, value]) => `${name} = ${value}`);
    const { caller, upstream, answer } = told;
    const who = caller ? [caller.owner, caller.id, caller.tier].filter(Boolean).join(" · ") : null;
    const sent = upstream ? `${upstream.name} at ${upstream.target}: ${upstream.request}` : "no upstream";
    const end = h("span", {}, status_badge(answer.status), answer.reason ? ` ${answer.reason}` : "");
    return h(
        "div",
        { class: "explained" },
        candidates(told),
        facts([
            ["Parameters", parameters.join(", ")],
            ["Caller", who],
        ]),
        h("ol", { class: "steps" }, ...told.steps.map(step)),
        facts([
            ["Sent to", sent],
            ["Answer", end],
        ]),
        lines("Header lines sent to the upstream", upstream?.headers ?? []),
        lines("Header lines of the answer", answer.headers),
    );
}
