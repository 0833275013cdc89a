import "../../ui/style.css";
import { mount } from "../../ui/page.tsx";
import { Options } from "../../ui/options.tsx";

void mount(Options, "settings.title");
