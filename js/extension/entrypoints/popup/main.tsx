import "../../ui/style.css";
import { mount } from "../../ui/page.tsx";
import { Popup } from "../../ui/popup.tsx";

void mount(Popup, "open");
