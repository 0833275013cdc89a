/** Name, one sentence, language. */

import { LANGUAGES, useText, type Language } from "../i18n/text.ts";
import { Mark } from "./icons.tsx";

export function Header({ language, onLanguage }: { language: Language; onLanguage(language: Language): void }) {
  const { t } = useText();
  return (
    <header class="masthead">
      <Mark />
      <div class="masthead-words">
        <h1>Accord</h1>
        <p>{t("page.tagline")}</p>
      </div>
      <p class="masthead-intro">{t("page.intro")}</p>
      <fieldset class="segmented">
        <legend class="hidden">{t("page.language")}</legend>
        {(Object.keys(LANGUAGES) as Language[]).map((code) => (
          <label key={code} lang={code}>
            <input type="radio" name="language" value={code} checked={code === language} onChange={() => onLanguage(code)} />
            <span title={LANGUAGES[code].name}><span aria-hidden="true">{code.toUpperCase()}</span><span class="hidden">{LANGUAGES[code].name}</span></span>
          </label>
        ))}
      </fieldset>
    </header>
  );
}
