/** What only meetings have: guests, reminders, whole days, repeats and cancellations. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { CancelMeetings, Record, Users } from "@zohocrm/nodejs-sdk-8.0";
import { Sandbox } from "../sandbox.ts";
import { answer, body, change, having, meeting, one, outcomes, refusal, Zoho } from "./client.ts";

const sandbox = Sandbox.forThisFile();
const zoho = Zoho.forThisFile(sandbox);
const BEN = "4876876000000225027";

function guest(type: string, participant: string): Record.Participants {
  const person = new Record.Participants();
  person.setType(type);
  person.setParticipant(participant);
  return person;
}

function reminder(unit: number, period: string): Record.Reminder {
  const before = new Record.Reminder();
  before.setUnit(unit);
  before.setPeriod(period);
  return before;
}

async function guestsOf(id: bigint): Promise<Record.Participants[]> {
  const people = (await zoho.read(id)).getKeyValue("Participants");
  assert.ok(Array.isArray(people) && people.every((person) => person instanceof Record.Participants));
  return people;
}

async function remindersOf(id: bigint): Promise<Record.Reminder[]> {
  const rows = (await zoho.read(id)).getKeyValue("Remind_At");
  assert.ok(Array.isArray(rows) && rows.every((row) => row instanceof Record.Reminder));
  return rows;
}

async function contact(): Promise<string> {
  const person = having(new Record.Record(), {
    Last_Name: "Keller",
    First_Name: "Nora",
    Email: "nora.keller@example.com",
  });
  return String(one(outcomes(await zoho.contacts.createRecords(body(person)), 201)).getDetails().get("id"));
}

test("guests of every kind", async () => {
  const nora = await contact();
  const guests = [guest("email", "guest@example.com"), guest("contact", nora), guest("user", BEN)];
  const people = await guestsOf(await zoho.create(await meeting("Planning", { Participants: guests })));
  assert.deepEqual(
    people.map((person) => [person.getType(), person.getParticipant(), person.getEmail(), person.getStatus()]),
    [
      ["email", "guest@example.com", "guest@example.com", "not_known"],
      ["contact", nora, "nora.keller@example.com", "not_known"],
      ["user", BEN, "ben@example.com", "not_known"],
    ],
  );
  assert.deepEqual([people[1]?.getName(), people[2]?.getName()], ["Nora Keller", "Ben Okafor"]);
  assert.ok(people.every((person) => !person.getInvited()));
  assert.equal(new Set(people.map((person) => person.getId())).size, 3);
});

for (const [value, count] of [["replace", 1], ["merge", 2]] as const) {
  test(`a new list of guests: ${value}`, async () => {
    await sandbox.admin("POST", "switches", { participants_put: value });
    const id = await zoho.create(await meeting("Planning", { Participants: [guest("email", "first@example.com")] }));
    const fields = { Participants: [guest("email", "second@example.com")], $send_notification: false };
    outcomes(await zoho.events.updateRecords(body(change(id, fields))), 200);
    assert.equal((await guestsOf(id)).length, count);
  });
}

test("a guest sent back keeps its row", async () => {
  const id = await zoho.create(await meeting("Planning", { Participants: [guest("email", "guest@example.com")] }));
  const row = one(await guestsOf(id));
  const again = guest("email", "guest@example.com");
  again.setId(row.getId());
  outcomes(await zoho.events.updateRecords(body(change(id, { Participants: [again] }))), 200);
  assert.equal(one(await guestsOf(id)).getId(), row.getId());
});

for (const [what, guests, code] of [
  ["no address", [guest("email", "nobody")], "INVALID_DATA"],
  ["no such contact", [guest("contact", "4876876999999999999")], "INVALID_DATA"],
  ["fifty-one", Array.from({ length: 51 }, (_, row) => guest("email", `guest${row}@example.com`)), "LIMIT_EXCEEDED"],
] as const) {
  test(`impossible guests are refused: ${what}`, async () => {
    const record = await meeting("Planning", { Participants: guests });
    const [told, details] = refusal(one(outcomes(await zoho.events.createRecords(body(record)), 400)));
    assert.equal(told, code);
    assert.match(String(details["json_path"]), /^\$\.data\[0\]\.Participants/);
  });
}

test("guests are mailed unless told not to", async () => {
  const guests = [guest("email", "guest@example.com")];
  await zoho.create(await meeting("Quiet", { Participants: guests }));
  assert.deepEqual(await sandbox.mails(), []);
  const id = await zoho.create(await meeting("Loud", { Participants: guests, $send_notification: true }));
  const mail = one(await sandbox.mails());
  assert.deepEqual([mail.kind, mail.to, mail.id], ["invitation", "guest@example.com", id.toString()]);
});

test("several reminders", async () => {
  const rows = [reminder(15, "minutes"), reminder(1, "days")];
  const kept = await remindersOf(await zoho.create(await meeting("Planning", { Remind_At: rows })));
  assert.deepEqual(
    kept.map((row) => [row.getUnit(), row.getPeriod(), row.getTime()]),
    [[15, "minutes", undefined], [1, "days", undefined]],
  );
});

test("reminders may carry a time", async () => {
  await sandbox.admin("POST", "switches", { remind_time: "present" });
  const kept = await remindersOf(await zoho.create(await meeting("Planning", { Remind_At: [reminder(1, "days")] })));
  assert.match(String(one(kept).getTime()), /^\d\d:\d\d$/);
});

test("reminders can be removed", async () => {
  const id = await zoho.create(await meeting("Planning", { Remind_At: [reminder(15, "minutes")] }));
  outcomes(await zoho.events.updateRecords(body(change(id, { Remind_At: null }))), 200);
  assert.equal((await zoho.read(id)).getKeyValue("Remind_At"), null);
});

test("a reminder of an unknown unit is refused", async () => {
  const record = await meeting("Planning", { Remind_At: [reminder(3, "years")] });
  const [code, details] = refusal(one(outcomes(await zoho.events.createRecords(body(record)), 400)));
  assert.deepEqual([code, details["json_path"]], ["INVALID_DATA", "$.data[0].Remind_At[0].period"]);
});

for (const [end, written, read] of [
  ["235959_inclusive", "2026-11-25T00:00:00Z", "2026-11-25T23:59:59Z"],
  ["2359", "2026-11-25T00:00:00Z", "2026-11-25T23:59:00Z"],
  ["midnight_same", "2026-11-25T00:00:00Z", "2026-11-25T00:00:00Z"],
  ["midnight_next", "2026-11-26T00:00:00Z", "2026-11-26T00:00:00Z"],
] as const) {
  test(`a whole day whose end is ${end}`, async () => {
    await sandbox.admin("POST", "switches", { allday_end: end, allday_offset: "zero" });
    const day = await meeting("Planning", {
      All_day: true,
      Start_DateTime: new Date("2026-11-25T00:00:00Z"),
      End_DateTime: new Date(written),
    });
    const record = await zoho.read(await zoho.create(day));
    assert.equal(record.getKeyValue("All_day"), true);
    assert.deepEqual(record.getKeyValue("Start_DateTime"), new Date("2026-11-25T00:00:00Z"));
    assert.deepEqual(record.getKeyValue("End_DateTime"), new Date(read));
  });
}

test("a repeating meeting keeps its rule", async () => {
  const repeat = new Record.RecurringActivity();
  repeat.setRrule("FREQ=WEEKLY;BYDAY=WE;INTERVAL=2;UNTIL=2027-03-15");
  const id = await zoho.create(await meeting("Planning", { Recurring_Activity: repeat }));
  const kept = (await zoho.read(id)).getKeyValue("Recurring_Activity");
  assert.ok(kept instanceof Record.RecurringActivity);
  assert.equal(kept.getRrule(), repeat.getRrule());
});

function cancel(id: bigint, mail: boolean) {
  const wish = new CancelMeetings.Notify();
  wish.setSendCancellingMail(mail);
  const wrapper = new CancelMeetings.BodyWrapper();
  wrapper.setData([wish]);
  return new CancelMeetings.CancelMeetingsOperations(id).cancelMeetings(wrapper);
}

test("a meeting may have another host and a contact", async () => {
  const host = new Users.MinifiedUser();
  host.setId(BigInt(BEN));
  const nora = new Record.Record();
  nora.setId(BigInt(await contact()));
  const record = await zoho.read(await zoho.create(await meeting("Planning", { Owner: host, Who_Id: nora })));
  const owner = record.getKeyValue("Owner");
  assert.ok(owner instanceof Users.MinifiedUser);
  assert.deepEqual([owner.getId(), owner.getName()], [BigInt(BEN), "Ben Okafor"]);
  const related = record.getKeyValue("Who_Id");
  assert.ok(related instanceof Record.Record);
  assert.deepEqual([related.getId(), related.getKeyValue("name")], [nora.getId(), "Nora Keller"]);
});

/** A meeting whose only guest has an invitation. */
function invited(start?: Date) {
  const fields = { Participants: [guest("email", "guest@example.com")], $send_notification: true };
  return meeting("Planning", fields, start);
}

