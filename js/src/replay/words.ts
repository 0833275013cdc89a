/**
 * Texts become other texts of the same shape: every letter and digit is replaced, blanks and punctuation stay. What a
 * character becomes depends on the word up to it, so that equal words stay equal, words that differ stay different, and a
 * word that was cut becomes the cut of its replacement. The replacements are drawn at random, anew for each bundle, and are
 * kept nowhere: nothing but the pattern of a text can be read out of it.
 */

/** Inserted by the engine or the services rather than typed: bullets and the mark of a cut. */
const KEPT = /[\s\u0085\u2022\u2026\ufeff\0-/:-@[-`{-\u007f]/u;
/** Where a link may lead; the engine looks at these. */
const SCHEMES = new Set(["http", "https", "mailto", "tel"]);
/** What the engine itself writes where there is no title to show (`src/model/event.rs`). */
export const OWN_TITLES = new Set(["Not Provided", "Busy"]);

/** Elements that the engine lays out; others are only taken out of a text, under whatever name. */
const ELEMENTS = new Set([
  "a", "article", "b", "blockquote", "br", "code", "div", "em", "font", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "i", "li", "ol", "p",
  "pre", "s", "section", "small", "span", "strong", "sub", "sup", "table", "tbody", "td", "template", "th", "thead", "tr", "u", "ul",
]);
/** Of these, what may stand in the middle of a word. */
const INLINE = new Set(["a", "b", "code", "em", "font", "i", "s", "small", "span", "strong", "sub", "sup", "u"]);
/** Their content is text up to the end tag; of the first three nobody sees it. */
const RAW = ["script", "style", "title", "textarea", "xmp", "iframe"];

/** Ranges of code points of which the replacement is as long as the original in UTF-8. */
const CLASSES: { upTo: number; first: number; count: number }[] = [
  { upTo: 0x39, first: 0x30, count: 10 },
  { upTo: 0x5a, first: 0x41, count: 26 },
  { upTo: 0x7f, first: 0x61, count: 26 },
  { upTo: 0x7ff, first: 0x400, count: 256 },
  { upTo: 0xffff, first: 0x4e00, count: 20_000 },
  { upTo: 0x10ffff, first: 0x20000, count: 40_000 },
];

/** Where in a text a piece of it stands. */
interface Place {
  /** The beginning of the word that it goes on. */
  before: string;
  /** Of the last item of a list. */
  number: number;
}

export class Words {
  /** What follows a word's beginning, and what it becomes. */
  readonly #nodes = new Map<string, { out: Map<string, string>; used: Set<number> }>();
  readonly #words = new Map<string, string>();
  readonly #random: () => number;
  readonly #decode: (reference: string) => string;

  /**
   * @param random numbers from 0 to 2^32 − 1
   * @param decode what a character reference of HTML stands for, as the engine reads it
   */
  constructor(random: () => number, decode: (reference: string) => string) {
    this.#random = random;
    this.#decode = decode;
  }

  /** A text without markup. */
  plain(text: string): string {
    return OWN_TITLES.has(text) ? text : this.#lines(text, { before: "", number: 0 });
  }

  /** A text that is read as HTML: its elements and the references of punctuation stay. */
  html(text: string): string {
    const markup = /<!--[\s\S]*?(?:-->|$)|<[!?][^>]*(?:>|$)|<(\/?)([A-Za-z][^\s/>]*)((?:\s*=\s*(?:"[^"]*"|'[^']*')|[^>])*)(?:>|$)/g;
    const place: Place = { before: "", number: 0 };
    let isLink = false;
    let out = "";
    let done = 0;
    for (let found = markup.exec(text); found; found = markup.exec(text)) {
      out += this.#references(text.slice(done, found.index), place);
      done = markup.lastIndex;
      const name = found[2]?.toLowerCase();
      if (name === undefined) {
        out += "<!---->";
        continue;
      }
      const closing = found[1] ?? "";
      const target = closing ? "" : this.#target(name, found[3] ?? "");
      out += `<${closing}${ELEMENTS.has(name) || RAW.includes(name) ? name : "x-other"}${target}>`;
      // The engine prints where a link leads after its text.
      if ((ELEMENTS.has(name) && !INLINE.has(name)) || (name === "a" && closing && isLink)) place.before = "";
      if (name === "a") isLink = target !== "";
      if (closing || !RAW.includes(name)) continue;
      const end = text.toLowerCase().indexOf(`</${name}`, done);
      const inside = text.slice(done, end < 0 ? text.length : end);
      if (RAW.indexOf(name) > 2) out += this.#references(inside, place);
      done = markup.lastIndex = done + inside.length;
    }
    return out + this.#references(text.slice(done), place);
  }

  /** The link of an element, which the engine prints; other attributes say nothing. */
  #target(name: string, attributes: string): string {
    if (name !== "a") return "";
    const [, , double, single, bare] = /(?:^|[\s/])href\s*=\s*("([^"]*)"|'([^']*)'|([^\s"'][^\s]*))/i.exec(attributes) ?? [];
    const href = double ?? single ?? bare;
    return href === undefined ? "" : ` href="${this.#references(href, { before: "", number: 0 }).replaceAll('"', "&quot;")}"`;
  }

  /** Text with character references: those of letters become letters. */
  #references(text: string, place: Place): string {
    let out = "";
    let open = "";
    let done = 0;
    for (const { 0: reference, index } of text.matchAll(/&(?:#\d+|#[xX][\dA-Fa-f]+|[A-Za-z][A-Za-z\d]*);?/g)) {
      open += text.slice(done, index);
      done = index + reference.length;
      const character = this.#decode(reference);
      if (character !== "" && (character === reference || !KEPT.test(character))) {
        open += character;
        continue;
      }
      out += this.#lines(open, place) + reference;
      open = place.before = "";
    }
    return out + this.#lines(open + text.slice(done), place);
  }

  #lines(text: string, place: Place): string {
    return text.split("\n").map((line, at) => {
      if (at > 0) place.before = "";
      const [start = "", digits = ""] = place.before === "" ? (/^\s*(\d{1,2})(?=\. )/.exec(line) ?? []) : [];
      // The engine numbers the items of a list so: from 1 on, or from the number before.
      const isItem = digits !== "" && [1, place.number + 1].includes(Number(digits));
      if (!isItem) return this.#run(line, place);
      place.number = Number(digits);
      return start + this.#run(line.slice(start.length), place);
    }).join("\n");
  }

  #run(text: string, place: Place): string {
    let out = "";
    // A word may have begun before an element that lays out nothing.
    let begun = place.before;
    let word = begun;
    const flush = (next: string) => {
      if (word !== begun) out += begun === "" && next === ":" && SCHEMES.has(word.toLowerCase()) ? word : this.#word(word).slice(begun === "" ? 0 : this.#word(begun).length);
      [word, begun] = ["", ""];
    };
    for (const character of text) {
      if (!KEPT.test(character)) {
        word += character;
        continue;
      }
      flush(character);
      out += character;
    }
    place.before = word;
    flush("");
    return out;
  }

  #word(word: string): string {
    const known = this.#words.get(word);
    if (known !== undefined) return known;
    let out = "";
    let before = "";
    for (const character of word) {
      out += this.#after(before, character);
      before += character;
    }
    this.#words.set(word, out);
    return out;
  }

  #after(before: string, character: string): string {
    let node = this.#nodes.get(before);
    if (!node) this.#nodes.set(before, (node = { out: new Map(), used: new Set() }));
    const known = node.out.get(character);
    if (known !== undefined) return known;
    const code = character.codePointAt(0) ?? 0;
    const { first, count } = CLASSES.find(({ upTo }) => code <= upTo) ?? { first: 0x61, count: 26 };
    let at = this.#random() % count;
    // There are more letters of some lengths than replacements: the last resort is to take one twice.
    for (let tried = 0; tried < count && node.used.has(first + at); tried++) at = (at + 1) % count;
    node.used.add(first + at);
    const out = String.fromCodePoint(first + at);
    node.out.set(character, out);
    return out;
  }
}
