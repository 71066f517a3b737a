//! Derives the tables by which `wire` reads and writes a message.
//!
//! | derive | of | gives |
//! |---|---|---|
//! | `Message` | a struct whose fields carry `#[wire(…)]` | its table and look-ups, `Default`, `Debug`, a getter for each enumeration |
//! | `Oneof` | an enum of one value a variant | how each goes to the wire |
//! | `Enumeration` | an enum of numbers | steps from and to `i32`, `Default` |
//!
//! Shape: `#[wire(WHAT, [required,] [packed = "false",] tag = "N")]`, `#[wire(enumeration = "Type", …)]`,
//! `#[wire(oneof = "Type", tags = "N, M")]`. The type of the field says how its value looks on the wire; WHAT says it for
//! the reader, in the words of protobuf.

mod parse;

use proc_macro::TokenStream;
use std::fmt::Write as _;

use parse::{Item, Part};

/// See the head of this crate.
#[proc_macro_derive(Message, attributes(wire))]
pub fn message(input: TokenStream) -> TokenStream {
    emit(parse::item(input).and_then(|item| message_code(&item)))
}

/// See the head of this crate.
#[proc_macro_derive(Oneof, attributes(wire))]
pub fn oneof(input: TokenStream) -> TokenStream {
    emit(parse::item(input).and_then(|item| oneof_code(&item)))
}

/// See the head of this crate.
#[proc_macro_derive(Enumeration)]
pub fn enumeration(input: TokenStream) -> TokenStream {
    emit(parse::item(input).and_then(|item| enumeration_code(&item)))
}

fn emit(code: Result<String, String>) -> TokenStream {
    let code = code.unwrap_or_else(|why| format!("compile_error!({why:?});"));
    code.parse().unwrap_or_default()
}

fn message_code(item: &Item) -> Result<String, String> {
    let mut fields = Vec::new();
    for part in &item.parts {
        let mut tags = part.tags()?;
        tags.sort_unstable();
        fields.push((tags, part));
    }
    fields.sort_by(|a, b| a.0.cmp(&b.0));
    let (mut specs, mut get, mut get_mut) = (String::new(), String::new(), String::new());
    let (mut zero, mut getters) = (String::new(), String::new());
    for (place, (tags, part)) in fields.iter().enumerate() {
        let (name, how) = (&part.name, part.how());
        for tag in tags {
            let _ = write!(
                specs,
                "::wire::Spec {{ tag: {tag}, place: {place}, how: ::wire::How::{how} }},"
            );
        }
        let arm = if place + 1 == fields.len() { "_".to_owned() } else { place.to_string() };
        let _ = write!(get, "{arm} => &self.{name},");
        let _ = write!(get_mut, "{arm} => &mut self.{name},");
        let _ = write!(zero, "{name}: ::core::default::Default::default(),");
        if let Some(ty) = part.word("enumeration") {
            let _ = write!(
                getters,
                "/// What the number in `{name}` means; one that means nothing counts as the first.\n\
                 pub fn {name}(&self) -> {ty} {{ {ty}::try_from(self.{name}).unwrap_or_default() }}"
            );
        }
    }
    if fields.is_empty() {
        // A message of no fields has no place to look up.
        get.push_str("_ => &false,");
        get_mut.push_str("_ => ::std::boxed::Box::leak(::std::boxed::Box::new(false)),");
    }
    let name = &item.name;
    Ok(format!(
        "#[automatically_derived] impl ::wire::Fields for {name} {{
            fn specs(&self) -> &'static [::wire::Spec] {{ &[{specs}] }}
            fn get(&self, place: usize) -> &dyn ::wire::Field {{ match place {{ {get} }} }}
            fn get_mut(&mut self, place: usize) -> &mut dyn ::wire::Field {{
                match place {{ {get_mut} }}
            }}
        }}
        #[automatically_derived] impl ::wire::Message for {name} {{}}
        #[automatically_derived] impl ::wire::Value for {name} {{
            fn start(_: u32) -> Self {{ ::core::default::Default::default() }}
            fn put_value(&self, tag: u32, out: &mut ::std::vec::Vec<u8>) {{
                ::wire::put_message(self, tag, out);
            }}
            fn merge_value(&mut self, _: u32, wire: ::wire::Wire<'_>, depth: u32)
                -> ::core::result::Result<(), ::wire::Error>
            {{
                ::wire::merge_message(self, wire, depth)
            }}
            fn is_start(&self) -> bool {{ ::wire::is_zero(self) }}
        }}
        #[automatically_derived] impl ::core::default::Default for {name} {{
            fn default() -> Self {{ Self {{ {zero} }} }}
        }}
        #[automatically_derived] impl ::core::fmt::Debug for {name} {{
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {{
                ::wire::debug({name:?}, self, f)
            }}
        }}
        #[automatically_derived] impl {name} {{ {getters} }}"
    ))
}

