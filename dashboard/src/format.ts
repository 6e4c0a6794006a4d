// format.ts - figures as people read them.

const whole = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
const nothing = "–";

type Figure = number | null | undefined;
const known = (value: Figure): value is number => typeof value === "number" && Number.isFinite(value);

// 12,345 and from a million on 1.23 M.
export function count(value: Figure): string {
    if (!known(value)) return nothing;
    for (const [size, sign] of [
        [1e9, "G"],
        [1e6, "M"],
    ] as const)
        if (Math.abs(value) >= size) return `${(value / size).toFixed(2)} ${sign}`;
    return whole.format(value);
}

// Of something per second: 0.4, 7.3, 184, 12,300.
export function rate(value: Figure): string {
    if (!known(value)) return nothing;
    return value < 10 && value % 1 !== 0 ? value.toFixed(1) : whole.format(value);
}

// A share of 1. What is not all is never shown as 100%, nor what is not nothing as 0%.
export function percent(share: Figure): string {
    if (!known(share)) return nothing;
    const value = share * 100;
    if (value === 0 || value === 100) return `${value}%`;
    if (value > 99.9) return "> 99.9%";
    return value < 0.1 ? "< 0.1%" : `${value.toFixed(1)}%`;
}

export function milliseconds(value: Figure): string {
    if (!known(value)) return nothing;
    if (value === 0) return "0 ms";
    if (value < 1) return `${whole.format(Math.max(1, value * 1000))} µs`;
    if (value < 100) return `${value.toFixed(1)} ms`;
    return value < 10_000 ? `${whole.format(value)} ms` : `${(value / 1000).toFixed(1)} s`;
}

export function bytes(value: Figure): string {
    if (!known(value)) return nothing;
    for (const [size, sign] of [
        [2 ** 30, "GiB"],
        [2 ** 20, "MiB"],
        [2 ** 10, "KiB"],
    ] as const)
        if (value >= size) return `${(value / size).toFixed(value / size < 10 ? 1 : 0)} ${sign}`;
    return `${whole.format(value)} B`;
}

// How long something has lasted: "42 s", "5 min", "3 h 20 min", "12 d 4 h".
export function lasting(seconds: Figure): string {
    if (!known(seconds)) return nothing;
    const s = Math.max(0, Math.floor(seconds));
    if (s < 90) return `${s} s`;
    const minutes = Math.floor(s / 60),
        hours = Math.floor(minutes / 60),
        days = Math.floor(hours / 24);
    if (minutes < 90) return `${minutes} min`;
    if (hours < 24) return `${hours} h${minutes % 60 ? ` ${minutes % 60} min` : ""}`;
    return `${days} d${hours % 24 ? ` ${hours % 24} h` : ""}`;
}

export function ago(time: string | null | undefined, now = Date.now()): string {
    const then = time ? Date.parse(time) : NaN;
    if (Number.isNaN(then)) return nothing;
    const seconds = (now - then) / 1000;
    return seconds < 2 ? "just now" : `${lasting(seconds)} ago`;
}

const two = (value: number) => String(value).padStart(2, "0");

// The reader's own time of day.
export function clock(time: string | number | null | undefined): string {
    const date = new Date(time ?? NaN);
    if (Number.isNaN(date.getTime())) return nothing;
    return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}

export function day_and_clock(time: string | number | null | undefined): string {
    const date = new Date(time ?? NaN);
    if (Number.isNaN(date.getTime())) return nothing;
    return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ${clock(date.getTime())}`;
}

export const plural = (n: number, one: string, many = `${one}s`) => `${count(n)} ${n === 1 ? one : many}`;
