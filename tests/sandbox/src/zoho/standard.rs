//! The fields that every organisation has. Those of Events follow an export of a real organisation (reference,
//! section 6).

use std::collections::BTreeMap;

use super::FIRST_ID;
use super::meta::{Access, Field, Kind, Unique};
use super::modules::ModuleName;

/// Whether clients write a field.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Use {
    Free,
    Mandatory,
    ReadOnly,
}
use Use::{Free, Mandatory, ReadOnly};

type Row = (&'static str, &'static str, Kind, usize, Use);

/// Values of `Meeting_Venue__s` seen in an export of 2026.
const VENUES: &[&str] = &["Client location", "In-office", "Online"];
const PROVIDERS: &[&str] = &["Zoho Meeting", "Google Meet"];
const STATUSES: &[&str] = &["Trash", "Available", "Draft"];

const EVENTS: &[Row] = &[
    ("Event_Title", "Title", Kind::Text, 255, Mandatory),
    ("Start_DateTime", "From", Kind::DateTime, 120, Mandatory),
    ("End_DateTime", "To", Kind::DateTime, 120, Mandatory),
    ("All_day", "All day", Kind::Boolean, 5, Free),
    ("Venue", "Location", Kind::Text, 255, Free),
    ("Meeting_Venue__s", "Meeting Venue", Kind::Picklist, 120, Free),
    ("Meeting_Provider__s", "Meeting Provider", Kind::Picklist, 120, Free),
    ("Description", "Description", Kind::TextArea, 32_000, Free),
    ("Participants", "Participants", Kind::Participants, 2_000, Free),
    ("Remind_At", "Reminder", Kind::Reminder, 120, Free),
    ("Remind_Participants", "Participants Reminder", Kind::Reminder, 120, Free),
    ("Recurring_Activity", "Repeat", Kind::Recurrence, 2_000, Free),
    ("Owner", "Host", Kind::Owner, 120, Free),
    ("What_Id", "Related To", Kind::Lookup, 120, Free),
    ("Who_Id", "Contact Name", Kind::Lookup, 120, Free),
    ("Tag", "Tag", Kind::Tags, 2_000, Free),
    ("Created_By", "Created By", Kind::Owner, 120, ReadOnly),
    ("Modified_By", "Modified By", Kind::Owner, 120, ReadOnly),
    ("Created_Time", "Created Time", Kind::DateTime, 120, ReadOnly),
    ("Modified_Time", "Modified Time", Kind::DateTime, 120, ReadOnly),
    ("Last_Activity_Time", "Last Activity Time", Kind::DateTime, 120, ReadOnly),
    ("Check_In_Time", "Check-In Time", Kind::DateTime, 120, ReadOnly),
    ("Latitude", "Latitude", Kind::Number, 16, ReadOnly),
    ("Longitude", "Longitude", Kind::Number, 16, ReadOnly),
    ("Record_Status__s", "Record Status", Kind::Picklist, 120, ReadOnly),
];

const CONTACTS: &[Row] = &[
    ("First_Name", "First Name", Kind::Text, 40, Free),
    ("Last_Name", "Last Name", Kind::Text, 80, Mandatory),
    ("Email", "Email", Kind::Email, 100, Free),
    ("Secondary_Email", "Secondary Email", Kind::Email, 100, Free),
    ("Phone", "Phone", Kind::Phone, 30, Free),
    ("Mobile", "Mobile", Kind::Phone, 30, Free),
    ("Title", "Title", Kind::Text, 100, Free),
    ("Department", "Department", Kind::Text, 50, Free),
    ("Mailing_City", "Mailing City", Kind::Text, 100, Free),
    ("Mailing_Country", "Mailing Country", Kind::Text, 100, Free),
    ("Date_of_Birth", "Date of Birth", Kind::Date, 20, Free),
    ("Email_Opt_Out", "Email Opt Out", Kind::Boolean, 5, Free),
    ("Description", "Description", Kind::TextArea, 32_000, Free),
    ("Owner", "Contact Owner", Kind::Owner, 120, Free),
    ("Tag", "Tag", Kind::Tags, 2_000, Free),
    ("Full_Name", "Full Name", Kind::Text, 80, ReadOnly),
    ("Created_By", "Created By", Kind::Owner, 120, ReadOnly),
    ("Modified_By", "Modified By", Kind::Owner, 120, ReadOnly),
    ("Created_Time", "Created Time", Kind::DateTime, 120, ReadOnly),
    ("Modified_Time", "Modified Time", Kind::DateTime, 120, ReadOnly),
    ("Last_Activity_Time", "Last Activity Time", Kind::DateTime, 120, ReadOnly),
];

