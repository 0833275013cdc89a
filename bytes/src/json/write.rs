//! Writes JSON text. Neither fractions nor keys that are no text: Accord has none, and printing fractions takes 10 KB.

use super::plain;
use serde::ser::{
    Serialize, SerializeMap, SerializeSeq, SerializeStruct, SerializeStructVariant, SerializeTuple,
    SerializeTupleStruct, SerializeTupleVariant, Serializer,
};
use std::fmt;

/// A value as JSON text.
///
/// # Errors
/// When it holds something that is never written: see the top of this file.
pub fn text<T: Serialize + ?Sized>(value: &T) -> Result<String, fmt::Error> {
    let mut writer = Writer { text: String::with_capacity(128), broken: false };
    value.serialize(&mut writer)?;
    if writer.broken { Err(fmt::Error) } else { Ok(writer.text) }
}

/// What cannot be written is noted down and told at the end: as no part of the writing ever fails, the compiler drops what
/// would look at each part's result. That is 1 KB of the module.
struct Writer {
    text: String,
    broken: bool,
}

impl Writer {
    fn string(&mut self, text: &str) {
        self.text.push('"');
        let mut rest = text;
        while let Some((before, tail)) = rest.split_at_checked(plain(rest.as_bytes())) {
            self.text.push_str(before);
            let Some(odd) = tail.bytes().next() else { break };
            self.escape(odd);
            rest = tail.get(1..).unwrap_or_default();
        }
        self.text.push('"');
    }

    #[cold]
    fn escape(&mut self, byte: u8) {
        let short = match byte {
            b'\n' => 'n',
            b'\r' => 'r',
            b'\t' => 't',
            0x8 => 'b',
            0xc => 'f',
            b'"' | b'\\' => byte.into(),
            _ => {
                self.text.push_str(if byte < 0x10 { "\\u000" } else { "\\u001" });
                self.text.extend(char::from_digit(u32::from(byte) % 16, 16));
                return;
            }
        };
        self.text.push('\\');
        self.text.push(short);
    }

    fn number(&mut self, number: impl itoa::Integer) -> Result<(), fmt::Error> {
        self.text.push_str(itoa::Buffer::new().format(number));
        Ok(())
    }

    fn open(&mut self, opening: char, closing: &'static str) -> Entries<'_> {
        self.text.push(opening);
        Entries { writer: self, closing }
    }

    /// An enum's variant that holds something: an object of one field.
    fn variant(&mut self, name: &str, opening: char, closing: &'static str) -> Entries<'_> {
        self.text.push('{');
        self.string(name);
        self.text.push(':');
        self.open(opening, closing)
    }

    fn broken(&mut self) -> Result<(), fmt::Error> {
        self.broken = true;
        Ok(())
    }
}

/// A list or an object under way.
struct Entries<'w> {
    writer: &'w mut Writer,
    closing: &'static str,
}

impl Entries<'_> {
    /// Nothing that is written ends like what opens a list or an object.
    fn comma(&mut self) {
        if !matches!(self.writer.text.as_bytes().last(), Some(b'[' | b'{')) {
            self.writer.text.push(',');
        }
    }

    fn item<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), fmt::Error> {
        self.comma();
        value.serialize(&mut *self.writer)
    }

    fn name(&mut self, name: &str) {
        self.comma();
        self.writer.string(name);
        self.writer.text.push(':');
    }

    fn field<T: Serialize + ?Sized>(&mut self, name: &str, value: &T) -> Result<(), fmt::Error> {
        self.name(name);
        value.serialize(&mut *self.writer)
    }

    fn close(self) -> Result<(), fmt::Error> {
        self.writer.text.push_str(self.closing);
        Ok(())
    }
}

impl<'w> Serializer for &'w mut Writer {
    type Ok = ();
    type Error = fmt::Error;
    type SerializeSeq = Entries<'w>;
    type SerializeTuple = Entries<'w>;
    type SerializeTupleStruct = Entries<'w>;
    type SerializeTupleVariant = Entries<'w>;
    type SerializeMap = Entries<'w>;
    type SerializeStruct = Entries<'w>;
    type SerializeStructVariant = Entries<'w>;

    fn serialize_bool(self, flag: bool) -> Result<(), fmt::Error> {
        self.text.push_str(if flag { "true" } else { "false" });
        Ok(())
    }

    fn serialize_i8(self, number: i8) -> Result<(), fmt::Error> {
        self.serialize_i64(number.into())
    }

