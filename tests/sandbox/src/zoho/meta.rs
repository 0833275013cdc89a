//! Field metadata of the modules: what settings/fields shows and what writes are checked against. The list follows
//! an export of a real organisation (reference, section 6); lengths are read by clients, never assumed.

use serde_json::{Value, json};

use super::modules::ModuleName;
use crate::switches::{Switches, VenueRequired};

/// The kinds of value that a write is checked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Text,
    TextArea,
    DateTime,
    Boolean,
    Picklist(&'static [&'static str]),
    Lookup,
    Owner,
    Participants,
    Reminder,
    Recurrence,
    Email,
    Phone,
    Tags,
    Number,
}

impl Kind {
    pub(crate) fn data_type(self) -> &'static str {
        match self {
            Kind::Text => "text",
            Kind::TextArea => "textarea",
            Kind::DateTime => "datetime",
            Kind::Boolean => "boolean",
            Kind::Picklist(_) => "picklist",
            Kind::Lookup => "lookup",
            Kind::Owner => "ownerlookup",
            Kind::Participants => "bigint",
            Kind::Reminder => "multireminder",
            Kind::Recurrence => "RRULE",
            Kind::Email => "email",
            Kind::Phone => "phone",
            Kind::Tags => "text",
            Kind::Number => "double",
        }
    }

    pub(crate) fn json_type(self) -> &'static str {
        match self {
            Kind::Boolean => "boolean",
            Kind::Lookup | Kind::Owner | Kind::Recurrence => "jsonobject",
            Kind::Participants | Kind::Reminder | Kind::Tags => "jsonarray",
            Kind::Number => "double",
            _ => "string",
        }
    }
}

/// One field of a module.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Field {
    pub(crate) name: &'static str,
    pub(crate) label: &'static str,
    pub(crate) kind: Kind,
    pub(crate) length: usize,
    pub(crate) mandatory: bool,
    pub(crate) read_only: bool,
}

const fn field(name: &'static str, label: &'static str, kind: Kind, length: usize) -> Field {
    Field { name, label, kind, length, mandatory: false, read_only: false }
}

const fn required(name: &'static str, label: &'static str, kind: Kind, length: usize) -> Field {
    Field { name, label, kind, length, mandatory: true, read_only: false }
}

const fn system(name: &'static str, label: &'static str, kind: Kind, length: usize) -> Field {
    Field { name, label, kind, length, mandatory: false, read_only: true }
}

/// Values of `Meeting_Venue__s` seen in an export of 2026.
pub(crate) const VENUES: &[&str] = &["Client location", "In-office", "Online"];

const EVENTS: &[Field] = &[
    required("Event_Title", "Title", Kind::Text, 255),
    required("Start_DateTime", "From", Kind::DateTime, 120),
    required("End_DateTime", "To", Kind::DateTime, 120),
    field("All_day", "All day", Kind::Boolean, 5),
    field("Venue", "Location", Kind::Text, 255),
    field("Meeting_Venue__s", "Meeting Venue", Kind::Picklist(VENUES), 120),
    field("Meeting_Provider__s", "Meeting Provider", Kind::Picklist(&["Zoho Meeting", "Google Meet"]), 120),
    field("Description", "Description", Kind::TextArea, 32_000),
    field("Participants", "Participants", Kind::Participants, 2_000),
    field("Remind_At", "Reminder", Kind::Reminder, 120),
    field("Remind_Participants", "Participants Reminder", Kind::Reminder, 120),
    field("Recurring_Activity", "Repeat", Kind::Recurrence, 2_000),
    field("Owner", "Host", Kind::Owner, 120),
    field("What_Id", "Related To", Kind::Lookup, 120),
    field("Who_Id", "Contact Name", Kind::Lookup, 120),
    field("Tag", "Tag", Kind::Tags, 2_000),
    system("Created_By", "Created By", Kind::Owner, 120),
    system("Modified_By", "Modified By", Kind::Owner, 120),
    system("Created_Time", "Created Time", Kind::DateTime, 120),
    system("Modified_Time", "Modified Time", Kind::DateTime, 120),
    system("Last_Activity_Time", "Last Activity Time", Kind::DateTime, 120),
    system("Check_In_Time", "Check-In Time", Kind::DateTime, 120),
    system("Latitude", "Latitude", Kind::Number, 16),
    system("Longitude", "Longitude", Kind::Number, 16),
    system("Record_Status__s", "Record Status", Kind::Picklist(&["Trash", "Available", "Draft"]), 120),
];