const LEADS: &[Row] = &[
    ("First_Name", "First Name", Kind::Text, 40, Free),
    ("Last_Name", "Last Name", Kind::Text, 80, Mandatory),
    ("Company", "Company", Kind::Text, 200, Free),
    ("Email", "Email", Kind::Email, 100, Free),
    ("Secondary_Email", "Secondary Email", Kind::Email, 100, Free),
    ("Phone", "Phone", Kind::Phone, 30, Free),
    ("Mobile", "Mobile", Kind::Phone, 30, Free),
    ("Website", "Website", Kind::Website, 255, Free),
    ("Lead_Status", "Lead Status", Kind::Picklist, 120, Free),
    ("No_of_Employees", "No. of Employees", Kind::Integer, 9, Free),
    ("Annual_Revenue", "Annual Revenue", Kind::Number, 16, Free),
    ("City", "City", Kind::Text, 100, Free),
    ("Country", "Country", Kind::Text, 100, Free),
    ("Email_Opt_Out", "Email Opt Out", Kind::Boolean, 5, Free),
    ("Description", "Description", Kind::TextArea, 32_000, Free),
    ("Owner", "Lead Owner", Kind::Owner, 120, Free),
    ("Tag", "Tag", Kind::Tags, 2_000, Free),
    ("Full_Name", "Full Name", Kind::Text, 80, ReadOnly),
    ("Created_By", "Created By", Kind::Owner, 120, ReadOnly),
    ("Modified_By", "Modified By", Kind::Owner, 120, ReadOnly),
    ("Created_Time", "Created Time", Kind::DateTime, 120, ReadOnly),
    ("Modified_Time", "Modified Time", Kind::DateTime, 120, ReadOnly),
    ("Last_Activity_Time", "Last Activity Time", Kind::DateTime, 120, ReadOnly),
];

fn values(name: &str) -> &'static [&'static str] {
    match name {
        "Meeting_Venue__s" => VENUES,
        "Meeting_Provider__s" => PROVIDERS,
        "Record_Status__s" => STATUSES,
        "Lead_Status" => &["Not Contacted", "Contacted", "Contact in Future", "Lost Lead"],
        _ => &[],
    }
}

pub(crate) fn fields(module: ModuleName) -> Vec<Field> {
    let rows = match module {
        ModuleName::Events => EVENTS,
        ModuleName::Contacts => CONTACTS,
        ModuleName::Leads => LEADS,
    };
    let first = FIRST_ID + 2_500 + module as u64 * 10_000;
    rows.iter()
        .zip(0_u64..)
        .map(|((name, label, kind, length, used), index)| Field {
            id: first + index * 10,
            name: (*name).to_owned(),
            label: (*label).to_owned(),
            kind: *kind,
            length: *length,
            mandatory: *used == Mandatory,
            read_only: *used == ReadOnly,
            values: values(name).iter().map(|value| (*value).to_owned()).collect(),
            custom: false,
            // The address is the system's duplicate-check field of people (reference, section 7).
            unique: (*name == "Email").then_some(Unique { case_sensitive: false }),
            external: None,
            shown: true,
            access: BTreeMap::new(),
            others: Access::ReadWrite,
        })
        .collect()
}
