import assert from "node:assert/strict";
import { test } from "node:test";
import { ERROR_CODES } from "../../src/errors.ts";
import { en } from "../../shared/en.ts";
import { fr } from "../../shared/fr.ts";
import { inCrm, inGoogle } from "../../shared/parked.tsx";
import { languageOf } from "../../shared/text.ts";
import { en as ownEn } from "../ui/i18n/en.ts";
import { fr as ownFr } from "../ui/i18n/fr.ts";
import { pageText } from "../ui/i18n/text.ts";
import { en as widgetEn } from "../../widget/i18n/en.ts";
import { fr as widgetFr } from "../../widget/i18n/fr.ts";

test("every error code has a sentence in both languages", () => {
  for (const code of ERROR_CODES) {
    for (const texts of [en, fr]) assert.match(texts[`error.${code}`], /^\p{Lu}.+\.$/u, code);
  }
});

test("both languages fill in the same values", () => {
  const names = (text: string) => [...new Set(text.match(/\{\w+\}/g))].sort();
  const pairs: [Record<string, string>, Record<string, string>][] = [[en, fr], [ownEn, ownFr], [widgetEn, widgetFr]];
  for (const [english, french] of pairs) {
    assert.deepEqual(Object.keys(french).sort(), Object.keys(english).sort());
    for (const [key, text] of Object.entries(english)) {
      const said = french[key] ?? "";
      assert.notEqual(said.trim(), "", key);
      // French counts no and one alike: a form for one may leave the number out.
      if (!key.endsWith(".one")) assert.deepEqual(names(said), names(text), key);
    }
  }
});

test("the chosen language goes first, then the browser's, then English", () => {
  assert.equal(pageText("fr", ["en-GB"]).language, "fr");
  assert.equal(pageText("auto", ["de-DE", "fr-CA", "en"]).language, "fr");
  assert.equal(languageOf(["de-DE"]), "en");
});

test("numbers, plurals and times are the person's own", () => {
  const french = pageText("fr", ["fr-FR"], "Europe/Paris");
  assert.equal(french.plural("state.pairs", 0), "0 événement est des deux côtés.");
  assert.match(french.plural("state.pairs", 5000), /^5\s000 événements sont/u);
  const british = pageText("en", ["en-GB"], "Europe/Paris");
  const noon = Date.UTC(2026, 10, 23, 11, 5);
  assert.equal(british.time(noon, noon + 60_000), "12:05");
  assert.match(british.time(noon, noon + 86_400_000), /23 Nov/);
});

test("links lead to the event in Google and to the meeting in the CRM", () => {
  const link = inGoogle({ googleId: "abc123" }, "ana@example.com");
  assert.equal(atob(new URL(link ?? "").searchParams.get("eid") ?? ""), "abc123 ana@example.com");
  assert.equal(inCrm({ crmId: "4876876000000225999" }, "https://crm.zoho.eu"), "https://crm.zoho.eu/crm/tab/Events/4876876000000225999");
  assert.equal(inCrm({}, "https://crm.zoho.eu"), undefined);
});