for (const mail of [true, false]) {
  test(`a cancelled meeting stays, ${mail ? "announced" : "unannounced"}`, async () => {
    const id = await zoho.create(await invited());
    const outcome = one(answer(await cancel(id, mail), 200, CancelMeetings.ActionWrapper).getData());
    assert.ok(outcome instanceof CancelMeetings.SuccessResponse);
    assert.deepEqual([outcome.getCode().getValue(), outcome.getDetails().get("id")], ["SUCCESS", id]);
    const kinds = (await sandbox.mails()).map((mail) => mail.kind);
    assert.deepEqual(kinds, ["invitation", ...(mail ? ["cancellation"] : [])]);
    assert.equal((await zoho.read(id)).getKeyValue("Event_Title"), "Planning");
  });
}

for (const [reason, record] of [
  ["no_participants_invited", () => meeting()],
  ["completed_meeting", () => invited(new Date("2026-11-18T09:00:00Z"))],
] as const) {
  test(`a meeting that cannot be cancelled: ${reason}`, async () => {
    const id = await zoho.create(await record());
    const outcome = one(answer(await cancel(id, false), 400, CancelMeetings.ActionWrapper).getData());
    assert.ok(outcome instanceof CancelMeetings.APIException);
    assert.deepEqual(refusal(outcome), ["NOT_ALLOWED", { reason, id }]);
  });
}
