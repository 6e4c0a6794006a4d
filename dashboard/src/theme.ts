// theme.ts - dark or light: what the reader chose here, else what the system says; and colours for canvases.

export type Theme = "system" | "light" | "dark";
const name = "tollgate theme";
const listeners = new Set<() => void>();

export function theme(): Theme {
    const chosen = document.documentElement.dataset["theme"];
    return chosen === "light" || chosen === "dark" ? chosen : "system";
}

export function choose_theme(chosen: Theme) {
    if (chosen === "system") delete document.documentElement.dataset["theme"];
    else document.documentElement.dataset["theme"] = chosen;
    try {
        localStorage.setItem(name, chosen);
    } catch {
        console.warn("this browser keeps nothing for this page: the theme is forgotten when it is reloaded");
    }
    for (const listener of listeners) listener();
}

export function restore_theme() {
    let kept: string | null = null;
    try {
        kept = localStorage.getItem(name);
    } catch {
        return; // then it is the system's
    }
    if (kept === "light" || kept === "dark") document.documentElement.dataset["theme"] = kept;
}

matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
    for (const listener of listeners) listener();
});

// Until the signal is aborted.
export function on_theme(listener: () => void, signal: AbortSignal) {
    listeners.add(listener);
    signal.addEventListener("abort", () => listeners.delete(listener));
}

// As the style sheet's variable is in the theme in force; canvases know neither variables nor light-dark().
export function colour(variable: string): string {
    const probe = document.createElement("span");
    probe.style.color = `var(${variable})`;
    document.body.append(probe);
    const value = getComputedStyle(probe).color;
    probe.remove();
    return value;
}
