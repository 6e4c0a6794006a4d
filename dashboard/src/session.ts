// session.ts - the admin token, where the gateway asks for one: kept until the browser closes the tab.

const name = "tollgate token";
const changed = new EventTarget();
let kept: string | null = read();

// Browsers told to keep nothing throw here: then it lives as long as the page.
function read(): string | null {
    try {
        return sessionStorage.getItem(name);
    } catch {
        return null;
    }
}

function write(token: string | null) {
    try {
        if (token === null) sessionStorage.removeItem(name);
        else sessionStorage.setItem(name, token);
    } catch {
        console.warn("this browser keeps nothing for this page: the token is forgotten when it is reloaded");
    }
}

export const token = () => kept;

export function keep_token(value: string | null) {
    kept = value;
    write(value);
    changed.dispatchEvent(new Event("token"));
}

export const on_token = (listener: () => void) => changed.addEventListener("token", listener);

// The gateway has answered 401 to something: with the token we have, or without one.
export function token_refused() {
    changed.dispatchEvent(new Event("refused"));
}

export const on_refused = (listener: () => void) => changed.addEventListener("refused", listener);

// As WebSockets must say it: browsers let nobody set their header lines.
export function subprotocols(value: string | null = kept): string[] {
    if (value === null) return ["tollgate.live"];
    const bytes = new TextEncoder().encode(value);
    const encoded = btoa(String.fromCharCode(...bytes));
    return ["tollgate.live", `bearer.${encoded.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "")}`];
}
