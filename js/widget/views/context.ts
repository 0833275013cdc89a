import { createContext } from "preact";
import { useContext, useEffect, useState } from "preact/hooks";
import type { Session, State } from "../session.ts";

export interface Shown {
  session: Session;
  state: State;
}

export const ShownContext = createContext<Shown | undefined>(undefined);

export function useShown(): Shown {
  const shown = useContext(ShownContext);
  if (shown === undefined) throw new Error("A view outside of the root.");
  return shown;
}

export function useSessionState(session: Session): State {
  const [state, setState] = useState(session.state());
  useEffect(() => {
    setState(session.state());
    return session.subscribe(() => setState(session.state()));
  }, [session]);
  return state;
}
