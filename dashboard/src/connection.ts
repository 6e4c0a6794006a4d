// connection.ts - tells whether the page is live, and if not, what it waits for.
import { fill, h, set_text } from "./dom";
import type { Live } from "./live";
import { button } from "./parts";

const words = { connecting: "connecting", live: "live", waiting: "not connected", locked: "token wanted" } as const;
const shapes = { connecting: "calm", live: "good", waiting: "bad", locked: "warn" } as const;

export function follow_connection(live: Live) {
    const pill = h("span", { class: "badge calm", role: "status", id: "connection" });
    const until = h("span", {});
    const why = h("strong", {});
    const banner = h(
        "div",
        { class: "banner", hidden: true },
        h("p", {}, why, " What is shown is what was last known; ", until),
        button("Try now", () => live.connect()),
    );
    const about = h("span", { class: "about" });
    let lost = false;
    live.addEventListener("state", () => {
        set_text(pill, words[live.state]);
        pill.className = `badge ${shapes[live.state]}`;
        if (live.state === "waiting") lost = true;
        if (live.state === "live") lost = false;
        if (live.state === "waiting")
            set_text(why, live.answers ? "The gateway lets nobody else watch." : "The gateway does not answer.");
        // Through its tries it stays: a banner that comes and goes is worse than none.
        banner.hidden = !lost || live.state === "locked";
        document.body.classList.toggle("stale", lost);
    });
    live.addEventListener("hello", () => {
        const { status } = live;
        fill(about, [status?.instance, status?.version].filter(Boolean).join(" · "));
    });
    window.setInterval(() => {
        if (banner.hidden) return;
        const seconds = Math.max(0, Math.ceil((live.retry_at - Date.now()) / 1000));
        set_text(until, live.state === "waiting" && seconds > 0 ? `trying again in ${seconds} s.` : "trying …");
    }, 250);
    return { pill, banner, about };
}
