/** Line icons, drawn for this page. They only accompany words, so they are hidden from screen readers. */

import type { ComponentChildren } from "preact";

function Icon({ children }: { children: ComponentChildren }) {
  return (
    <svg class="icon" viewBox="0 0 20 20" width="20" height="20" fill="none" stroke="currentColor" stroke-width="1.6" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">
      {children}
    </svg>
  );
}

export const Previous = () => <Icon><path d="M12 4.5 6.5 10l5.5 5.5" /></Icon>;
export const Next = () => <Icon><path d="M8 4.5 13.5 10 8 15.5" /></Icon>;
export const Plus = () => <Icon><path d="M10 4.5v11M4.5 10h11" /></Icon>;
export const Upload = () => <Icon><path d="M10 13V4M6.5 7.5 10 4l3.5 3.5M4 13v2.5h12V13" /></Icon>;
export const Close = () => <Icon><path d="m5.5 5.5 9 9M14.5 5.5l-9 9" /></Icon>;
export const Repeat = () => <Icon><path d="M4.5 9.5v-1a3 3 0 0 1 3-3h7.5M12.5 3 15 5.5 12.5 8M15.5 10.5v1a3 3 0 0 1-3 3H5M7.5 17 5 14.5 7.5 12" /></Icon>;
export const SyncArrows = () => <Icon><path d="M4 8.5A6.2 6.2 0 0 1 15.2 6.4M15.5 3v3.5H12M16 11.5A6.2 6.2 0 0 1 4.8 13.6M4.5 17v-3.5H8" /></Icon>;
export const Check = () => <Icon><path d="m4.5 10.5 3.5 3.5 7.5-8" /></Icon>;
export const Warning = () => <Icon><path d="M10 3.5 17.5 16.5h-15zM10 8.5v3.5M10 14.3v.1" /></Icon>;

/** Two circles that agree where they meet. */
export function Mark() {
  return (
    <svg class="mark" viewBox="0 0 40 28" width="40" height="28" aria-hidden="true">
      <circle class="mark-google" cx="14" cy="14" r="12" />
      <circle class="mark-crm" cx="26" cy="14" r="12" />
      <path class="mark-both" d="M20 3.61a12 12 0 0 1 0 20.78a12 12 0 0 1 0-20.78z" />
    </svg>
  );
}