fn oneof_code(item: &Item) -> Result<String, String> {
    let (mut put, mut start, mut held) = (String::new(), String::new(), String::new());
    let (mut merge, mut last, mut debug) = (String::new(), String::new(), String::new());
    for part in &item.parts {
        let (name, tags) = (&part.name, part.tags()?);
        let tag = tags.first().ok_or("a variant has a tag")?;
        let _ = write!(put, "Self::{name}(value) => ::wire::Value::put_value(value, {tag}, out),");
        last = format!("Self::{name}(::wire::Value::start(tag))");
        let _ = write!(start, "{tag} => {last},");
        let _ = write!(held, "Self::{name}(_) => {tag},");
        let _ = write!(
            merge,
            "Self::{name}(value) => ::wire::Value::merge_value(value, tag, wire, depth),"
        );
        let _ = write!(
            debug,
            "Self::{name}(value) => f.debug_tuple({name:?}).field(value).finish(),",
            name = name.as_str()
        );
    }
    let name = &item.name;
    Ok(format!(
        "#[automatically_derived] impl ::wire::Value for {name} {{
            fn start(tag: u32) -> Self {{ match tag {{ {start} _ => {last} }} }}
            fn put_value(&self, _: u32, out: &mut ::std::vec::Vec<u8>) {{ match self {{ {put} }} }}
            fn merge_value(&mut self, tag: u32, wire: ::wire::Wire<'_>, depth: u32)
                -> ::core::result::Result<(), ::wire::Error>
            {{
                let held: u32 = match self {{ {held} }};
                if held != tag {{ *self = ::wire::Value::start(tag); }}
                match self {{ {merge} }}
            }}
            fn is_start(&self) -> bool {{ false }}
        }}
        #[automatically_derived] impl ::core::fmt::Debug for {name} {{
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {{
                match self {{ {debug} }}
            }}
        }}"
    ))
}

fn enumeration_code(item: &Item) -> Result<String, String> {
    let (mut to, mut from) = (String::new(), String::new());
    for Part { name, number, .. } in &item.parts {
        let number = number.as_deref().ok_or("a variant of an enumeration has a number")?;
        let _ = write!(to, "{}::{name} => {number},", item.name);
        let _ = write!(from, "{number} => Ok(Self::{name}),");
    }
    let first = item.parts.first().ok_or("an enumeration has variants")?;
    let (name, first) = (&item.name, &first.name);
    Ok(format!(
        "#[automatically_derived] impl ::core::convert::From<{name}> for i32 {{
            fn from(value: {name}) -> i32 {{ match value {{ {to} }} }}
        }}
        #[automatically_derived] impl ::core::convert::TryFrom<i32> for {name} {{
            type Error = i32;
            fn try_from(number: i32) -> ::core::result::Result<Self, i32> {{
                match number {{ {from} _ => Err(number) }}
            }}
        }}
        #[automatically_derived] impl ::core::default::Default for {name} {{
            fn default() -> Self {{ Self::{first} }}
        }}"
    ))
}
