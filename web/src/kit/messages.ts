import { localeOf } from "./language.ts";

/**
 * One subset of ICU MessageFormat, the same as in the Rust crate `language`: `{name}`,
 * `{n, plural, =0 {…} one {…} other {…}}`, `{who, select, a {…} other {…}}`, `#` inside a plural,
 * `''` for an apostrophe and `'{…}'` to quote. `messages/vectors.json` holds both to it.
 */
export type Arguments = Readonly<Record<string, string | number>>;

type Part =
  | { kind: "text"; text: string }
  | { kind: "argument"; name: string }
  | { kind: "number" }
  | { kind: "plural" | "select"; name: string; forms: ReadonlyMap<string, readonly Part[]> };

const parsedByMessage = new Map<string, readonly Part[]>();
const rulesByTag = new Map<string, Intl.PluralRules>();
const numbersByTag = new Map<string, Intl.NumberFormat>();

/** Returns a message with its arguments filled in. An argument that is not given shows as `{name}`. */
export function format(tag: string, message: string, given: Arguments = {}): string {
  return write(tag, parse(message), given, null);
}

/** Returns the names of all arguments of a message. */
export function argumentsOf(message: string): Set<string> {
  const names = new Set<string>();
  const visit = (parts: readonly Part[]): void => {
    for (const part of parts) {
      if (part.kind === "argument") names.add(part.name);
      if (part.kind === "plural" || part.kind === "select") {
        names.add(part.name);
        for (const form of part.forms.values()) visit(form);
      }
    }
  };
  visit(parse(message));
  return names;
}

function parse(message: string): readonly Part[] {
  const known = parsedByMessage.get(message);
  if (known !== undefined) return known;
  const parts = new Parser(message).whole();
  parsedByMessage.set(message, parts);
  return parts;
}

function write(tag: string, parts: readonly Part[], given: Arguments, counted: number | null): string {
  return parts.map((part) => writePart(tag, part, given, counted)).join("");
}

function writePart(tag: string, part: Part, given: Arguments, counted: number | null): string {
  switch (part.kind) {
    case "text":
      return part.text;
    case "number":
      return counted === null ? "#" : number(tag, counted);
    case "argument": {
      const value = given[part.name];
      if (value === undefined) return `{${part.name}}`;
      return typeof value === "number" ? number(tag, value) : value;
    }
    case "select": {
      const form = part.forms.get(String(given[part.name])) ?? part.forms.get("other") ?? [];
      return write(tag, form, given, counted);
    }
    case "plural": {
      const n = Number(given[part.name]);
      const form = part.forms.get(`=${n}`) ?? part.forms.get(rules(tag).select(n)) ?? part.forms.get("other") ?? [];
      return write(tag, form, given, n);
    }
  }
}

function number(tag: string, value: number): string {
  let numbers = numbersByTag.get(tag);
  if (numbers === undefined) {
    numbers = new Intl.NumberFormat(localeOf(tag), { maximumFractionDigits: 2 });
    numbersByTag.set(tag, numbers);
  }
  return numbers.format(value);
}

function rules(tag: string): Intl.PluralRules {
  let known = rulesByTag.get(tag);
  if (known === undefined) {
    known = new Intl.PluralRules(tag);
    rulesByTag.set(tag, known);
  }
  return known;
}

class Parser {
  private at = 0;

  constructor(private readonly message: string) {}

  whole(): Part[] {
    const parts = this.parts(false, 0);
    if (this.at < this.message.length) throw this.error("a brace too many");
    return parts;
  }

  private parts(inPlural: boolean, depth: number): Part[] {
    if (depth > 8) throw this.error("nested too deeply");
    const parts: Part[] = [];
    let text = "";
    const flush = (): void => {
      if (text !== "") parts.push({ kind: "text", text });
      text = "";
    };
    while (this.at < this.message.length) {
      const char = this.message.charAt(this.at);
      if (char === "}") break;
      if (char === "'") text += this.quotation();
      else if (char === "{") {
        flush();
        parts.push(this.argument(inPlural, depth));
      } else if (char === "#" && inPlural) {
        flush();
        this.at += 1;
        parts.push({ kind: "number" });
      } else {
        text += char;
        this.at += 1;
      }
    }
    flush();
    return parts;
  }

  private quotation(): string {
    const next = this.message.charAt(this.at + 1);
    if (next === "'") {
      this.at += 2;
      return "'";
    }
    if (next !== "{" && next !== "}") {
      this.at += 1;
      return "'";
    }
    const end = this.message.indexOf("'", this.at + 1);
    const stop = end < 0 ? this.message.length : end;
    const text = this.message.slice(this.at + 1, stop);
    this.at = stop + 1;
    return text;
  }

  private argument(inPlural: boolean, depth: number): Part {
    this.at += 1;
    const name = this.word();
    if (this.taken("}")) return { kind: "argument", name };
    this.expect(",");
    const kind = this.word();
    if (kind !== "plural" && kind !== "select") throw this.error(`unknown kind ${kind}`);
    this.expect(",");
    const forms = new Map<string, readonly Part[]>();
    while (!this.taken("}")) {
      const key = this.word();
      this.expect("{");
      forms.set(key, this.parts(kind === "plural" || inPlural, depth + 1));
      this.expect("}");
    }
    if (!forms.has("other")) throw this.error("no form for other");
    return { kind, name, forms };
  }

  private word(): string {
    this.skip();
    const start = this.at;
    while (this.at < this.message.length && !/[\s{},]/u.test(this.message.charAt(this.at))) this.at += 1;
    if (start === this.at) throw this.error("a name is missing");
    const word = this.message.slice(start, this.at);
    this.skip();
    return word;
  }

  private taken(char: string): boolean {
    this.skip();
    if (this.message.charAt(this.at) !== char) return false;
    this.at += 1;
    return true;
  }

  private expect(char: string): void {
    if (!this.taken(char)) throw this.error(`${char} is missing`);
  }

  private skip(): void {
    while (/\s/u.test(this.message.charAt(this.at))) this.at += 1;
  }

  private error(what: string): Error {
    return new Error(`${what} at ${this.at} in “${this.message}”`);
  }
}
