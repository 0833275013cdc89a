/** What both pages have in common: language, title, and one place where the page begins. */

import { browser } from "wxt/browser";
import { render, type ComponentType } from "preact";
import { useLayoutEffect, useMemo } from "preact/hooks";
import { TextContext } from "../../shared/text.ts";
import { pageText, type Key } from "./i18n/text.ts";
import { readView, useView, type View } from "./view.ts";

/** Reads what is stored, then draws `Body` once with it: no frame is shown without its content. */
export async function mount(Body: ComponentType<{ view: View }>, title: Key): Promise<void> {
  const root = document.getElementById("root");
  if (root === null) throw new Error("The page has no root.");
  render(<Page first={await readView()} Body={Body} title={title} />, root);
}

function Page({ first, Body, title }: { first: View; Body: ComponentType<{ view: View }>; title: Key }) {
  const view = useView(first);
  const { locale } = view.memory;
  const text = useMemo(() => pageText(locale, [browser.i18n.getUILanguage(), ...navigator.languages]), [locale]);
  useLayoutEffect(() => {
    document.documentElement.lang = text.language;
    document.title = `Accord – ${text.t(title)}`;
  }, [text, title]);
  return <TextContext.Provider value={text}><Body view={view} /></TextContext.Provider>;
}
