/** Form controls of the settings: native ones, each with its label and what it means. */

import { useText, type Key } from "./text.ts";

interface ChoiceProps<Value extends string> {
  label: Key;
  value: Value;
  /** The values, in the order in which they are offered, with their texts. */
  options: readonly (readonly [value: Value, text: string])[];
  note?: string;
  onChoose(value: Value): void;
}

export function Choice<Value extends string>({ label, value, options, note, onChoose }: ChoiceProps<Value>) {
  const text = useText();
  const noteId = `${label}-note`;
  return (
    <label class="field">
      <span>{text.t(label)}</span>
      <select value={value} {...(note && { "aria-describedby": noteId })} onChange={({ currentTarget }) => onChoose(currentTarget.value as Value)}>
        {options.map(([value, text]) => <option key={value} value={value}>{text}</option>)}
      </select>
      {note && <span class="field-note" id={noteId}>{note}</span>}
    </label>
  );
}

interface NumberProps {
  label: Key;
  value: number;
  min: number;
  max: number;
  onChoose(value: number): void;
}

export function NumberField({ label, value, min, max, onChoose }: NumberProps) {
  const text = useText();
  return (
    <label class="field">
      <span>{text.t(label)}</span>
      <input type="number" required inputMode="numeric" min={min} max={max} step={1} value={value} onChange={({ currentTarget }) => {
        if (currentTarget.checkValidity()) onChoose(currentTarget.valueAsNumber);
      }} />
    </label>
  );
}

export function Tick({ label, value, onChoose }: { label: Key; value: boolean; onChoose(value: boolean): void }) {
  const text = useText();
  return (
    <label class="tick">
      <input type="checkbox" checked={value} onChange={({ currentTarget }) => onChoose(currentTarget.checked)} />
      <span>{text.t(label)}</span>
    </label>
  );
}
