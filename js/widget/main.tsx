/** Starts the frame: shows at once what it knows, and never less than a sentence. */

import { render } from "preact";
import { openSession, type Place } from "./session.ts";
import "./style.css";
import { Root } from "./views/root.tsx";
import { enterCrm } from "./zoho.ts";

const PLACES: readonly Place[] = ["tab", "meeting", "tile"];

const place = PLACES.find((name) => name === document.body.dataset["place"]) ?? "tab";
const session = openSession(place);
const root = document.getElementById("accord") ?? document.body;
root.replaceChildren();
render(<Root session={session} />, root);
enterCrm((page, around) => void session.pageLoaded(page, around), (why) => session.missing(why));
