//! A small builder of elements.
//!
//! ```text
//!   of("li", "job").kid(el("b").text(&job.kind)).kid(button("small", "Pause", on, intent))
//! ```
//!
//! Why not `html!`: what the macro expands to for this page is 300 kB of wasm; a call for each part is a fifth of that. Most
//! controls do one thing: emit an intent when clicked; [`El::click`] is one listener type for all of them.
//!
//! Shape: tag, attributes, listeners, children; text is always a text node. Lists of attribute names are kept for good, one copy for
//! each combination that the code has, because Yew compares them by address.

use std::cell::RefCell;
use std::rc::Rc;

use yew::virtual_dom::{
    AttrValue, AttributeOrProperty, Attributes, Key, Listener, ListenerKind, VNode, VTag, VText,
};
use yew::{Callback, Html};

use crate::num;
use crate::state::Intent;

/// Where intents go.
pub(crate) type On = Callback<Intent>;

/// What an event means, if anything.
pub(crate) type Meaning = Rc<dyn Fn(&web_sys::Event) -> Option<Intent>>;

/// An element being built.
pub(crate) struct El(Box<Parts>);

struct Parts {
    tag: &'static str,
    names: Vec<&'static str>,
    values: Vec<Option<AttributeOrProperty>>,
    listeners: Vec<Option<Rc<dyn Listener>>>,
    kids: Vec<Html>,
    key: Option<Key>,
    value: Option<AttrValue>,
}

/// An element.
pub(crate) fn el(tag: &'static str) -> El {
    El(Box::new(Parts {
        tag,
        names: Vec::new(),
        values: Vec::new(),
        listeners: Vec::new(),
        kids: Vec::new(),
        key: None,
        value: None,
    }))
}

/// An element with a class.
pub(crate) fn of(tag: &'static str, class: &str) -> El {
    el(tag).set("class", class)
}

/// A text node.
pub(crate) fn text(text: &str) -> Html {
    VNode::VText(VText::new(AttrValue::from(text.to_owned())))
}

/// Nodes without an element around them.
pub(crate) fn nodes(list: Vec<Html>) -> Html {
    list.into_iter().collect()
}

/// A button with words that emits an intent.
pub(crate) fn button(class: &str, words: &str, on: &On, intent: Intent) -> El {
    of("button", class).text(words).click(on, intent)
}

impl El {
    /// An attribute.
    pub(crate) fn set(mut self, name: &'static str, value: &str) -> Self {
        self.0.names.push(name);
        let value = AttrValue::from(value.to_owned());
        self.0.values.push(Some(AttributeOrProperty::Attribute(value)));
        self
    }

    /// An attribute where there is a value.
    pub(crate) fn set_some(self, name: &'static str, value: Option<&str>) -> Self {
        match value {
            Some(value) => self.set(name, value),
            None => self,
        }
    }

    /// An attribute in pixels.
    pub(crate) fn px(self, name: &'static str, value: f64) -> Self {
        self.set(name, &num::px(value))
    }

    /// An attribute that is `true` or `false`.
    pub(crate) fn truth(self, name: &'static str, value: bool) -> Self {
        self.set(name, if value { "true" } else { "false" })
    }

    /// An attribute that is there or not.
    pub(crate) fn flag(self, name: &'static str, value: bool) -> Self {
        if value { self.set(name, "") } else { self }
    }

    /// A property of the DOM object that is true or false.
    pub(crate) fn property(mut self, name: &'static str, value: bool) -> Self {
        self.0.names.push(name);
        self.0.values.push(Some(AttributeOrProperty::Property(value.into())));
        self
    }

    /// The text of a field.
    pub(crate) fn value(mut self, value: &str) -> Self {
        self.0.value = Some(AttrValue::from(value.to_owned()));
        self
    }

    /// What tells it from its neighbours.
    pub(crate) fn key(mut self, key: &str) -> Self {
        self.0.key = Some(Key::from(key));
        self
    }

    /// A text inside.
    pub(crate) fn text(self, words: &str) -> Self {
        self.put(text(words))
    }

    /// A node inside.
    pub(crate) fn put(mut self, node: Html) -> Self {
        self.0.kids.push(node);
        self
    }

    /// An element inside.
    pub(crate) fn kid(self, kid: Self) -> Self {
        let kid = kid.done();
        self.put(kid)
    }

    /// An element inside, where there is one; else a node without looks, so that its neighbours keep their places: Yew compares
    /// lists place by place, and a neighbour that moves up would be made anew and lose its focus and scroll.
    pub(crate) fn maybe(self, kid: Option<Self>) -> Self {
        match kid {
            Some(kid) => self.kid(kid),
            None => self.put(Html::default()),
        }
    }

    /// Elements inside.
    pub(crate) fn kids(mut self, kids: impl IntoIterator<Item = Self>) -> Self {
        for kid in kids {
            self = self.kid(kid);
        }
        self
    }

    /// A click emits an intent.
    pub(crate) fn click(mut self, on: &On, intent: Intent) -> Self {
        self.listen(ListenerKind::onclick, on, What::Says(Box::new(intent)));
        self
    }

    /// An event emits what it means.
    pub(crate) fn hear(mut self, kind: ListenerKind, on: &On, meaning: Meaning) -> Self {
        self.listen(kind, on, What::Means(meaning));
        self
    }

    fn listen(&mut self, kind: ListenerKind, on: &On, what: What) {
        self.0.listeners.push(Some(Rc::new(Ear { kind, on: on.clone(), what })));
    }

    /// The node.
    pub(crate) fn done(self) -> Html {
        let parts = *self.0;
        let mut tag = VTag::new(parts.tag);
        if !parts.names.is_empty() {
            let keys = interned(parts.names);
            tag.set_attributes(Attributes::Dynamic { keys, values: parts.values.into() });
        }
        if !parts.listeners.is_empty() {
            tag.set_listeners(parts.listeners.into());
        }
        if parts.value.is_some() {
            tag.set_value(parts.value);
        }
        tag.key = parts.key;
        tag.add_children(parts.kids);
        VNode::from(tag)
    }
}

impl From<El> for Html {
    fn from(el: El) -> Self {
        el.done()
    }
}

enum What {
    Says(Box<Intent>),
    Means(Meaning),
}

/// The one listener.
struct Ear {
    kind: ListenerKind,
    on: On,
    what: What,
}

impl Listener for Ear {
    fn kind(&self) -> ListenerKind {
        self.kind.clone()
    }

    fn handle(&self, event: web_sys::Event) {
        let intent = match &self.what {
            What::Says(intent) => Some((**intent).clone()),
            What::Means(meaning) => meaning(&event),
        };
        if let Some(intent) = intent {
            self.on.emit(intent);
        }
    }

    fn passive(&self) -> bool {
        false
    }
}

type Names = &'static [&'static str];

thread_local! {
    static NAMES: RefCell<Vec<Names>> = const { RefCell::new(Vec::new()) };
}

/// The one copy of a list of names.
fn interned(names: Vec<&'static str>) -> Names {
    NAMES.with_borrow_mut(|known| {
        if let Some(found) = known.iter().find(|found| ***found == *names) {
            return *found;
        }
        let kept: Names = names.leak();
        known.push(kept);
        kept
    })
}
