// metrics.ts - figures out of GET /metrics: the samples of one family in Prometheus' text.

export interface Sample {
    labels: Record<string, string>;
    value: number;
}

const escapes: Record<string, string> = { "\\\\": "\\", '\\"': '"', "\\n": "\n" };

function labels_in(text: string): Record<string, string> {
    const labels: Record<string, string> = {};
    for (const [, name = "", value = ""] of text.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g))
        labels[name] = value.replaceAll(/\\[\\"n]/g, (escape) => escapes[escape] ?? escape);
    return labels;
}

export function samples_of(family: string, text: string): Sample[] {
    return text.split("\n").flatMap((line) => {
        if (!line.startsWith(`${family}{`) && !line.startsWith(`${family} `)) return [];
        const end = line.lastIndexOf("}"); // values of labels may hold one, too
        const value = Number(
            line
                .slice(Math.max(end + 1, family.length))
                .trim()
                .split(" ")[0],
        );
        return [{ labels: labels_in(line.slice(family.length, end + 1)), value }];
    });
}
