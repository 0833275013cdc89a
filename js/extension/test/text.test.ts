import assert from "node:assert/strict";
import { test } from "node:test";
import { ERROR_CODES } from "../../src/errors.ts";
import { en, type Key } from "../ui/i18n/en.ts";
import { fr } from "../ui/i18n/fr.ts";
import { languageOf, textIn } from "../ui/i18n/text.ts";
import { inCrm, inGoogle } from "../ui/parts/places.ts";

test("every error code has a sentence in both languages", () => {
  for (const code of ERROR_CODES) {
    for (const texts of [en, fr]) assert.match(texts[`error.${code}`], /^\p{Lu}.+\.$/u, code);
  }
});

test("both languages fill in the same values", () => {
  const names = (text: string) => [...new Set(text.match(/\{\w+\}/g))].sort();
  for (const key of Object.keys(en) as Key[]) {
    assert.notEqual(fr[key].trim(), "", key);
    // French counts no and one alike: a form for one may leave the number out.
    if (!key.endsWith(".one")) assert.deepEqual(names(fr[key]), names(en[key]), key);
  }
});

test("the chosen language goes first, then the browser's, then English", () => {
  assert.equal(languageOf("fr", ["en-GB"]), "fr");
  assert.equal(languageOf("auto", ["de-DE", "fr-CA", "en"]), "fr");
  assert.equal(languageOf("auto", ["de-DE"]), "en");
});

test("numbers, plurals and times are the person's own", () => {
  const french = textIn("fr", ["fr-FR"], "Europe/Paris");
  assert.equal(french.plural("state.pairs", 0), "0 événement est des deux côtés.");
  assert.match(french.plural("state.pairs", 5000), /^5\s000 événements sont/u);
  const british = textIn("en", ["en-GB"], "Europe/Paris");
  const noon = Date.UTC(2026, 10, 23, 11, 5);
  assert.equal(british.time(noon, noon + 60_000), "12:05");
  assert.match(british.time(noon, noon + 86_400_000), /23 Nov/);
});

test("links lead to the event in Google and to the meeting in the CRM", () => {
  const link = inGoogle({ googleId: "abc123" }, { calendar: "ana@example.com", centre: undefined });
  assert.equal(atob(new URL(link ?? "").searchParams.get("eid") ?? ""), "abc123 ana@example.com");
  assert.equal(inCrm({ crmId: "4876876000000225999" }, { calendar: undefined, centre: "eu" }), "https://crm.zoho.eu/crm/tab/Events/4876876000000225999");
  assert.equal(inCrm({}, { calendar: undefined, centre: "eu" }), undefined);
});
