/**
 * Descriptions as people read them: HTML to text, and one normal form for all text. A single pass over the source
 * with a sticky expression: a service worker has no `DOMParser`, and building a document would be many times slower.
 */

const TAG = /<(\/?)([a-zA-Z][a-zA-Z0-9]*)([^>]*)>|<!--[\s\S]*?-->|<![^>]*>/g;
const HREF = /\bhref\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>]+))/i;
const ENTITY = /&(?:#(\d+)|#[xX]([0-9a-fA-F]+)|([a-zA-Z]+));/g;
const NAMED: Record<string, string> = { amp: "&", lt: "<", gt: ">", quot: "\"", apos: "'", nbsp: "\u00a0", hellip: "…", ndash: "–", mdash: "—", bull: "•", copy: "©", euro: "€" };
const CONFERENCE = /-::~:~::~[\s\S]*?-::~:~::~[:~-]*/;

export function readable(source: string): string {
  const text = source.includes("<") || source.includes("&") ? withoutMarkup(source) : source;
  return normal(text.includes("-::~:~::~") ? text.replace(CONFERENCE, "") : text);
}

/** Line ends, blanks at the end of lines, and runs of empty lines unified. */
export function normal(text: string): string {
  const lines: string[] = [];
  let empty = 0;
  for (const raw of text.split("\n")) {
    const line = raw.replace(/[ \t\r\u00a0\ufeff]+$/, "");
    if (line === "") {
      empty++;
      continue;
    }
    if (lines.length > 0 && empty > 0) lines.push("");
    empty = 0;
    lines.push(line);
  }
  return lines.join("\n").replace(/^[ \t\r\u00a0\ufeff]+/, "");
}

export function oneLine(text: string): string {
  return text.replace(/[\s\ufeff\u0085]+/g, " ").trim();
}

/** At most `max` code points, the last one an ellipsis when something was cut. */
export function cut(text: string, max: number): string {
  if (text.length <= max) return text;
  const characters = Array.from(text);
  return characters.length <= max ? text : `${characters.slice(0, max - 1).join("").trimEnd()}…`;
}

function withoutMarkup(html: string): string {
  const page = new Page();
  let hidden = "";
  let at = 0;
  for (const tag of html.matchAll(TAG)) {
    if (tag.index > at && hidden === "") page.text(decoded(html.slice(at, tag.index)));
    at = tag.index + tag[0].length;
    const name = tag[2]?.toLowerCase();
    if (name === undefined) continue;
    const closes = tag[1] === "/";
    if (hidden !== "") {
      if (closes && name === hidden) hidden = "";
    } else if (!closes && (name === "script" || name === "style" || name === "title" || name === "template")) {
      hidden = name;
    } else if (closes) {
      page.close(name);
    } else {
      page.open(name, tag[3] ?? "");
    }
  }
  if (hidden === "") page.text(decoded(html.slice(at)));
  return page.out;
}

function decoded(text: string): string {
  if (!text.includes("&")) return text;
  return text.replace(ENTITY, (whole, decimal: string | undefined, hex: string | undefined, name: string | undefined) => {
    if (name !== undefined) return NAMED[name] ?? whole;
    const code = decimal === undefined ? parseInt(hex ?? "", 16) : parseInt(decimal, 10);
    return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : "\ufffd";
  });
}

/** What is on the page so far, and which elements are open. */
class Page {
  out = "";
  /** One entry for each open list: the number of the next item, or 0 for bullets. */
  readonly #lists: number[] = [];
  #link: { start: number; href: string } | undefined;

  open(name: string, attributes: string): void {
    switch (name) {
      case "br": this.out += "\n"; break;
      case "ul": this.#line(); this.#lists.push(0); break;
      case "ol": this.#line(); this.#lists.push(1); break;
      case "li": this.#item(); break;
      case "td": case "th": if (this.out !== "" && !/[\n ]$/.test(this.out)) this.out += " "; break;
      case "a": this.#link = linkOf(attributes, this.out.length); break;
      default: this.#block(name);
    }
  }

  close(name: string): void {
    switch (name) {
      case "ul": case "ol": this.#lists.pop(); this.#line(); break;
      case "li": this.#line(); break;
      case "a": this.#endLink(); break;
      default: this.#block(name);
    }
  }

  text(text: string): void {
    if (!/[\s\u00a0]/.test(text)) {
      this.out += text;
      return;
    }
    // Runs of blanks are one blank, and none stands at the start of a line.
    for (const part of text.replace(/[ \t\u00a0]+/g, " ").replaceAll("\r", "").split(/(\n)/)) {
      if (part === "\n") this.#lineBreak();
      else if (part !== "") this.out += part.startsWith(" ") && /(?:^|[ \n])$/.test(this.out.slice(-1)) ? part.slice(1) : part;
    }
  }

  #block(name: string): void {
    switch (name) {
      case "p": case "h1": case "h2": case "h3": case "h4": case "h5": case "h6": case "blockquote": case "table":
        this.#line();
        if (this.out !== "" && !this.out.endsWith("\n\n")) this.out += "\n";
        break;
      case "div": case "tr": case "section": case "article": case "pre": case "hr":
        this.#line();
    }
  }

  #line(): void {
    if (this.out !== "" && !this.out.endsWith("\n")) this.out += "\n";
  }

  /** Between the items of a list a line break is layout of the source; elsewhere it is text. */
  #lineBreak(): void {
    if (this.out !== "" && (!this.out.endsWith("\n") || this.#lists.length === 0)) this.out += "\n";
  }

  #item(): void {
    this.#line();
    const last = this.#lists.length - 1;
    const number = this.#lists[last] ?? 0;
    this.out += "  ".repeat(Math.max(0, last)) + (number > 0 ? `${number}. ` : "• ");
    if (number > 0) this.#lists[last] = number + 1;
  }

  #endLink(): void {
    const link = this.#link;
    this.#link = undefined;
    if (!link) return;
    const shown = this.out.slice(link.start).trim();
    const bare = link.href.replace(/^(?:mailto|tel):/, "");
    const same = shown === bare || shown === link.href || shown.replace(/\/+$/, "") === link.href.replace(/\/+$/, "");
    if (shown === "") this.out += bare;
    else if (!same) this.out += ` (${bare})`;
  }
}

function linkOf(attributes: string, start: number): { start: number; href: string } | undefined {
  const found = HREF.exec(attributes);
  const href = decoded((found?.[1] ?? found?.[2] ?? found?.[3] ?? "").trim());
  return /^(?:https?|mailto|tel):/i.test(href) ? { start, href } : undefined;
}