    fn serialize_i16(self, number: i16) -> Result<(), fmt::Error> {
        self.serialize_i64(number.into())
    }

    fn serialize_i32(self, number: i32) -> Result<(), fmt::Error> {
        self.serialize_i64(number.into())
    }

    fn serialize_i64(self, number: i64) -> Result<(), fmt::Error> {
        self.number(number)
    }

    fn serialize_u8(self, number: u8) -> Result<(), fmt::Error> {
        self.serialize_u64(number.into())
    }

    fn serialize_u16(self, number: u16) -> Result<(), fmt::Error> {
        self.serialize_u64(number.into())
    }

    fn serialize_u32(self, number: u32) -> Result<(), fmt::Error> {
        self.serialize_u64(number.into())
    }

    fn serialize_u64(self, number: u64) -> Result<(), fmt::Error> {
        self.number(number)
    }

    fn serialize_f32(self, _: f32) -> Result<(), fmt::Error> {
        self.broken()
    }

    fn serialize_f64(self, _: f64) -> Result<(), fmt::Error> {
        self.broken()
    }

    fn serialize_char(self, c: char) -> Result<(), fmt::Error> {
        self.serialize_str(c.encode_utf8(&mut [0; 4]))
    }

    fn serialize_str(self, text: &str) -> Result<(), fmt::Error> {
        self.string(text);
        Ok(())
    }

    fn serialize_bytes(self, bytes: &[u8]) -> Result<(), fmt::Error> {
        self.collect_seq(bytes)
    }

    fn serialize_none(self) -> Result<(), fmt::Error> {
        self.serialize_unit()
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), fmt::Error> {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result<(), fmt::Error> {
        self.text.push_str("null");
        Ok(())
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result<(), fmt::Error> {
        self.serialize_unit()
    }

    fn serialize_unit_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
    ) -> Result<(), fmt::Error> {
        self.serialize_str(variant)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        value: &T,
    ) -> Result<(), fmt::Error> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<(), fmt::Error> {
        let mut object = self.open('{', "}");
        object.field(variant, value)?;
        object.close()
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Entries<'w>, fmt::Error> {
        Ok(self.open('[', "]"))
    }

    fn serialize_tuple(self, _: usize) -> Result<Entries<'w>, fmt::Error> {
        Ok(self.open('[', "]"))
    }

    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Entries<'w>, fmt::Error> {
        Ok(self.open('[', "]"))
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Entries<'w>, fmt::Error> {
        Ok(self.variant(variant, '[', "]}"))
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Entries<'w>, fmt::Error> {
        Ok(self.open('{', "}"))
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Entries<'w>, fmt::Error> {
        Ok(self.open('{', "}"))
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Entries<'w>, fmt::Error> {
        Ok(self.variant(variant, '{', "}}"))
    }
}

macro_rules! lists {
    ($($kind:ident $method:ident)*) => {$(
        impl $kind for Entries<'_> {
            type Ok = ();
            type Error = fmt::Error;

            fn $method<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), fmt::Error> {
                self.item(value)
            }

            fn end(self) -> Result<(), fmt::Error> {
                self.close()
            }
        }
    )*};
}
lists! {
    SerializeSeq serialize_element
    SerializeTuple serialize_element
    SerializeTupleStruct serialize_field
    SerializeTupleVariant serialize_field
}

macro_rules! objects {
    ($($kind:ident)*) => {$(
        impl $kind for Entries<'_> {
            type Ok = ();
            type Error = fmt::Error;

            fn serialize_field<T: Serialize + ?Sized>(
                &mut self,
                name: &'static str,
                value: &T,
            ) -> Result<(), fmt::Error> {
                self.field(name, value)
            }

            fn end(self) -> Result<(), fmt::Error> {
                self.close()
            }
        }
    )*};
}
objects! { SerializeStruct SerializeStructVariant }

impl SerializeMap for Entries<'_> {
    type Ok = ();
    type Error = fmt::Error;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), fmt::Error> {
        self.comma();
        let start = self.writer.text.len();
        key.serialize(&mut *self.writer)?;
        self.writer.broken |= self.writer.text.as_bytes().get(start) != Some(&b'"');
        Ok(())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), fmt::Error> {
        self.writer.text.push(':');
        value.serialize(&mut *self.writer)
    }

    fn end(self) -> Result<(), fmt::Error> {
        self.close()
    }
}
