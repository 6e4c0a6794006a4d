// main.ts - the page as a whole: what stays (name, navigation, state of the connection) around the view that is shown.
import "./style/colours.css";
import "./style/page.css";
import "./style/controls.css";
import "./style/parts.css";
import "./style/dialogs.css";
import "./style/views.css";
import "./style/explanation.css";
import { toast } from "./dialog";
import { fill, h } from "./dom";
import { Live } from "./live";
import { follow_connection } from "./connection";
import { button } from "./parts";
import { Stage, type View } from "./stage";
import { choose_theme, restore_theme, theme, type Theme } from "./theme";
import { keep_token, on_token, token } from "./session";
import { ask_when_refused } from "./token_prompt";
import { cache } from "./views/cache";
import { callers } from "./views/callers";
import { configuration } from "./views/configuration";
import { limits } from "./views/limits";
import { live_log } from "./views/live_log";
import { overview } from "./views/overview";
import { routes } from "./views/routes";
import { upstreams } from "./views/upstreams";

const views: { path: string; name: string; view: View }[] = [
    { path: "overview", name: "Overview", view: overview },
    { path: "live", name: "Live log", view: live_log },
    { path: "routes", name: "Routes", view: routes },
    { path: "upstreams", name: "Upstreams", view: upstreams },
    { path: "callers", name: "Callers", view: callers },
    { path: "limits", name: "Limits", view: limits },
    { path: "cache", name: "Cache", view: cache },
    { path: "configuration", name: "Configuration", view: configuration },
];

restore_theme();
const live = new Live();
const main = h("main", { id: "main", tabindex: -1 });
const links = views.map(({ path, name }) => h("a", { href: `#/${path}` }, name));
const navigation = h("nav", { "aria-label": "Pages", id: "pages" }, ...links);
const side = h("div", { class: "side", id: "side" }, navigation);
let stage: Stage | null = null;
let shown: string | null = null; // the part of the address that says what

// What is after '#': "/live?status=429".
function place(): { path: string; query: URLSearchParams } {
    const [path = "", query = ""] = location.hash.replace(/^#\/?/, "").split("?");
    return { path, query: new URLSearchParams(query) };
}

function show(again = false) {
    const { path, query } = place();
    const found = views.find((view) => view.path === path) ?? views[0];
    if (!found || (shown === location.hash && !again)) return;
    const first = shown === null;
    shown = location.hash;
    stage?.end();
    stage = new Stage(live, query, (text) => toast(text, "bad"));
    document.title = `${found.name} · Tollgate`;
    links.forEach((link, i) => {
        if (views[i] === found) link.setAttribute("aria-current", "page");
        else link.removeAttribute("aria-current");
    });
    fill(main, h("h1", {}, found.name), found.view(stage));
    open_menu(false);
    if (first || again) return;
    scrollTo({ top: 0 });
    main.focus({ preventScroll: true }); // so that whoever reads by ear or by keyboard is where the new things are
}

const menu = h(
    "button",
    {
        type: "button",
        class: "menu",
        "aria-expanded": "false",
        "aria-controls": "side",
        on: { click: () => open_menu(menu.getAttribute("aria-expanded") !== "true") },
    },
    "Menu",
);

function open_menu(open: boolean) {
    menu.setAttribute("aria-expanded", String(open));
    side.classList.toggle("open", open);
}

function theme_choice(): HTMLElement {
    const themes: [Theme, string][] = [
        ["system", "Theme: system"],
        ["light", "Theme: light"],
        ["dark", "Theme: dark"],
    ];
    const select = h(
        "select",
        { "aria-label": "Theme", on: { change: () => choose_theme(select.value as Theme) } },
        ...themes.map(([value, text]) => h("option", { value, selected: value === theme() }, text)),
    );
    return select;
}

function settings(): HTMLElement {
    const forget = button("Forget the token", () => {
        keep_token(null);
        location.reload();
    });
    const offer = () => (forget.hidden = token() === null);
    on_token(offer);
    offer();
    return h("div", { class: "settings" }, theme_choice(), forget);
}

// The address names the view, so that the link cannot lead to a place in it by itself.
function skip_link(): HTMLElement {
    const skip = (event: Event) => {
        event.preventDefault();
        main.focus();
    };
    return h("a", { class: "skip", href: "#main", on: { click: skip } }, "Skip to the content");
}

function begin() {
    const { pill, banner, about } = follow_connection(live);
    const sign = h("img", { src: "./favicon.svg", alt: "", width: 22, height: 22 });
    const brand = h("a", { class: "brand", href: "#/overview" }, sign, "Tollgate");
    const toasts = h("div", { id: "toasts", role: "status" });
    side.append(settings());
    document.body.append(skip_link(), h("header", { class: "top" }, brand, about, pill, menu), side);
    document.body.append(h("div", { class: "content" }, banner, main), toasts);
    on_token(() => show(true));
    addEventListener("hashchange", () => show());
    ask_when_refused();
    show();
    live.connect();
}

begin();