const PEOPLE: &[Field] = &[
    field("First_Name", "First Name", Kind::Text, 40),
    required("Last_Name", "Last Name", Kind::Text, 80),
    field("Email", "Email", Kind::Email, 100),
    field("Secondary_Email", "Secondary Email", Kind::Email, 100),
    field("Phone", "Phone", Kind::Phone, 30),
    field("Mobile", "Mobile", Kind::Phone, 30),
    field("Title", "Title", Kind::Text, 100),
    field("Description", "Description", Kind::TextArea, 32_000),
    field("Owner", "Owner", Kind::Owner, 120),
    field("Tag", "Tag", Kind::Tags, 2_000),
    system("Full_Name", "Full Name", Kind::Text, 80),
    system("Created_By", "Created By", Kind::Owner, 120),
    system("Modified_By", "Modified By", Kind::Owner, 120),
    system("Created_Time", "Created Time", Kind::DateTime, 120),
    system("Modified_Time", "Modified Time", Kind::DateTime, 120),
    system("Last_Activity_Time", "Last Activity Time", Kind::DateTime, 120),
];

const LEADS: &[Field] = &[
    field("First_Name", "First Name", Kind::Text, 40),
    required("Last_Name", "Last Name", Kind::Text, 80),
    field("Company", "Company", Kind::Text, 200),
    field("Email", "Email", Kind::Email, 100),
    field("Secondary_Email", "Secondary Email", Kind::Email, 100),
    field("Phone", "Phone", Kind::Phone, 30),
    field("Description", "Description", Kind::TextArea, 32_000),
    field("Owner", "Lead Owner", Kind::Owner, 120),
    field("Tag", "Tag", Kind::Tags, 2_000),
    system("Full_Name", "Full Name", Kind::Text, 80),
    system("Created_By", "Created By", Kind::Owner, 120),
    system("Modified_By", "Modified By", Kind::Owner, 120),
    system("Created_Time", "Created Time", Kind::DateTime, 120),
    system("Modified_Time", "Modified Time", Kind::DateTime, 120),
    system("Last_Activity_Time", "Last Activity Time", Kind::DateTime, 120),
];

pub(crate) fn fields(module: ModuleName) -> &'static [Field] {
    match module {
        ModuleName::Events => EVENTS,
        ModuleName::Contacts => PEOPLE,
        ModuleName::Leads => LEADS,
    }
}

pub(crate) fn find(module: ModuleName, name: &str) -> Option<&'static Field> {
    fields(module).iter().find(|field| field.name == name)
}

/// Whether a field must have a value; the venue only where the organisation's layout says so.
pub(crate) fn is_mandatory(field: &Field, switches: &Switches) -> bool {
    field.mandatory || field.name == "Meeting_Venue__s" && switches.venue_required == VenueRequired::Yes
}

/// One entry of settings/fields.
pub(crate) fn to_json(field: &Field, id: u64, switches: &Switches) -> Value {
    let mandatory = is_mandatory(field, switches);
    let values: Vec<Value> = match field.kind {
        Kind::Picklist(values) => values
            .iter()
            .enumerate()
            .map(|(index, value)| {
                json!({ "id": (id + 500 + index as u64).to_string(), "display_value": value, "actual_value": value,
                    "reference_value": value, "sequence_number": index + 1, "type": "used" })
            })
            .collect(),
        _ => Vec::new(),
    };
    json!({
        "id": id.to_string(),
        "api_name": field.name,
        "field_label": field.label,
        "display_label": field.label,
        "data_type": field.kind.data_type(),
        "json_type": field.kind.json_type(),
        "length": field.length,
        "system_mandatory": mandatory,
        "custom_field": false,
        "read_only": field.read_only,
        "field_read_only": field.read_only,
        "visible": true,
        "type": "used",
        "created_source": "default",
        "display_type": -1,
        "ui_type": 1,
        "operation_type": { "web_update": !field.read_only, "api_create": !field.read_only, "web_create": !field.read_only, "api_update": !field.read_only },
        "view_type": { "view": true, "edit": !field.read_only, "quick_create": false, "create": !field.read_only },
        "pick_list_values": values,
        "unique": {},
        "external": null,
        "default_value": null,
    })
}
